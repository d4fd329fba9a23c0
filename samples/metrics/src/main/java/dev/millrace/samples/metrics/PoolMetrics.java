// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.metrics;

import dev.millrace.PoolStats;
import dev.millrace.ThreadPool;
import dev.millrace.TimeDistribution;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A pool's figures for a Micrometer registry: under the names, tags and units that Micrometer's own {@code
 * ExecutorServiceMetrics} gives a {@code ThreadPoolExecutor}, so that dashboards made for those show it, and what those do
 * not have beside them. They are at most a second old: a scrape asks the pool once, not once for each meter.
 *
 * <p>Registries hold on to the pool by weak references only. Of one that has been collected, gauges are NaN, and counters
 * stay where they were; so keep the pool itself, not only a view of it.
 */
public final class PoolMetrics implements MeterBinder {
    private static final double[] PERCENTILES = {0.5, 0.95, 0.99};

    private final ThreadPool pool;

    private final Tags tags;

    /** With the tag {@code name}, the pool's name. */
    public PoolMetrics(ThreadPool pool) {
        this(pool, Tags.empty());
    }

    /** With the tag {@code name}, the pool's name, and these. */
    public PoolMetrics(ThreadPool pool, Iterable<Tag> tags) {
        this.pool = pool;
        this.tags = Tags.concat(tags, "name", pool.name());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        LatestStats latest = new LatestStats(registry.config().clock());
        bindTasks(registry, latest);
        bindQueue(registry, latest);
        bindWorkers(registry, latest);
        bindTimes(registry, latest, "executor", "How long the code of tasks ran", PoolStats::runTime);
        bindTimes(registry, latest, "executor.idle", "How long tasks waited for a worker", PoolStats::queueWait);
    }

    private void bindTasks(MeterRegistry registry, LatestStats latest) {
        count(registry, "executor.completed", "Tasks that have ended", latest.rising(PoolStats::completed));
        count(registry, "executor.failed", "Tasks that threw", latest.rising(PoolStats::failed));
        count(registry, "executor.cancelled", "Tasks that were cancelled", latest.rising(PoolStats::cancelled));
        count(registry, "executor.timed.out", "Tasks that were out of time", latest.rising(PoolStats::timedOut));
        count(registry, "executor.rejected", "Submits that failed", latest.rising(PoolStats::rejected));
    }

    private void bindQueue(MeterRegistry registry, LatestStats latest) {
        tasks(registry, "executor.queued", "Tasks that wait for a worker", latest.reading(PoolStats::queued));
        // What a task submits to its own pool may come beyond the bound.
        ToDoubleFunction<PoolStats> remaining = stats -> Math.max(0, stats.queueCapacity() - stats.queued());
        tasks(registry, "executor.queue.remaining", "How many more tasks may wait", latest.reading(remaining));
        tasks(
                registry,
                "executor.waiting.for.room",
                "Tasks that wait until the queue has room",
                latest.reading(PoolStats::waitingForRoom));
        ToDoubleFunction<PoolStats> oldest = stats -> stats.oldestQueued().toNanos();
        TimeGauge.builder("executor.queue.oldest", pool, TimeUnit.NANOSECONDS, latest.reading(oldest))
                .tags(tags)
                .description("How long the task that waits longest has waited, at least")
                .register(registry);
    }

    private void bindWorkers(MeterRegistry registry, LatestStats latest) {
        workers(registry, "executor.active", "Busy workers", latest.reading(PoolStats::busyWorkers));
        workers(registry, "executor.pool.size", "Workers, busy or idle", latest.reading(PoolStats::workers));
        // As in a ThreadPoolExecutor: so many are started before a task has to wait.
        workers(registry, "executor.pool.core", "Workers before a task waits", latest.reading(PoolStats::maxWorkers));
        workers(registry, "executor.pool.max", "Most workers there may be", latest.reading(PoolStats::maxWorkers));
    }

    /**
     * A timer that is read, not written: count and sum are estimates, since under load the pool takes the times of one task
     * in 64, and they are zero without {@code recordTimes()}. Percentiles are those of the pool's whole life.
     */
    private void bindTimes(
            MeterRegistry registry,
            LatestStats latest,
            String name,
            String description,
            Function<PoolStats, TimeDistribution> times) {
        FunctionTimer.builder(
                        name,
                        pool,
                        asked -> times.apply(latest.of(asked)).count(),
                        asked -> times.apply(latest.of(asked)).total().toNanos(),
                        TimeUnit.NANOSECONDS)
                .tags(tags)
                .description(description + ", estimated from a sample")
                .register(registry);
        for (double phi : PERCENTILES) {
            ToDoubleFunction<PoolStats> percentile = stats -> percentile(times.apply(stats), phi);
            // Micrometer's own name and tag for the percentiles of a timer.
            TimeGauge.builder(name + ".percentile", pool, TimeUnit.NANOSECONDS, latest.reading(percentile))
                    .tags(tags)
                    .tag("phi", Double.toString(phi))
                    .description(description + ": what so many did not exceed since the pool was made")
                    .register(registry);
        }
    }

    private static double percentile(TimeDistribution times, double phi) {
        return times.count() == 0 ? Double.NaN : times.percentile(100 * phi).toNanos();
    }

    private void count(MeterRegistry registry, String name, String description, ToDoubleFunction<ThreadPool> reading) {
        FunctionCounter.builder(name, pool, reading)
                .tags(tags)
                .baseUnit(BaseUnits.TASKS)
                .description(description)
                .register(registry);
    }

    private void tasks(MeterRegistry registry, String name, String description, ToDoubleFunction<ThreadPool> reading) {
        Gauge.builder(name, pool, reading)
                .tags(tags)
                .baseUnit(BaseUnits.TASKS)
                .description(description)
                .register(registry);
    }

    private void workers(
            MeterRegistry registry, String name, String description, ToDoubleFunction<ThreadPool> reading) {
        Gauge.builder(name, pool, reading)
                .tags(tags)
                .baseUnit(BaseUnits.THREADS)
                .description(description)
                .register(registry);
    }
}
