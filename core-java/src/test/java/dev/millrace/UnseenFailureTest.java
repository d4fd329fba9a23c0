// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A failure that nobody looks at is reported once; one that somebody looked at is not. */
class UnseenFailureTest {
    private final Logger logger = Logger.getLogger("dev.millrace");
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private ThreadPool pool = ThreadPool.of(1);

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
        pool.close();
    }

    @Test
    void aFailureThatNobodyLookedAtIsLoggedOnceItsFutureIsCollected() {
        IllegalStateException lost = new IllegalStateException("lost");
        pool.submit(
                () -> {
                    throw lost;
                },
                TaskOptions.named("forgotten"));
        Waiting.until(() -> {
            System.gc();
            // A worker that goes idle looks.
            pool.submit(() -> {}).join();
            return records.stream().anyMatch(record -> record.getThrown() == lost);
        });
        LogRecord record =
                records.stream().filter(r -> r.getThrown() == lost).findFirst().orElseThrow();
        assertEquals(Level.WARNING, record.getLevel());
        assertEquals(
                "task forgotten of " + pool.name() + " failed, and nobody looked at its outcome", record.getMessage());
        assertEquals(1, records.stream().filter(r -> r.getThrown() == lost).count());
    }

    @Test
    void aFailureThatSomebodyLookedAtIsNotLogged() throws Exception {
        IllegalStateException seen = new IllegalStateException("seen");
        for (int i = 0; i < 2_000; i++) {
            TaskFuture<?> failing = pool.submit(() -> {
                throw seen;
            });
            if (i % 2 == 0) {
                assertSame(seen, assertThrows(IllegalStateException.class, failing::join));
            } else {
                CountDownLatch told = new CountDownLatch(1);
                failing.onDone(f -> told.countDown());
                Waiting.await(told);
            }
        }
        IllegalStateException last = new IllegalStateException("last");
        pool.submit(() -> {
            throw last;
        });
        Waiting.until(() -> {
            System.gc();
            pool.submit(() -> {}).join();
            return records.stream().anyMatch(record -> record.getThrown() == last);
        });
        assertTrue(records.stream().noneMatch(record -> record.getThrown() == seen));
    }

    @Test
    void aFailureThatSomebodyLookedAtAtOnceIsNotLogged() {
        IllegalStateException seen = new IllegalStateException("seen");
        WeakReference<TaskFuture<?>> future = failAndLookAtOnce(seen);
        Waiting.until(() -> {
            System.gc();
            return future.get() == null;
        });
        IllegalStateException last = new IllegalStateException("last");
        pool.submit(() -> {
            throw last;
        });
        Waiting.until(() -> {
            System.gc();
            pool.submit(() -> {}).join();
            return records.stream().anyMatch(record -> record.getThrown() == last);
        });
        assertTrue(records.stream().noneMatch(record -> record.getThrown() == seen));
    }

    /** Between the outcome and the watch over it, as another thread may. */
    private static WeakReference<TaskFuture<?>> failAndLookAtOnce(Throwable failure) {
        List<TaskFuture<?>> told = new ArrayList<>();
        TaskFuture<?> future = TaskFuture.promised(new TaskHome(Backend.SYSTEM, null) {
            @Override
            String name() {
                return "looks at once";
            }

            @Override
            void done(TaskFuture<?> task) {
                told.get(0).exceptionNow();
            }
        });
        told.add(future);
        assertTrue(future.failPromise(failure));
        return new WeakReference<>(future);
    }

    @Test
    void whatACancelledTaskThrowsIsLoggedUnlessItIsTheInterrupt() {
        IllegalStateException late = new IllegalStateException("late");
        CountDownLatch running = new CountDownLatch(1);
        TaskFuture<?> task = pool.submit(
                () -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw late;
                    }
                },
                "unused");
        Waiting.await(running);
        task.cancel(true);
        Waiting.until(task::hasExited);
        assertTrue(records.stream().anyMatch(r -> r.getThrown() == late && r.getLevel() == Level.WARNING));

        records.clear();
        CountDownLatch again = new CountDownLatch(1);
        TaskFuture<?> polite = pool.submit(() -> {
            again.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        Waiting.await(again);
        polite.cancel(true);
        Waiting.until(polite::hasExited);
        assertEquals(List.of(), records);
    }

    /** No task ends any more that would look for it. */
    @Test
    void aFailureThatOutlivesItsPoolIsLoggedToo() throws Exception {
        FakeBackend clock = new FakeBackend();
        ThreadPool brief =
                ThreadPool.builder().name("brief").maxWorkers(1).backend(clock).build();
        WeakReference<TaskFuture<?>> future = failAndForget(brief);
        brief.close();
        assertEquals(1, clock.armed());
        Waiting.until(() -> {
            System.gc();
            return future.get() == null;
        });
        Waiting.until(() -> {
            // It looks four times after an end.
            ThreadPool.builder().backend(clock).build().close();
            clock.advance(Duration.ofMinutes(5));
            return !records.isEmpty();
        });
        assertEquals(
                "task outlived of brief failed, and nobody looked at its outcome",
                records.get(0).getMessage());
        Waiting.until(() -> {
            clock.advance(Duration.ofMinutes(5));
            return clock.armed() == 0;
        });
    }

    private static WeakReference<TaskFuture<?>> failAndForget(ThreadPool pool) {
        TaskFuture<?> future = pool.submit(
                () -> {
                    throw new IllegalStateException("no");
                },
                TaskOptions.named("outlived"));
        Waiting.until(future::isDone);
        return new WeakReference<>(future);
    }

    @Test
    void whatATaskThrowsThatIsOutOfTimeIsLoggedAsThat() throws Exception {
        FakeBackend clock = new FakeBackend();
        ThreadPool timed = ThreadPool.builder().maxWorkers(1).backend(clock).build();
        CountDownLatch running = new CountDownLatch(1);
        TaskFuture<?> task = timed.submit(
                () -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("late");
                    }
                },
                TaskOptions.named("slow").withTimeout(Duration.ofSeconds(1)));
        Waiting.await(running);
        clock.advance(Duration.ofSeconds(1));
        timed.close();
        assertTrue(task.hasExited());
        assertEquals(
                List.of("task slow threw after it had run out of time"),
                records.stream().map(LogRecord::getMessage).collect(Collectors.toList()));
    }

    /** With no place in the queue a submit is accepted only if a worker is free, which it is once its result is to be seen. */
    @Test
    void whoSeesAResultFindsTheWorkerFreeWhateverItFoundToReport() {
        CountDownLatch inHandler = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Handler slow = new Handler() {
            @Override
            public void publish(LogRecord record) {
                inHandler.countDown();
                Waiting.await(go);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(slow);
        try (ThreadPool one = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.REJECT)
                .build()) {
            for (int i = 0; i < 100; i++) {
                TaskFuture<?> unseen = one.submit(() -> {
                    throw new IllegalStateException("unseen");
                });
                Waiting.until(unseen::hasExited);
            }
            Waiting.until(() -> {
                System.gc();
                one.submit(() -> {}).join();
                return inHandler.getCount() == 0;
            });
            for (int i = 0; i < 100; i++) {
                one.submit(() -> {}).join();
            }
            long reporting = Thread.getAllStackTraces().values().stream()
                    .filter(stack ->
                            Arrays.stream(stack).anyMatch(f -> f.getClassName().equals(Failure.class.getName())))
                    .count();
            assertEquals(1, reporting);
        } finally {
            go.countDown();
            logger.removeHandler(slow);
        }
    }

    @Test
    void aLogHandlerThatThrowsOrBlocksHoldsNothingUp() throws Exception {
        CountDownLatch inHandler = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Handler bad = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getMessage().contains("nobody looked")) {
                    inHandler.countDown();
                    Waiting.await(go);
                }
                throw new IllegalStateException("bad handler");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(bad);
        ThreadPool two = ThreadPool.builder()
                .maxWorkers(2)
                .threadFactory(worker -> {
                    Thread thread = new Thread(worker);
                    thread.setUncaughtExceptionHandler((t, thrown) -> {});
                    return thread;
                })
                .build();
        try {
            CountDownLatch running = new CountDownLatch(1);
            TaskFuture<?> task = two.submit(() -> {
                running.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("late");
                }
            });
            Waiting.await(running);
            task.cancel(true);
            Waiting.until(task::hasExited);

            two.submit(() -> {
                throw new IllegalStateException("unseen");
            });
            Waiting.until(() -> {
                System.gc();
                two.submit(() -> {}).join();
                return inHandler.getCount() == 0;
            });
            assertEquals(
                    "the other worker's", two.submit(() -> "the other worker's").join());
        } finally {
            go.countDown();
            logger.removeHandler(bad);
            two.close();
        }
    }
}
