// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/**
 * How tasks come into a pool with one worker and one place in its queue: at once, or in the line for room, and out again
 * by a cancel. Never do more wait than there are places, nobody stands in the line while there is room, and what was
 * accepted runs.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
public class RoomModel extends LincheckModel {
    private static final int THREADS = 8;

    private final SteppedPool pool = new SteppedPool(1, 1);
    private final TaskFuture<?>[] last = new TaskFuture<?>[THREADS];

    @Operation
    public void submit(@Param(name = "thread") int thread) {
        last[thread] = pool.submit(pool.core());
        ensureBounds();
    }

    @Operation
    public void submitWhenRoom(@Param(name = "thread") int thread) {
        TaskFuture<?> task = pool.newTask(pool.core());
        pool.core().admission().acceptWhenRoom(task);
        pool.accepted(task);
        last[thread] = task;
        ensureBounds();
    }

    @Operation
    public void cancelLast(@Param(name = "thread") int thread) {
        TaskFuture<?> mine = last[thread];
        if (mine != null) {
            mine.cancelIfPending();
        }
        ensureBounds();
    }

    @Operation
    public void step() {
        pool.step(0);
        ensureBounds();
    }

    /** Asked under the lock, between two decisions. */
    private void ensureBounds() {
        String wrong = pool.core().decisions().ask(state -> {
            boolean over = state.queued() > 1 + (state.busyAtAGlance() == 0 ? 1 : 0);
            boolean spurned = !state.line.isEmpty() && state.hasRoom(pool.core().lane());
            return over
                    ? "more wait than there are places"
                    : spurned ? "there is room, and some stand in the line" : "";
        });
        if (!wrong.isEmpty()) {
            throw new IllegalStateException(wrong + ": " + pool.describe());
        }
    }

    @Validate
    public void noTaskIsLeftBehind() {
        ensureBounds();
        pool.finish();
    }

    @Override
    int interleavings() {
        return SteppedPool.INTERLEAVINGS;
    }

    @Override
    void specify(Options<?, ?> options) {
        options.verifier(EpsilonVerifier.class);
    }
}
