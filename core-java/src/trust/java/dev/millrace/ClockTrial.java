// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clocks that stand still, are set, or overflow: waits may come out longer or shorter, but all end, and no task is lost. */
class ClockTrial {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Jumps at every so many looks, to anywhere; may sleep less than asked, as the real one. */
    private static final class OddClock extends SystemLike {
        private final Random random;
        private final int oneIn;
        private final AtomicLong offset = new AtomicLong();
        private final AtomicLong parks = new AtomicLong();

        OddClock(Random random, int oneIn) {
            this.random = random;
            this.oneIn = oneIn;
            // An overflow in the first seconds.
            offset.set(random.nextBoolean() ? Long.MAX_VALUE - System.nanoTime() : random.nextLong());
        }

        @Override
        long nanoTime() {
            synchronized (random) {
                if (random.nextInt(oneIn) == 0) {
                    offset.addAndGet(jump());
                }
            }
            return System.nanoTime() + offset.get();
        }

        private long jump() {
            switch (random.nextInt(4)) {
                case 0:
                    return random.nextLong();
                case 1:
                    return TimeUnit.HOURS.toNanos(random.nextInt(100) - 50);
                default:
                    return TimeUnit.MILLISECONDS.toNanos(random.nextInt(100) - 50);
            }
        }

        @Override
        void parkNanos(Object blocker, long nanos) {
            parks.incrementAndGet();
            super.parkNanos(blocker, Math.min(nanos, TimeUnit.MILLISECONDS.toNanos(20)));
        }

        @Override
        long searchNanos() {
            return Spinning.NANOS;
        }
    }

    @Test
    void onAClockThatJumpsNoTaskIsLostAndAllWaitsEnd() throws Exception {
        Faults.repeat(random -> {
            OddClock clock = new OddClock(random, 1 + random.nextInt(20));
            Random own = new Random(random.nextLong());
            ThreadPool.Builder builder = ThreadPool.builder()
                    .maxWorkers(1 + own.nextInt(3))
                    .idleTimeout(Duration.ofMillis(own.nextInt(5)))
                    .backend(clock);
            ThreadPool pool = (own.nextBoolean() ? builder : builder.boundedQueue(2, WhenFull.BLOCK)).build();
            List<TaskFuture<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int value = i;
                tasks.add(pool.submit(() -> value, TaskOptions.timeout(Duration.ofDays(1 + own.nextInt(9)))));
            }
            for (int i = 0; i < 200; i++) {
                // Not by a timed wait of ours: it may be over at once.
                assertEquals(i, tasks.get(i).join());
            }
            List<Integer> inputs = IntStream.range(0, 200).boxed().collect(Collectors.toList());
            assertEquals(inputs, pool.map(inputs, i -> i).collect(Collectors.toList()));
            pool.trySubmit(() -> 1, Duration.ofMillis(own.nextInt(10)));
            HeldTask held = HeldTask.polite();
            TaskFuture<String> running = pool.submit(held);
            held.awaitBegun();
            Aside<?> waits = Aside.run(() -> {
                TaskFutures.waitFor(List.of(running), ReturnWhen.ALL_COMPLETED, Duration.ofMillis(5));
                TaskFutures.waitFor(List.of(running), ReturnWhen.FIRST_COMPLETED, Duration.ofMillis(5));
                pool.awaitQuiescence(Duration.ofMillis(5));
            });
            // Set back, they take longer; the tasks' end is theirs at the latest.
            Thread.sleep(5);
            held.letGo();
            waits.value();
            Aside.run(() -> {
                        pool.close(Duration.ofMillis(5));
                        pool.close();
                    })
                    .value();
            assertTrue(pool.isTerminated());
        });
    }

    @Test
    void onAClockThatStandsStillWaitsParkAndTasksRun() throws Exception {
        AtomicLong looks = new AtomicLong();
        AtomicLong parks = new AtomicLong();
        Backend still = new SystemLike() {
            @Override
            long nanoTime() {
                looks.incrementAndGet();
                return Long.MAX_VALUE;
            }

            @Override
            void parkNanos(Object blocker, long nanos) {
                parks.incrementAndGet();
                super.parkNanos(blocker, nanos);
            }

            @Override
            long searchNanos() {
                return Spinning.NANOS;
            }
        };
        ThreadPool pool = ThreadPool.builder().maxWorkers(2).backend(still).build();
        for (int i = 0; i < 100; i++) {
            assertEquals("done", pool.submit(() -> "done").get(LIMIT));
        }
        HeldTask held = HeldTask.polite();
        TaskFuture<String> running = pool.submit(held);
        held.awaitBegun();
        Aside<Object> waiter =
                Aside.call(() -> (Object) running.get(Duration.ofSeconds(5))).awaitParked();
        Waiting.until(() -> parks.get() > 0);
        long before = looks.get();
        Thread.sleep(200);
        // Both the idle worker and the waiter are asleep.
        assertTrue(looks.get() - before < 50, () -> looks.get() - before + " looks at a clock that stands still");
        held.letGo();
        assertEquals("let go", waiter.value());
        Aside.run(pool::close).value();
    }

    /** The timer is the JDK's and has a clock of its own. */
    @Test
    void aTimeLimitHoldsWhateverTheClockOfTheWaitsDoes() throws Exception {
        OddClock clock = new OddClock(new Random(1), 1);
        ThreadPool pool = ThreadPool.builder().maxWorkers(1).backend(clock).build();
        HeldTask held = HeldTask.polite();
        TaskFuture<String> limited = pool.submit(held, TaskOptions.timeout(Duration.ofMillis(100)));
        TaskTimeoutException late = assertThrows(TaskTimeoutException.class, limited::join);
        if (late.phase() == TaskTimeoutException.Phase.RUNNING) {
            held.awaitLeft();
        }
        pool.close();
    }
}
