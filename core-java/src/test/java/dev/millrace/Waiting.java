// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** How tests wait: for an event, with a limit that only a broken test reaches. */
final class Waiting {
    private static final long PATIENCE_SECONDS = 30;

    private Waiting() {}

    /** Waits for the latch; an interrupt or half a minute is an error. */
    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody counted the latch down");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for a condition that another thread makes true and that nothing can be hung on. */
    static void until(BooleanSupplier condition) {
        until(condition, () -> "the condition never came true");
    }

    static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                throw new AssertionError(otherwise.get());
            }
            LockSupport.parkNanos(100_000);
        }
    }

    /** Waits until the thread is blocked in a wait: parked, asleep, or waiting for a monitor. */
    static void untilBlocked(Thread thread) {
        until(() -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }
}
