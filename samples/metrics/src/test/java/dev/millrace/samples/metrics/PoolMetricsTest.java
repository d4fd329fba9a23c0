// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.TaskTimeoutException;
import dev.millrace.ThreadPool;
import dev.millrace.WhenFull;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class PoolMetricsTest {
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

    @Test
    void aBusyPoolShowsItsWorkersAndItsQueue() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        try (ThreadPool pool = ThreadPool.builder()
                .name("io")
                .maxWorkers(2)
                .boundedQueue(3, WhenFull.REJECT)
                .build()) {
            new PoolMetrics(pool).bindTo(registry);
            for (int i = 0; i < 3; i++) {
                pool.submit(() -> {
                    running.countDown();
                    end.await();
                    return null;
                });
            }
            running.await();

            assertEquals(2, gauge("executor.active"));
            assertEquals(2, gauge("executor.pool.size"));
            assertEquals(2, gauge("executor.pool.core"));
            assertEquals(2, gauge("executor.pool.max"));
            assertEquals(1, gauge("executor.queued"));
            assertEquals(2, gauge("executor.queue.remaining"));
            assertEquals(0, gauge("executor.waiting.for.room"));

            TaskFuture<?> inLine;
            pool.submit(() -> {});
            pool.submit(() -> {});
            inLine = pool.submitWhenRoom(() -> null);
            aSecondPasses();

            assertEquals(0, gauge("executor.queue.remaining"));
            assertEquals(1, gauge("executor.waiting.for.room"));
            assertTrue(registry.get("executor.queue.oldest").timeGauge().value(TimeUnit.NANOSECONDS) > 0);
            end.countDown();
            inLine.join();
        }
    }

    @Test
    void eachWayForATaskToEndHasItsCounter() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (ThreadPool pool = ThreadPool.builder()
                .name("io")
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.REJECT)
                .build()) {
            new PoolMetrics(pool).bindTo(registry);
            pool.submit(() -> {}).join();
            TaskFuture<?> failing = pool.submit(() -> {
                throw new IllegalStateException();
            });
            assertThrows(IllegalStateException.class, failing::join);
            TaskFuture<?> late = pool.submit(
                    () -> {
                        new CountDownLatch(1).await();
                        return null;
                    },
                    TaskOptions.timeout(Duration.ofMillis(1)));
            assertThrows(TaskTimeoutException.class, late::join);
            late.awaitExit(Duration.ofSeconds(30));
            until(() -> pool.stats().timedOut() == 1); // the timer counts just after it has told
            CountDownLatch running = new CountDownLatch(1);
            pool.submit(() -> {
                running.countDown();
                end.await();
                return null;
            });
            running.await();
            TaskFuture<?> pending = pool.submit(() -> {});
            assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
            pending.cancel(true);
            end.countDown();
        }

        assertEquals(5, counter("executor.completed"));
        assertEquals(1, counter("executor.failed"));
        assertEquals(1, counter("executor.timed.out"));
        assertEquals(1, counter("executor.cancelled"));
        assertEquals(1, counter("executor.rejected"));
    }

    @Test
    void theTimersHaveTheTimesThatThePoolTook() {
        ThreadPool pool = ThreadPool.builder().name("io").recordTimes().build();
        new PoolMetrics(pool).bindTo(registry);
        try (pool) {
            pool.submit(() -> {
                        long start = System.nanoTime();
                        while (System.nanoTime() - start < 1_000_000) {
                            Thread.onSpinWait();
                        }
                    })
                    .join();
        }

        FunctionTimer runs = registry.get("executor").functionTimer();
        assertEquals(1, runs.count());
        assertTrue(runs.totalTime(TimeUnit.MILLISECONDS) >= 1);
        assertEquals(1, registry.get("executor.idle").functionTimer().count());
        for (String phi : List.of("0.5", "0.95", "0.99")) {
            assertTrue(percentile("executor", phi) >= 1, phi);
            assertTrue(percentile("executor.idle", phi) > 0, phi);
        }
    }

    @Test
    void withoutRecordTimesTheTimersAreEmptyAndThePercentilesUnknown() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            new PoolMetrics(pool).bindTo(registry);
            pool.submit(() -> {}).join();

            assertEquals(0, registry.get("executor").functionTimer().count());
            assertEquals(Double.NaN, percentile("executor", "0.99"));
        }
    }

    @Test
    void eachMeterBearsThePoolsNameAndTheGivenTags() {
        try (ThreadPool pool = ThreadPool.builder().name("io").build()) {
            new PoolMetrics(pool, Tags.of("region", "north")).bindTo(registry);

            registry.getMeters().forEach(meter -> {
                List<Tag> tags = meter.getId().getTags();
                assertTrue(tags.containsAll(List.of(Tag.of("name", "io"), Tag.of("region", "north"))), tags::toString);
            });
        }
    }

    @Test
    void thePoolIsAskedOnceASecondWhateverIsRead() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            new PoolMetrics(pool).bindTo(registry);
            assertEquals(0, counter("executor.completed"));
            pool.submit(() -> {}).join();
            TaskFuture<?> failing = pool.submit(() -> {
                throw new IllegalStateException();
            });
            assertThrows(IllegalStateException.class, failing::join);
            pool.awaitQuiescence(Duration.ofSeconds(30)); // a worker counts its task just after its end

            assertEquals(0, counter("executor.completed"));
            assertEquals(0, counter("executor.failed"));
            assertEquals(0, gauge("executor.pool.size"));

            aSecondPasses();
            assertEquals(1, gauge("executor.pool.size"));
            assertEquals(1, counter("executor.failed"));
            assertEquals(2, counter("executor.completed"));
        }
    }

    @Test
    void noCounterGoesBackWhileTasksEndInEveryWay() {
        Map<String, Double> before = new HashMap<>();
        try (ThreadPool pool = ThreadPool.builder().maxWorkers(2).recordTimes().build()) {
            new PoolMetrics(pool).bindTo(registry);
            for (int round = 0; round < 3_000; round++) {
                int kind = round % 3;
                TaskFuture<?> task = pool.submit(
                        () -> {
                            if (kind == 0) {
                                throw new IllegalStateException();
                            }
                            if (kind == 1) {
                                new CountDownLatch(1).await();
                            }
                            return null;
                        },
                        TaskOptions.timeout(Duration.ofNanos(kind == 1 ? 100_000 : 60_000_000_000L)));
                while (!task.isDone()) {
                    assertNoneIsLower(before);
                }
                assertNoneIsLower(before);
                if (kind != 2) {
                    task.exceptionNow(); // seen, so not logged
                }
            }
        }
    }

    private void assertNoneIsLower(Map<String, Double> before) {
        aSecondPasses();
        registry.getMeters().forEach(meter -> {
            if (meter instanceof FunctionCounter || meter instanceof FunctionTimer) {
                meter.measure().forEach(measurement -> {
                    String name = meter.getId().getName() + " " + measurement.getStatistic();
                    Double last = before.put(name, measurement.getValue());
                    assertTrue(last == null || last <= measurement.getValue(), () -> name + " was " + last);
                });
            }
        });
    }

    @Test
    void aRegistryKeepsNoClosedPoolAlive() throws Exception {
        WeakReference<ThreadPool> pool = closedPool();
        until(() -> {
            System.gc();
            return pool.get() == null;
        });
        aSecondPasses();

        assertEquals(Double.NaN, gauge("executor.active"));
        assertEquals(1, counter("executor.completed"));
    }

    private WeakReference<ThreadPool> closedPool() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            new PoolMetrics(pool).bindTo(registry);
            pool.submit(() -> {}).join();
            pool.awaitQuiescence(Duration.ofSeconds(30));
            assertEquals(1, counter("executor.completed"));
            return new WeakReference<>(pool);
        }
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "not so after 30 s");
            Thread.onSpinWait();
        }
    }

    private void aSecondPasses() {
        clock.add(1, TimeUnit.SECONDS);
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private double counter(String name) {
        return registry.get(name).functionCounter().count();
    }

    private double percentile(String timer, String phi) {
        return registry.get(timer + ".percentile").tag("phi", phi).timeGauge().value(TimeUnit.MILLISECONDS);
    }
}
