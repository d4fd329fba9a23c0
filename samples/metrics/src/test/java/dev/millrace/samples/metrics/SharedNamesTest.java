// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.ThreadPool;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A dashboard made for the JDK's pool finds ours: same names, types, tags and units. */
class SharedNamesTest {
    private static final Tags REGION = Tags.of("region", "north");

    @Test
    void whatMicrometerBindsForTheJdksPoolIsBoundForOurs() {
        SimpleMeterRegistry theirs = new SimpleMeterRegistry();
        SimpleMeterRegistry ours = new SimpleMeterRegistry();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        ExecutorServiceMetrics.monitor(theirs, executor, "io", REGION);
        executor.shutdown();
        try (ThreadPool pool = ThreadPool.builder().name("io").build()) {
            new PoolMetrics(pool, REGION).bindTo(ours);

            Set<String> shared = ids(ours);
            shared.retainAll(ids(theirs));
            assertEquals(ids(theirs), shared);
            assertEquals(9, shared.size(), shared::toString);
        }
    }

    @Test
    void nothingElseOfOursHasAnyOfTheirNames() {
        SimpleMeterRegistry theirs = new SimpleMeterRegistry();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        ExecutorServiceMetrics.monitor(theirs, executor, "io", REGION);
        executor.shutdown();
        SimpleMeterRegistry ours = new SimpleMeterRegistry();
        try (ThreadPool pool = ThreadPool.builder().name("io").build()) {
            new PoolMetrics(pool, REGION).bindTo(ours);
            List<String> own = ours.getMeters().stream()
                    .map(meter -> meter.getId().getName())
                    .filter(name -> theirs.find(name).meter() == null)
                    .distinct()
                    .sorted()
                    .toList();

            assertEquals(
                    List.of(
                            "executor.cancelled",
                            "executor.failed",
                            "executor.idle.percentile",
                            "executor.percentile",
                            "executor.queue.oldest",
                            "executor.rejected",
                            "executor.timed.out",
                            "executor.waiting.for.room"),
                    own);
        }
    }

    private static Set<String> ids(MeterRegistry registry) {
        Set<String> ids = new TreeSet<>();
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            ids.add(id.getName() + " " + id.getType() + " " + id.getTags() + " " + id.getBaseUnit());
        }
        return ids;
    }
}
