// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How to wait some microseconds without parking: to park and to be woken takes as long, and costs the one who wakes as
 * much. (Cell 3 of the benchmarks, the round trip, pays for it.) Never longer than {@link #NANOS}, so that who waits for
 * something long, or for nothing, burns next to nothing.
 */
final class Spinning {
    static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /**
     * About what it takes to be woken. Half of it is too little: who answers has then been woken itself in vain, as a
     * coroutine's thread that calls a worker (cell 7). With one processor nobody else runs meanwhile.
     */
    static final long NANOS = PROCESSORS == 1 ? 0 : TimeUnit.MICROSECONDS.toNanos(20);

    /** Between two looks at what others write to. */
    static final long SHORTEST_PAUSE_NANOS = 50;

    static final long LONGEST_PAUSE_NANOS = 800;

    /** However the clock goes: several times as many as there is time for, unless it stands still or is set back. */
    static final int MOST_LOOKS = 10_000;

    /** One processor is left to those who are waited for. */
    private static final int MOST_WAITERS = PROCESSORS - 1;

    private static final AtomicInteger WAITERS = new AtomicInteger();

    private Spinning() {}

    /** Whether the calling thread may spin for a future; then it has to {@link #leave}. */
    static boolean enter() {
        if (WAITERS.get() >= MOST_WAITERS) {
            return false;
        }
        WAITERS.incrementAndGet();
        return true;
    }

    static void leave() {
        WAITERS.decrementAndGet();
    }
}
