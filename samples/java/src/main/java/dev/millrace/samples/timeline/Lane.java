// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import java.util.LinkedHashSet;
import java.util.Set;

/** One line of the picture. It holds one thread at a time, so what runs in it is nested or one after the other. */
final class Lane {
    private final int index;
    /** Whether it is for a pool's workers, or for other threads that run tasks in place. */
    private final boolean isForWorkers;
    /** In the order in which they came. Guarded by the {@link Lanes}, as is the next. */
    private final Set<String> threads = new LinkedHashSet<>();

    private boolean isTaken;
    /** How many tasks run in it, one in another. Touched by the thread that holds it only. */
    private int depth;

    Lane(int index, boolean isForWorkers) {
        this.index = index;
        this.isForWorkers = isForWorkers;
    }

    int index() {
        return index;
    }

    boolean isForWorkers() {
        return isForWorkers;
    }

    boolean isTaken() {
        return isTaken;
    }

    void take(String thread) {
        isTaken = true;
        threads.add(thread);
    }

    void leave() {
        isTaken = false;
    }

    boolean hasHeld(String thread) {
        return threads.contains(thread);
    }

    /** The thread that was the first in it, and how many came after. */
    String title() {
        String first = threads.iterator().next();
        return threads.size() == 1 ? first : first + " +" + (threads.size() - 1);
    }

    int push() {
        return depth++;
    }

    /** Returns whether no task runs in it any more. */
    boolean pop() {
        return --depth == 0;
    }
}
