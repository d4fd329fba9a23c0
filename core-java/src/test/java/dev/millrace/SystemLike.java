// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** The real clock and real threads, for a test to replace one of them. */
abstract class SystemLike extends Backend {
    @Override
    long nanoTime() {
        return SYSTEM.nanoTime();
    }

    @Override
    void park(Object blocker) {
        SYSTEM.park(blocker);
    }

    @Override
    void parkNanos(Object blocker, long nanos) {
        SYSTEM.parkNanos(blocker, nanos);
    }

    @Override
    void unpark(Thread thread) {
        SYSTEM.unpark(thread);
    }

    @Override
    void start(Thread thread) {
        SYSTEM.start(thread);
    }

    @Override
    Alarm schedule(Runnable action, long nanos) {
        return SYSTEM.schedule(action, nanos);
    }

    @Override
    void runOnDemand(Runnable action) {
        SYSTEM.runOnDemand(action);
    }

    /** One whose every alarm rings as it is set, before the call returns: the shortest limit on the slowest machine. */
    static Backend ringsAtOnce() {
        return new SystemLike() {
            @Override
            Alarm schedule(Runnable action, long nanos) {
                action.run();
                return () -> {};
            }

            @Override
            void runOnDemand(Runnable action) {
                action.run();
            }
        };
    }
}
