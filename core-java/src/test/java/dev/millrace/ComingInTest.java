// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Tasks come in without the pool's lock; they meet what is decided under it at that moment. */
class ComingInTest {
    private static final int PRODUCERS = 2;
    /** Of tasks that a producer submits, if nobody refuses them before. */
    private static final int MOST = 1_000;

    @Test
    void whatComesWhileThePoolBreaksIsRefusedOrFailsAndNoOtherWorkerIsTried() throws Exception {
        Logger logger = Logger.getLogger("dev.millrace");
        Level before = logger.getLevel();
        logger.setLevel(Level.OFF);
        try {
            for (int round = 0; round < 2_000; round++) {
                AtomicInteger initialized = new AtomicInteger();
                ThreadPool pool = ThreadPool.builder()
                        .maxWorkers(1)
                        .initializer(() -> {
                            if (initialized.incrementAndGet() == 1) {
                                throw new IllegalStateException("the first");
                            }
                        })
                        .build();
                List<TaskFuture<Integer>> accepted = new ArrayList<>();
                submitUntilRefused(pool, accepted);
                pool.close();
                for (TaskFuture<?> task : accepted) {
                    assertEquals(TaskStatus.FAILED, task.status());
                    task.exceptionNow();
                }
                assertEquals(1, initialized.get());
            }
        } finally {
            logger.setLevel(before);
        }
    }

    private static void submitUntilRefused(ThreadPool pool, List<TaskFuture<Integer>> accepted) {
        try {
            for (int task = 0; task < MOST; task++) {
                accepted.add(pool.submit(() -> 1));
            }
        } catch (RejectedExecutionException refused) {
            // Expected, sooner or later.
        }
    }

    @Test
    void aShutdownRunsWhatWasAcceptedAndNothingThatWasRefused() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            ThreadPool pool = ThreadPool.of(1 + round % 3);
            AtomicInteger ran = new AtomicInteger();
            AtomicInteger accepted = new AtomicInteger();
            Producers producers = new Producers(producer -> {
                try {
                    for (int task = 0; task < MOST; task++) {
                        pool.execute(ran::incrementAndGet);
                        accepted.incrementAndGet();
                    }
                } catch (RejectedExecutionException refused) {
                    // The pool is closed.
                }
            });
            Waiting.until(() -> accepted.get() > 10);
            pool.shutdown();
            producers.join();
            pool.close();
            assertEquals(accepted.get(), ran.get());
        }
    }

    @Test
    void aStopLeavesNoFuturePending() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            ThreadPool pool = ThreadPool.of(1 + round % 3);
            List<List<TaskFuture<Integer>>> accepted = new ArrayList<>();
            for (int producer = 0; producer < PRODUCERS; producer++) {
                accepted.add(new ArrayList<>());
            }
            Producers producers = new Producers(producer -> submitUntilRefused(pool, accepted.get(producer)));
            pool.submit(() -> 1).get();
            pool.shutdownNow();
            producers.join();
            pool.close();
            accepted.forEach(tasks -> tasks.forEach(task -> assertTrue(task.isDone())));
        }
    }

    /** The workers park after each burst, for a day: a wake-up that is lost is a test that hangs. */
    @Test
    void noBurstIsOverseenByWorkersThatPark() throws Exception {
        try (ThreadPool pool = ThreadPool.builder()
                .maxWorkers(2)
                .idleTimeout(Duration.ofDays(1))
                .build()) {
            Producers producers = new Producers(producer -> {
                for (int burst = 0; burst < 20_000; burst++) {
                    CountDownLatch ran = new CountDownLatch(1 + burst % 3);
                    for (int task = 0; task <= burst % 3; task++) {
                        pool.execute(ran::countDown);
                    }
                    Waiting.await(ran);
                }
            });
            producers.join();
        }
    }

    /** Who parks when another worker has just taken the last task does not keep a pool that is closed from its end. */
    @Test
    void aCloseEndsWithItsLastTask() {
        for (int round = 0; round < 20_000; round++) {
            ThreadPool pool = ThreadPool.builder()
                    .maxWorkers(4)
                    .idleTimeout(Duration.ofDays(1))
                    .build();
            for (int task = 0; task < 5; task++) {
                pool.execute(() -> {});
            }
            pool.close();
        }
    }

    /** A task that waits takes back what it submitted, beside workers that take and producers that bring. */
    @Test
    void eachRunsOnceWhoeverTakesIt() throws Exception {
        int rounds = 20_000;
        AtomicIntegerArray ran = new AtomicIntegerArray(PRODUCERS * rounds * 3);
        try (ThreadPool pool = ThreadPool.of(2)) {
            Producers producers = new Producers(producer -> {
                for (int round = 0; round < rounds; round++) {
                    int first = (producer * rounds + round) * 3;
                    TaskFuture<?> outer = pool.submit(() -> {
                        TaskFuture<?> one = pool.submit(() -> ran.incrementAndGet(first));
                        TaskFuture<?> other = pool.submit(() -> ran.incrementAndGet(first + 1));
                        other.join();
                        one.join();
                    });
                    TaskFuture<?> cancelled = pool.submit(() -> ran.incrementAndGet(first + 2));
                    if (cancelled.cancelIfPending()) {
                        ran.incrementAndGet(first + 2);
                    }
                    outer.join();
                }
            });
            producers.join();
        }
        for (int task = 0; task < ran.length(); task++) {
            assertEquals(1, ran.get(task));
        }
    }

    /** Threads that do the same, each with its number. */
    private static final class Producers {
        private final List<Thread> threads = new ArrayList<>();
        private final List<Throwable> failures = new ArrayList<>();

        Producers(IntConsumer work) {
            for (int i = 0; i < PRODUCERS; i++) {
                int number = i;
                Thread thread = new Thread(() -> {
                    try {
                        work.accept(number);
                    } catch (Throwable failure) {
                        synchronized (failures) {
                            failures.add(failure);
                        }
                    }
                });
                threads.add(thread);
                thread.start();
            }
        }

        void join() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), failures);
        }
    }
}
