// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Time and threads: everything that the library asks of the machine goes through here, so that a test can put a clock
 * that stands still, or a thread that cannot be started, in its place.
 */
abstract class Backend {
    /** The real clock and real threads. */
    static final Backend SYSTEM = new SystemBackend();

    /** A clock that only differences are taken of. */
    abstract long nanoTime();

    /** Blocks until {@link #unpark}, an interrupt, or for no reason. */
    abstract void park(Object blocker);

    /** Blocks until {@link #unpark}, an interrupt, for so long at most, or for no reason. */
    abstract void parkNanos(Object blocker, long nanos);

    abstract void unpark(Thread thread);

    /** How long it pays to look for what may come at once, before parking; zero if nobody else could bring it meanwhile. */
    long searchNanos() {
        return 0;
    }

    /** Starts a worker's thread; may throw, an {@code OutOfMemoryError} included. */
    abstract void start(Thread thread);

    /** Runs {@code action}, which must be short and none of the user's, once so much time has passed. */
    abstract Alarm schedule(Runnable action, long nanos);

    /** Runs the user's code that a timer's thread must not run. Falls back to the caller if no thread can be had. */
    abstract void runOnDemand(Runnable action);

    /** An action that was scheduled. */
    interface Alarm {
        /** Takes the action back if it has not begun, and lets go of it at once. */
        void disarm();
    }

    private static final class SystemBackend extends Backend {
        @Override
        long nanoTime() {
            return System.nanoTime();
        }

        @Override
        void park(Object blocker) {
            LockSupport.park(blocker);
        }

        @Override
        void parkNanos(Object blocker, long nanos) {
            LockSupport.parkNanos(blocker, nanos);
        }

        @Override
        void unpark(Thread thread) {
            LockSupport.unpark(thread);
        }

        @Override
        long searchNanos() {
            return Spinning.NANOS;
        }

        @Override
        void start(Thread thread) {
            thread.start();
        }

        @Override
        Alarm schedule(Runnable action, long nanos) {
            var armed = Shared.TIMER.schedule(action, nanos, TimeUnit.NANOSECONDS);
            return () -> armed.cancel(false);
        }

        @Override
        void runOnDemand(Runnable action) {
            try {
                Shared.ON_DEMAND.execute(action);
            } catch (OutOfMemoryError noThread) {
                action.run();
            }
        }
    }

    /** Made when first needed, shared by all pools; without threads while nothing is armed. */
    private static final class Shared {
        static final ScheduledThreadPoolExecutor TIMER = timer();
        static final ThreadPoolExecutor ON_DEMAND = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                r -> daemon(r, "millrace-callbacks"));

        private static ScheduledThreadPoolExecutor timer() {
            var timer = new ScheduledThreadPoolExecutor(1, r -> daemon(r, "millrace-timer"));
            timer.setKeepAliveTime(1, TimeUnit.SECONDS);
            timer.allowCoreThreadTimeOut(true);
            timer.setRemoveOnCancelPolicy(true);
            return timer;
        }

        /** A thread that all share must not hold on to its first user, nor to that one's class loader. */
        private static Thread daemon(Runnable action, String name) {
            Thread thread = OwnThread.of(action, name, 0);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        }
    }
}
