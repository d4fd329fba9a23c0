// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits that give up after half a minute, on a machine however slow. */
final class Waiting {
    private static final long PATIENCE_SECONDS = 30;

    private Waiting() {}

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still " + latch.getCount() + " to come after 30 s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not so after 30 s");
            }
            Thread.onSpinWait();
        }
    }
}
