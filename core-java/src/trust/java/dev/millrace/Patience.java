// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits that only a fault keeps from ending: then they throw, and the test fails. An actor must not throw checked. */
final class Patience {
    private static final long SECONDS = 20;
    /** Half of it, for code that they wait for. */
    static final long MILLIS = TimeUnit.SECONDS.toMillis(SECONDS) / 2;

    private Patience() {}

    static <T> T get(TaskFuture<T> task) {
        try {
            return task.get(SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(task + " after " + SECONDS + " s", e);
        }
    }

    /** Looks all the time, for {@link #MILLIS} at most. Returns whether it came. */
    static boolean until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(MILLIS)) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    static void awaitTermination(ThreadPool pool) {
        try {
            if (!pool.awaitTermination(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(pool + " after " + SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
