// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each kind of error, out of each kind of user code: the future ends with it, others do not notice, the pool goes on. */
class ErrorTrial {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int FRAMES = 300;

    private final Logger log = Logger.getLogger("dev.millrace");
    private Thread.UncaughtExceptionHandler handler;

    @BeforeEach
    void quiet() {
        log.setLevel(Level.OFF);
        handler = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
            // The handlers throw as well.
            throw Faults.<RuntimeException>rethrow(thrown);
        });
    }

    @AfterEach
    void loud() {
        log.setLevel(null);
        Thread.setDefaultUncaughtExceptionHandler(handler);
    }

    private interface Place {
        /** Has {@code error} thrown in that place, and sees that nobody is left waiting. */
        void tryOut(TaskExecutorService executor, Supplier<Throwable> error) throws Exception;
    }

    private static RuntimeException thrown(Supplier<Throwable> error) {
        throw Faults.<RuntimeException>rethrow(error.get());
    }

    private static void assertFailed(TaskFuture<?> task) {
        assertThrows(ExecutionException.class, () -> task.get(LIMIT));
        assertEquals(TaskStatus.FAILED, task.status());
    }

    private static Stream<DynamicTest> places(Place place) {
        List<DynamicTest> tests = new ArrayList<>();
        for (int kind = 0; kind < 4; kind++) {
            for (Supplier<Throwable> error : Faults.ERRORS) {
                int nr = kind;
                String name = List.of("pool", "view", "adapter", "bounded").get(kind) + " "
                        + error.get().getClass().getSimpleName();
                tests.add(DynamicTest.dynamicTest(name, () -> tryOut(place, nr, error)));
            }
        }
        return tests.stream();
    }

    private static void tryOut(Place place, int kind, Supplier<Throwable> error) throws Exception {
        try (TaskExecutorService pool = executor(kind)) {
            TaskExecutorService executor = kind == 1 ? pool.limited(2) : pool;
            place.tryOut(executor, error);
            HeldTask one = HeldTask.polite();
            HeldTask other = HeldTask.polite();
            executor.submit(one);
            executor.submit(other);
            one.awaitBegun();
            other.awaitBegun();
            one.letGo();
            other.letGo();
            assertEquals("next", executor.submit(() -> "next").get(LIMIT));
        }
    }

    private static TaskExecutorService executor(int kind) {
        switch (kind) {
            case 2:
                return TaskExecutorService.adapt(Executors.newFixedThreadPool(2));
            case 3:
                return ThreadPool.builder()
                        .maxWorkers(2)
                        .boundedQueue(100, WhenFull.BLOCK)
                        .build();
            default:
                return ThreadPool.of(2);
        }
    }

    @TestFactory
    Stream<DynamicTest> inTasks() {
        return places((executor, error) -> {
            assertFailed(executor.submit(() -> thrown(error)));
            assertFailed(executor.submit((Runnable) () -> thrown(error)));
            assertFailed(
                    executor.submit(() -> executor.submit(() -> thrown(error)).get()));
            executor.execute(() -> thrown(error));
            assertThrows(Throwable.class, () -> executor.invokeAny(List.of(() -> thrown(error))));
            try (TaskGroup group = executor.group()) {
                group.submit(() -> thrown(error));
                group.submit(() -> {
                    Thread.sleep(60_000);
                    return 1;
                });
                assertThrows(Throwable.class, group::join);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> inCallbacks() {
        return places((executor, error) -> {
            HeldTask held = HeldTask.polite();
            TaskFuture<String> task = executor.submit(held);
            CountDownLatch told = new CountDownLatch(4);
            Consumer<TaskFuture<String>> callback = f -> {
                told.countDown();
                throw thrown(error);
            };
            task.onDone(callback);
            task.onDone(f -> told.countDown());
            task.onDone(callback, command -> {
                throw thrown(error);
            });
            task.onExit(() -> callback.accept(task));
            task.onExit(told::countDown);
            held.letGo();
            assertEquals("let go", task.get(LIMIT));
            Waiting.await(told);
            // At once, as it is done.
            task.onDone(callback);
            task.onDone(callback, command -> {
                throw thrown(error);
            });
            TaskPromise<Integer> promise = new TaskPromise<>();
            promise.onCancel(interrupt -> thrown(error));
            promise.future().onDone(f -> thrown(error));
            assertTrue(promise.future().cancel(true));
        });
    }

    @TestFactory
    Stream<DynamicTest> inLateOutcomesAndWhatIsDropped() {
        return places((executor, error) -> {
            Semaphore late = new Semaphore(0);
            HeldTask held = HeldTask.polite();
            TaskFuture<?> cancelled = executor.submit(
                    () -> {
                        try {
                            return held.call();
                        } finally {
                            thrown(error);
                        }
                    },
                    TaskOptions.NONE.withOnLateOutcome((value, thrown) -> {
                        late.release();
                        throw thrown(error);
                    }));
            held.awaitBegun();
            assertTrue(cancelled.cancel(true));
            assertTrue(cancelled.awaitExit(LIMIT));
            late.acquire();
        });
    }

    @TestFactory
    Stream<DynamicTest> inMaps() {
        return places((executor, error) -> {
            List<Integer> inputs = List.of(1, 2, 3, 4, 5, 6, 7, 8);
            ThrowingFunction<Integer, Integer> fails = i -> {
                if (i == 5) {
                    throw thrown(error);
                }
                return i;
            };
            assertThrows(Throwable.class, () -> executor.map(inputs, fails).forEach(i -> {}));
            assertThrows(Throwable.class, () -> executor.map(inputs, fails, MapOptions.chunk(3))
                    .forEach(i -> {}));
            assertThrows(Throwable.class, () -> executor.map(inputs, fails, MapOptions.unordered())
                    .forEach(i -> {}));
            assertFailed(executor.mapAsync(inputs, fails));
            assertEquals(
                    1,
                    executor.mapAsync(inputs, fails, MapOptions.chunk(3).withCollectedFailures()).get(LIMIT).stream()
                            .filter(f -> f.status() == TaskStatus.FAILED)
                            .count());
            Iterable<Integer> source = () -> new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < 100 || thrown(error) == null;
                }

                @Override
                public Integer next() {
                    return next++;
                }
            };
            assertThrows(Throwable.class, () -> executor.map(source, i -> i).forEach(i -> {}));
            assertThrows(Throwable.class, () -> executor.mapAsync(source, i -> i));
            Iterable<Integer> none = () -> {
                throw thrown(error);
            };
            assertThrows(Throwable.class, () -> executor.map(none, i -> i));
            AtomicInteger reports = new AtomicInteger();
            MapOptions progress = MapOptions.progress(p -> {
                reports.incrementAndGet();
                throw thrown(error);
            });
            assertEquals(8, executor.map(inputs, i -> i, progress).count());
            assertEquals(inputs, executor.mapAsync(inputs, i -> i, progress).get(LIMIT));
            assertTrue(reports.get() >= 2);
            // The consumer's own.
            assertThrows(Throwable.class, () -> executor.map(inputs, i -> i).forEach(i -> {
                throw thrown(error);
            }));
        });
    }

    @Test
    void inInitializersHandlersFactoriesAndTerminationCallbacks() throws Exception {
        for (Supplier<Throwable> error : Faults.ERRORS) {
            CountDownLatch go = new CountDownLatch(1);
            ThreadPool broken = ThreadPool.builder()
                    .maxWorkers(1)
                    .initializer(() -> {
                        Waiting.await(go);
                        thrown(error);
                    })
                    .threadFactory(worker -> {
                        Thread thread = new Thread(worker);
                        thread.setUncaughtExceptionHandler((t, uncaught) -> {
                            throw thrown(error);
                        });
                        return thread;
                    })
                    .build();
            List<TaskFuture<?>> pending = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                TaskFuture<?> task = broken.submit(() -> {});
                task.onDone(f -> thrown(error));
                pending.add(task);
            }
            broken.onTermination(() -> thrown(error));
            go.countDown();
            for (TaskFuture<?> task : pending) {
                ExecutionException e = assertThrows(ExecutionException.class, () -> task.get(LIMIT));
                assertSame(BrokenPoolException.class, e.getCause().getClass());
            }
            assertThrows(BrokenPoolException.class, () -> broken.submit(() -> {}));
            Aside.run(broken::close).value();
        }
    }

    @Test
    void whereTheStackEndsNoWaitAndNoCallbackIsLost() throws Exception {
        ThreadPool pool = ThreadPool.of(1);
        TaskPromise<Integer> promise = new TaskPromise<>();
        AtomicInteger added = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        EndOfStack.callAtEachOfTheLast(FRAMES, i -> {
            promise.future().onDone(f -> told.incrementAndGet());
            added.incrementAndGet();
        });
        promise.succeed(1);
        assertTrue(told.get() >= added.get(), told + " told of " + added);
        EndOfStack.callAtEachOfTheLast(
                FRAMES, i -> assertEquals(i, pool.submit(() -> i).join()));
        assertEquals("next", pool.submit(() -> "next").get(LIMIT));
        List<TaskPromise<Integer>> promises = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(FRAMES);
        for (int i = 0; i < FRAMES; i++) {
            TaskPromise<Integer> one = new TaskPromise<>();
            one.future().onDone(f -> all.countDown());
            promises.add(one);
        }
        EndOfStack.callAtEachOfTheLast(FRAMES, i -> promises.get(i).succeed(i));
        promises.forEach(one -> one.succeed(-1));
        Waiting.await(all);
        pool.close();
    }

    /** In a task: what it submits and waits for, at each depth. */
    @Test
    void whereTheStackOfATaskEndsNoNestedTaskIsLost() throws Exception {
        ThreadPool pool = ThreadPool.of(1);
        List<TaskFuture<Integer>> accepted = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            TaskFuture<Integer> deep = pool.submit(() -> dive(pool, accepted, 0));
            assertThrows(Throwable.class, () -> deep.get(LIMIT));
        }
        for (TaskFuture<Integer> task : accepted) {
            task.get(LIMIT);
        }
        assertEquals("next", pool.submit(() -> "next").get(LIMIT));
        pool.close();
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private static int dive(ThreadPool pool, List<TaskFuture<Integer>> accepted, int depth) {
        if (depth % 100 == 0) {
            TaskFuture<Integer> task = pool.submit(() -> 1);
            accepted.add(task);
            task.join();
        }
        pool.submit(() -> 1);
        return dive(pool, accepted, depth + 1) + 1;
    }
}
