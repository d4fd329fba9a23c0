// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers that cannot be started, and thread factories that do what no factory should. */
class StartTrial {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int TASKS = 400;
    /** Held, so that its level is not forgotten: each start that fails is logged. */
    private final Logger log = Logger.getLogger("dev.millrace");

    @BeforeEach
    void quiet() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        log.setLevel(null);
    }

    /** One start in {@code oneIn} fails, as long as it is ill. */
    private static final class IllBackend extends SystemLike {
        private final Random random;
        private volatile int oneIn;

        IllBackend(Random random, int oneIn) {
            this.random = random;
            this.oneIn = oneIn;
        }

        private synchronized int next(int bound) {
            return random.nextInt(bound);
        }

        @Override
        void start(Thread thread) {
            if (oneIn > 0 && next(oneIn) == 0) {
                switch (next(3)) {
                    case 0:
                        throw new OutOfMemoryError("unable to create native thread");
                    case 1:
                        throw new IllegalThreadStateException();
                    default:
                        throw new Mute();
                }
            }
            super.start(thread);
        }
    }

    private static ThreadPool.Builder any(Random random) {
        ThreadPool.Builder builder = ThreadPool.builder()
                .maxWorkers(1 + random.nextInt(4))
                .idleTimeout(random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(10));
        if (random.nextBoolean()) {
            builder.maxTasksPerWorker(1 + random.nextInt(3));
        }
        switch (random.nextInt(4)) {
            case 0:
                return builder.boundedQueue(random.nextInt(4), WhenFull.BLOCK);
            case 1:
                return builder.boundedQueue(random.nextInt(4), WhenFull.RUN_IN_CALLER);
            default:
                return builder;
        }
    }

    @Test
    void whereStartsFailAtRandomEachTaskRunsOrSaysWhyNot() throws Exception {
        Faults.repeat(random -> {
            IllBackend backend = new IllBackend(random, 1 + random.nextInt(4));
            ThreadPool pool = any(random).backend(backend).build();
            TaskExecutorService executor = random.nextInt(3) == 0 ? pool.limited(1 + random.nextInt(2)) : pool;
            runAll(executor);
            backend.oneIn = 0;
            assertEquals("well again", executor.submit(() -> "well again").get(LIMIT));
            // No lost worker either: as many as were asked for.
            pool.setMaxWorkers(2);
            HeldTask one = HeldTask.polite();
            HeldTask other = HeldTask.polite();
            pool.submit(one);
            pool.submit(other);
            one.awaitBegun();
            other.awaitBegun();
            one.letGo();
            other.letGo();
            Aside.run(pool::close).value();
            assertTrue(pool.isTerminated());
        });
    }

    /** Submits many in every way there is; each runs once, or tells why it did not. */
    private static void runAll(TaskExecutorService executor) throws Exception {
        AtomicInteger runs = new AtomicInteger();
        List<TaskFuture<Integer>> accepted = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            try {
                accepted.add(
                        i % 3 == 0
                                ? executor.submitWhenRoom(runs::incrementAndGet)
                                : i % 3 == 1
                                        ? executor.submit(runs::incrementAndGet)
                                        : executor.submit(() -> executor.submit(runs::incrementAndGet)
                                                .join()));
            } catch (RejectedExecutionException e) {
                assertClear(e);
            }
        }
        int succeeded = 0;
        for (TaskFuture<Integer> task : accepted) {
            try {
                task.get(LIMIT);
                succeeded++;
            } catch (ExecutionException e) {
                assertClear(assertInstanceOfRejection(e.getCause()));
            }
        }
        assertTrue(runs.get() >= succeeded, runs + " ran, " + succeeded + " succeeded");
    }

    private static RejectedExecutionException assertInstanceOfRejection(Throwable thrown) {
        assertSame(RejectedExecutionException.class, thrown.getClass(), thrown.getClass()::getName);
        return (RejectedExecutionException) thrown;
    }

    private static void assertClear(RejectedExecutionException e) {
        assertTrue(e.getMessage().contains("has no worker and cannot start one"), e.getMessage());
        assertNotNull(e.getCause());
    }

    @Test
    void aFactoryThatThrowsOrReturnsNullAtRandomLosesNoTask() throws Exception {
        Faults.repeat(random -> {
            boolean[] ill = {true};
            ThreadFactory factory = worker -> {
                synchronized (random) {
                    switch (ill[0] ? random.nextInt(4) : 3) {
                        case 0:
                            return null;
                        case 1:
                            throw Faults.<RuntimeException>rethrow(Faults.ERRORS
                                    .get(random.nextInt(Faults.ERRORS.size()))
                                    .get());
                        default:
                            return new Thread(worker);
                    }
                }
            };
            Random kind = new Random(random.nextLong());
            ThreadPool pool = any(kind).threadFactory(factory).build();
            runAll(pool);
            synchronized (random) {
                ill[0] = false;
            }
            assertEquals("well again", pool.submit(() -> "well again").get(LIMIT));
            Aside.run(pool::close).value();
        });
    }

    /** The start of a thread that runs is refused by the JVM; the worker in it runs, or finds itself off the books. */
    @Test
    void aFactoryThatStartsTheThreadItselfLosesNoTask() throws Exception {
        Faults.repeat(random -> {
            int pause = random.nextInt(3);
            ThreadPool pool = ThreadPool.builder()
                    .maxWorkers(2)
                    .threadFactory(worker -> {
                        Thread thread = new Thread(worker);
                        thread.start();
                        for (int i = 0; i < pause; i++) {
                            Thread.yield();
                        }
                        return thread;
                    })
                    .build();
            List<TaskFuture<Integer>> accepted = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                try {
                    accepted.add(pool.submit(() -> 1));
                } catch (RejectedExecutionException e) {
                    assertClear(e);
                }
            }
            for (TaskFuture<Integer> task : accepted) {
                try {
                    task.get(LIMIT);
                } catch (ExecutionException e) {
                    assertClear(assertInstanceOfRejection(e.getCause()));
                }
            }
            Aside.run(pool::close).value();
        });
    }

    @Test
    void aFactoryThatReturnsTheSameThreadTwiceLeavesTheTasksToTheFirstWorker() throws Exception {
        Thread[] only = new Thread[1];
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(2)
                .threadFactory(worker -> {
                    if (only[0] == null) {
                        only[0] = new Thread(worker);
                    }
                    return only[0];
                })
                .build();
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        TaskFuture<String> second = pool.submit(() -> "second");
        held.letGo();
        assertEquals("second", second.get(LIMIT));
        pool.setMaxWorkers(1);
        pool.close();
    }

    /**
     * A thread that never runs what it was given cannot be told from one that the machine has not come to: its tasks
     * wait. What is promised is that they can be cancelled, time out, and do not outlive the pool's end.
     */
    @Test
    void tasksOfAThreadThatNeverRunsItsWorkerCanBeEnded() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .threadFactory(worker -> new Thread(() -> {}))
                .build();
        TaskFuture<?> cancelled = pool.submit(() -> {});
        TaskFuture<?> late = pool.submit(() -> {}, TaskOptions.timeout(Duration.ofMillis(50)));
        TaskFuture<?> left = pool.submit(() -> {});
        assertTrue(cancelled.cancel(true));
        assertThrows(TaskTimeoutException.class, late::join);
        ShutdownReport report = pool.close(Duration.ofMillis(10));
        assertFalse(report.isTerminated());
        assertTrue(left.isCancelled());
    }
}
