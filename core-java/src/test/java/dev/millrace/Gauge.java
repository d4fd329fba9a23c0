// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** How many pieces of code are inside at once, and the most that ever were. */
final class Gauge {
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    /** That code, counted while it runs; it gives way, so that others may come in. */
    <T> Callable<T> around(Callable<T> code) {
        return () -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            try {
                Thread.yield();
                return code.call();
            } finally {
                now.decrementAndGet();
            }
        };
    }

    /** Code that does nothing, counted. */
    Callable<String> idle() {
        return around(() -> "idle");
    }

    int most() {
        return most.get();
    }
}
