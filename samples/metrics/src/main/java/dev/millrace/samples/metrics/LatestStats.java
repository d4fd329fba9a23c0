// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.metrics;

import dev.millrace.PoolStats;
import dev.millrace.ThreadPool;
import io.micrometer.core.instrument.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What a pool said of itself last; it is asked anew after a second. Neither this nor the functions that it makes hold on to
 * the pool: a registry, which holds on to them, would keep it alive. Thread-safe.
 */
final class LatestStats {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    /** Null until first asked; guarded by this. */
    private PoolStats stats;
    /** Guarded by this. */
    private long takenNanos;

    LatestStats(Clock clock) {
        this.clock = clock;
    }

    /** One figure of the pool. */
    ToDoubleFunction<ThreadPool> reading(ToDoubleFunction<PoolStats> figure) {
        return pool -> figure.applyAsDouble(of(pool));
    }

    /**
     * A figure that never goes back, as counters must not: a task that is just ending may stand under another heading for a
     * moment.
     */
    ToDoubleFunction<ThreadPool> rising(ToLongFunction<PoolStats> figure) {
        LongAccumulator highest = new LongAccumulator(Math::max, 0);
        return pool -> {
            highest.accumulate(figure.applyAsLong(of(pool)));
            return highest.get();
        };
    }

    synchronized PoolStats of(ThreadPool pool) {
        long now = clock.monotonicTime();
        if (stats == null || now - takenNanos >= FRESH_NANOS) {
            stats = pool.stats();
            takenNanos = now;
        }
        return stats;
    }
}
