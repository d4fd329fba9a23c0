// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.function.IntConsumer;

/** Code that is called where the stack is about to end: at each of its last frames once. */
final class EndOfStack {
    private static final long STACK_BYTES = 512 << 10;

    private final IntConsumer action;
    private int left;

    private EndOfStack(int frames, IntConsumer action) {
        this.action = action;
        left = frames;
    }

    /** Calls {@code action} at each of so many frames, from the last on, with a number of its own. */
    static void callAtEachOfTheLast(int frames, IntConsumer action) throws InterruptedException {
        EndOfStack end = new EndOfStack(frames, action);
        // Once where there is room: what is first used at the end cannot even be loaded.
        end.call();
        Thread deep = new Thread(null, end::descend, "deep", STACK_BYTES);
        deep.start();
        deep.join();
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private void descend() {
        try {
            descend();
        } catch (StackOverflowError atTheEnd) {
            // From here back up.
        }
        call();
    }

    private void call() {
        if (left > 0) {
            left--;
            try {
                action.accept(left);
            } catch (StackOverflowError notEnough) {
                // Allowed, if it leaves all in order.
            }
        }
    }
}
