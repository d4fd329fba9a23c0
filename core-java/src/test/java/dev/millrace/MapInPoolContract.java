// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Maps that tasks of the pool itself call and wait for: what binds our own pools, whose workers run what they wait for. */
abstract class MapInPoolContract extends ExecutorContract {
    private static final Duration PATIENCE = Duration.ofSeconds(PATIENCE_SECONDS);

    private static final List<MapOptions> ALL_KINDS = List.of(
            MapOptions.window(1),
            MapOptions.window(9),
            MapOptions.unordered(),
            MapOptions.unordered().withWindow(1),
            MapOptions.chunk(4),
            MapOptions.unordered().withChunk(4),
            MapOptions.chunk(MapOptions.AUTO));

    /** What the code returns as a task. */
    private static <T> T inTask(TaskExecutorService pool, Callable<T> code) throws Exception {
        return pool.submit(code).get(PATIENCE);
    }

    @Test
    void aTaskOfTheOnlyWorkerMayConsumeAMap() throws Exception {
        for (MapOptions options : ALL_KINDS) {
            TaskExecutorService pool = open(1);
            List<Integer> results =
                    inTask(pool, () -> pool.map(numbers(50), i -> i, options).collect(Collectors.toList()));
            assertEquals(50, results.size());
            assertEquals(new HashSet<>(numbers(50)), new HashSet<>(results));
        }
    }

    @Test
    void aTaskOfTheOnlyWorkerMayTakeSomeOfAnEndlessMap() throws Exception {
        TaskExecutorService pool = open(1);
        assertEquals(
                numbers(30),
                inTask(pool, () -> pool.map(Numbers.endless(), i -> i).limit(30).collect(Collectors.toList())));
    }

    @Test
    void aTaskOfTheOnlyWorkerMayJoinAMapAsync() throws Exception {
        for (MapOptions options : ALL_KINDS) {
            TaskExecutorService pool = open(1);
            List<Integer> results = inTask(
                    pool, () -> pool.mapAsync(numbers(50), i -> i, options).join());
            assertEquals(50, results.size());
            assertEquals(new HashSet<>(numbers(50)), new HashSet<>(results));
        }
    }

    @Test
    void aTaskOfTheOnlyWorkerMayGetTheResultOfAMapAsync() throws Exception {
        TaskExecutorService pool = open(1);
        assertEquals(numbers(10), inTask(pool, () -> pool.mapAsync(numbers(10), i -> i, MapOptions.window(2))
                .get()));
    }

    @Test
    void aTaskOfTheOnlyWorkerMayWaitForSeveralOfMapAsyncAsTheyComplete() throws Exception {
        TaskExecutorService pool = open(1);
        int sum = inTask(pool, () -> {
            List<TaskFuture<List<Integer>>> futures = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                futures.add(pool.mapAsync(numbers(10), n -> n, MapOptions.window(2)));
            }
            int total = 0;
            for (TaskFuture<List<Integer>> future : TaskFutures.asCompleted(futures)) {
                total += future.join().size();
            }
            return total;
        });
        assertEquals(30, sum);
    }

    @Test
    void aTaskOfTheOnlyWorkerMayWaitForAllOfSeveralMapAsync() throws Exception {
        TaskExecutorService pool = open(1);
        assertTrue(inTask(pool, () -> {
            List<TaskFuture<List<Integer>>> futures = List.of(
                    pool.mapAsync(numbers(10), n -> n, MapOptions.window(2)), pool.mapAsync(numbers(10), n -> n));
            return TaskFutures.waitFor(futures, ReturnWhen.ALL_COMPLETED)
                    .notDone()
                    .isEmpty();
        }));
    }

    @Test
    void mapsInMapsFinishOnOneWorker() throws Exception {
        TaskExecutorService pool = open(1);
        Function<Integer, Integer> inner =
                i -> pool.map(numbers(3), j -> j).mapToInt(j -> j).sum();
        Function<Integer, Integer> middle = i -> pool.map(numbers(3), inner::apply, MapOptions.unordered())
                .mapToInt(j -> j)
                .sum();
        List<Integer> sums = pool.mapAsync(
                        numbers(3),
                        i -> pool.mapAsync(numbers(2), middle::apply).join().get(0))
                .get(PATIENCE);
        assertEquals(List.of(9, 9, 9), sums);
    }

    @Test
    void twoTasksThatConsumeMapsOnTwoWorkersBothFinish() throws Exception {
        TaskExecutorService pool = open(2);
        List<TaskFuture<Integer>> sums = new ArrayList<>();
        for (MapOptions options : List.of(MapOptions.window(3), MapOptions.unordered())) {
            sums.add(pool.submit(() ->
                    pool.map(numbers(200), i -> i, options).mapToInt(i -> i).sum()));
        }
        for (TaskFuture<Integer> sum : sums) {
            assertEquals(199 * 100, sum.get(PATIENCE));
        }
    }

    /** The second item comes into the queue when the first is done, behind a task that waits for the waiter. */
    private void assertRunsWhatPendsLater(Function<TaskFuture<List<String>>, List<String>> wait) throws Exception {
        TaskExecutorService pool = open(2);
        HeldTask first = stubborn();
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        TaskFuture<List<String>> waiter = pool.submit(() -> {
            TaskFuture<List<String>> map =
                    pool.mapAsync(numbers(2), i -> i == 0 ? first.call() : "second", MapOptions.window(1));
            first.awaitBegun();
            waiting.complete(Thread.currentThread());
            return wait.apply(map);
        });
        Waiting.untilBlocked(waiting.get());
        TaskFuture<List<String>> behind = pool.submit(() -> waiter.join());
        first.letGo();
        assertEquals(List.of("let go", "second"), behind.get(PATIENCE));
    }

    @Test
    void aTaskThatJoinsAMapAsyncRunsWhatPendsOnlyLater() throws Exception {
        assertRunsWhatPendsLater(TaskFuture::join);
    }

    @Test
    void aTaskThatTakesAMapAsyncAsCompletedRunsWhatPendsOnlyLater() throws Exception {
        assertRunsWhatPendsLater(
                map -> TaskFutures.asCompleted(List.of(map)).iterator().next().join());
    }

    @Test
    void aTaskThatConsumesAMapRunsWhatPendsOnlyLater() throws Exception {
        TaskExecutorService pool = open(2);
        HeldTask first = stubborn();
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        TaskFuture<List<String>> waiter = pool.submit(() -> {
            Stream<String> map = pool.map(numbers(2), i -> i == 0 ? first.call() : "second", MapOptions.window(1));
            first.awaitBegun();
            waiting.complete(Thread.currentThread());
            return map.collect(Collectors.toList());
        });
        Waiting.untilBlocked(waiting.get());
        TaskFuture<List<String>> behind = pool.submit(() -> waiter.join());
        first.letGo();
        assertEquals(List.of("let go", "second"), behind.get(PATIENCE));
    }

    @Test
    void cancellingATaskThatWaitsForAMapStopsTheMap() throws Exception {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService pool = open(2);
            HeldTask item = polite();
            AtomicInteger begun = new AtomicInteger();
            CompletableFuture<Thread> waiting = new CompletableFuture<>();
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            TaskFuture<?> consumer = pool.submit(() -> {
                Stream<String> map = pool.map(
                        numbers(2),
                        i -> {
                            begun.incrementAndGet();
                            return item.call();
                        },
                        options.withWindow(1));
                item.awaitBegun();
                waiting.complete(Thread.currentThread());
                thrown.complete(assertThrows(Throwable.class, () -> map.forEach(r -> {})));
                return null;
            });
            Waiting.untilBlocked(waiting.get());
            consumer.cancel(true);
            assertInstanceOf(
                    InterruptedException.class,
                    assertInstanceOf(CompletionException.class, thrown.get()).getCause());
            item.awaitInterrupted();
            finish(pool);
            assertEquals(1, begun.get());
        }
    }

    @Test
    void closingAMapInterruptsTheItemThatItsConsumerRunsItself() throws Exception {
        TaskExecutorService pool = open(1);
        HeldTask item = polite();
        CompletableFuture<Stream<String>> opened = new CompletableFuture<>();
        TaskFuture<?> consumer = pool.submit(() -> {
            Stream<String> map = pool.map(numbers(2), i -> item.call());
            opened.complete(map);
            map.forEach(r -> {});
            return null;
        });
        item.awaitBegun();
        opened.get().close();
        assertInstanceOf(
                IllegalStateException.class,
                assertThrows(ExecutionException.class, () -> consumer.get(PATIENCE))
                        .getCause());
        item.awaitInterrupted();
    }

    @Test
    void anItemThatWaitsForTheTaskThatConsumesItsMapFailsAtOnce() throws Exception {
        for (int workers : new int[] {1, 2}) {
            TaskExecutorService pool = open(workers);
            CompletableFuture<TaskFuture<?>> consumer = new CompletableFuture<>();
            TaskFuture<?> task = pool.submit(
                    () -> pool.map(numbers(1), i -> consumer.get().join()).collect(Collectors.toList()));
            consumer.complete(task);
            assertInstanceOf(
                    PoolDeadlockException.class,
                    assertThrows(ExecutionException.class, () -> task.get(PATIENCE))
                            .getCause());
        }
    }

    @Test
    void aMapWithATimeLimitRunsNothingInTheTaskThatWaits() {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService pool = open(1);
            AtomicInteger ran = new AtomicInteger();
            ExecutionException failed = assertThrows(
                    ExecutionException.class,
                    () -> inTask(pool, () -> pool.map(
                                    numbers(2), i -> ran.incrementAndGet(), options.withTimeout(Duration.ofMillis(20)))
                            .collect(Collectors.toList())));
            assertInstanceOf(TaskTimeoutException.class, failed.getCause());
            assertEquals(0, ran.get());
        }
    }
}
