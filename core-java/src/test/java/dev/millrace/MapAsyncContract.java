// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What every executor promises of the future that mapAsync returns. */
abstract class MapAsyncContract extends MapChunkContract {
    private static final Duration PATIENCE = Duration.ofSeconds(PATIENCE_SECONDS);

    private static <R> R await(TaskFuture<R> future) throws Exception {
        return future.get(PATIENCE);
    }

    // ---- success ----

    @Test
    void theFutureHasAllResultsInTheOrderOfTheInputs() throws Exception {
        CountDownLatch laterOnes = new CountDownLatch(3);
        TaskFuture<List<Integer>> future = open(2).mapAsync(numbers(4), i -> {
            if (i == 0) {
                Waiting.await(laterOnes);
            }
            laterOnes.countDown();
            return i * 10;
        });
        assertEquals(List.of(0, 10, 20, 30), await(future));
    }

    @Test
    void theFutureHasAllResultsWhateverTheOptions() throws Exception {
        TaskExecutorService executor = open(2);
        for (MapOptions options : List.of(
                MapOptions.window(1),
                MapOptions.window(7),
                MapOptions.chunk(9),
                MapOptions.window(9).withChunk(4),
                MapOptions.chunk(MapOptions.AUTO),
                MapOptions.window(9).withChunk(MapOptions.AUTO))) {
            assertEquals(numbers(1_000), await(executor.mapAsync(numbers(1_000), i -> i, options)), options::toString);
            List<Integer> unordered = await(executor.mapAsync(numbers(1_000), i -> i, options.withUnordered()));
            assertEquals(1_000, unordered.size());
            assertEquals(Set.copyOf(numbers(1_000)), Set.copyOf(unordered));
        }
    }

    @Test
    void withoutOrderTheResultsStandAsTheyCame() throws Exception {
        HeldTask head = polite();
        TaskFuture<List<Integer>> future = open(2).mapAsync(
                        numbers(3),
                        i -> {
                            if (i == 0) {
                                head.call();
                            } else if (i == 2) {
                                // It was begun because the result of 1 had been taken.
                                head.letGo();
                            }
                            return i;
                        },
                        MapOptions.unordered().withWindow(2));
        List<Integer> results = await(future);
        assertTrue(results.indexOf(1) < results.indexOf(0), results::toString);
    }

    @Test
    void noInputsGiveAnEmptyListAtOnce() {
        TaskFuture<List<Integer>> future = open(1).mapAsync(List.<Integer>of(), i -> i);
        assertEquals(List.of(), future.resultNow());
    }

    @Test
    void theFutureOfNoInputsRunsItsCallbacks() {
        AtomicInteger called = new AtomicInteger();
        TaskFuture<List<Integer>> future = open(1).mapAsync(List.<Integer>of(), i -> i);
        future.onDone(f -> called.incrementAndGet());
        future.onExit(called::incrementAndGet);
        assertEquals(2, called.get());
    }

    @Test
    void inputsAndResultsOfAMapAsyncMayBeNull() throws Exception {
        List<String> inputs = Arrays.asList(null, "a", null);
        assertEquals(inputs, await(open(1).mapAsync(inputs, s -> s)));
    }

    @Test
    void theInputsAreReadToTheirEndByTheCall() throws Exception {
        Numbers source = Numbers.upTo(50);
        HeldTask held = polite();
        TaskFuture<List<String>> future = open(1).mapAsync(source, i -> held.call(), MapOptions.window(1));
        assertEquals(50, source.read());
        future.cancel(true);
    }

    @Test
    void whatASourceThrowsIsThrownByTheCallAndNothingRuns() throws Exception {
        IllegalStateException failure = new IllegalStateException("no more");
        TaskExecutorService executor = open(1);
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        assertSame(
                failure,
                assertThrows(
                        IllegalStateException.class,
                        () -> executor.mapAsync(Numbers.failingAfter(2, failure), ran::add)));
        finish(executor);
        assertEquals(Set.of(), ran);
    }

    @Test
    void atMostAWindowRunsAtOnce() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        await(open(4).mapAsync(
                        numbers(300),
                        i -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            Thread.yield();
                            return running.decrementAndGet();
                        },
                        MapOptions.window(2)));
        assertTrue(most.get() <= 2, () -> most + " ran at once");
    }

    @Test
    void withoutAWindowAllItemsAreSubmittedByTheCall() throws Exception {
        TaskExecutorService executor = open(1);
        TaskFuture<List<Integer>> future = executor.mapAsync(numbers(4), i -> i);
        executor.shutdown();
        assertEquals(numbers(4), await(future));
    }

    @Test
    void twoInputsOfAMapAsyncStopAtTheShorter() throws Exception {
        TaskExecutorService executor = open(1);
        assertEquals(
                List.of("0a", "1b"), await(executor.mapAsync(Numbers.endless(), List.of("a", "b"), (i, s) -> i + s)));
        assertEquals(
                List.of("a0", "b1"),
                await(executor.mapAsync(List.of("a", "b"), Numbers.endless(), (s, i) -> s + i, MapOptions.window(1))));
    }

    @Test
    void theLastReportOfAMapAsyncComesBeforeItsFutureIsDone() throws Exception {
        AtomicReference<MapProgress> last = new AtomicReference<>();
        await(open(2).mapAsync(numbers(10), i -> i, MapOptions.chunk(3).withProgress(last::set)));
        assertEquals(10, last.get().done());
        assertEquals(OptionalLong.of(10), last.get().total());
    }

    @Test
    void mapAsyncMayCollectFailures() throws Exception {
        List<TaskFuture<Integer>> elements = await(
                open(2).mapAsync(numbers(5), i -> 12 / i, MapOptions.chunk(2).withCollectedFailures()));
        assertEquals(5, elements.size());
        assertInstanceOf(ArithmeticException.class, elements.get(0).exceptionNow());
        for (int i = 1; i < 5; i++) {
            assertEquals(12 / i, elements.get(i).resultNow());
        }
    }

    // ---- failure ----

    @Test
    void theFirstFailureFailsTheFutureThoughTheHeadStillRuns() throws Exception {
        IOException failure = new IOException("no");
        HeldTask head = stubborn();
        TaskFuture<List<String>> future = open(2).mapAsync(numbers(2), i -> {
            if (i == 0) {
                return head.call();
            }
            head.awaitBegun();
            throw failure;
        });
        assertSame(
                failure,
                assertThrows(ExecutionException.class, () -> await(future)).getCause());
        assertSame(
                failure, assertThrows(CompletionException.class, future::join).getCause());
        assertFalse(head.hasLeft());
    }

    @Test
    void aFailureStopsTheRestOfAMapAsync() throws Exception {
        TaskExecutorService executor = open(2);
        HeldTask held = polite();
        Set<Integer> begun = ConcurrentHashMap.newKeySet();
        TaskFuture<List<String>> future = executor.mapAsync(numbers(6), i -> {
            if (i == 0) {
                held.awaitBegun();
                throw new IllegalStateException("no");
            }
            begun.add(i);
            return held.call();
        });
        assertThrows(ExecutionException.class, () -> await(future));
        finish(executor);
        held.awaitInterrupted();
        assertFalse(limitsWorkers() && begun.size() > 2, () -> begun + " ran on two workers");
    }

    @Test
    void theFutureOfAFailedMapAsyncHasExitedWhenTheLastItemHasReturned() throws Exception {
        HeldTask head = stubborn();
        TaskFuture<List<String>> future = open(2).mapAsync(numbers(2), i -> {
            if (i == 0) {
                return head.call();
            }
            head.awaitBegun();
            throw new IllegalStateException("no");
        });
        assertThrows(ExecutionException.class, () -> await(future));
        head.awaitInterrupted();
        assertFalse(future.hasExited());
        head.letGo();
        assertTrue(future.awaitExit(PATIENCE));
        assertTrue(head.hasLeft());
    }

    // ---- cancel ----

    @Test
    void cancellingAMapAsyncInterruptsWhatRunsAndWithdrawsTheRest() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask held = polite();
        AtomicInteger begun = new AtomicInteger();
        TaskFuture<List<String>> future = executor.mapAsync(numbers(4), i -> {
            begun.incrementAndGet();
            return held.call();
        });
        held.awaitBegun();
        assertTrue(future.cancel(true));
        assertTrue(future.isCancelled());
        held.awaitInterrupted();
        assertTrue(future.awaitExit(PATIENCE));
        finish(executor);
        assertFalse(limitsWorkers() && begun.get() > 1, () -> begun + " ran on one worker");
    }

    @Test
    void cancellingAMapAsyncWithoutInterruptLetsWhatRunsFinish() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask held = polite();
        AtomicInteger begun = new AtomicInteger();
        TaskFuture<List<String>> future = executor.mapAsync(
                numbers(4),
                i -> {
                    begun.incrementAndGet();
                    return held.call();
                },
                MapOptions.window(2).withChunk(2));
        held.awaitBegun();
        assertTrue(future.cancel(false));
        assertFalse(future.hasExited());
        held.letGo();
        assertTrue(future.awaitExit(PATIENCE));
        finish(executor);
        assertFalse(held.wasInterrupted());
        assertEquals(1, begun.get());
    }

    @Test
    void aCancelledMapAsyncHasExitedWhenTheLastItemHasReturned() throws Exception {
        HeldTask held = stubborn();
        CountDownLatch exited = new CountDownLatch(1);
        TaskFuture<List<String>> future = open(1).mapAsync(numbers(3), i -> held.call());
        future.onExit(exited::countDown);
        held.awaitBegun();
        future.cancel(true);
        held.awaitInterrupted();
        assertEquals(1, exited.getCount());
        held.letGo();
        Waiting.await(exited);
    }

    @Test
    void aWaiterOfACancelledMapAsyncIsToldItsName() {
        HeldTask held = polite();
        TaskFuture<List<String>> future = open(1).mapAsync(numbers(1), i -> held.call());
        future.cancel(true);
        TaskCancelledException cancelled = assertThrows(TaskCancelledException.class, future::join);
        assertTrue(cancelled.getMessage().contains("map over "), cancelled.getMessage());
    }

    // ---- its time ----

    @Test
    void aMapAsyncThatIsOutOfTimeFailsAndStopsTheRest() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask held = polite();
        TaskFuture<List<String>> future =
                executor.mapAsync(numbers(4), i -> held.call(), MapOptions.timeout(Duration.ofMillis(20)));
        TaskTimeoutException timeout = assertInstanceOf(
                TaskTimeoutException.class,
                assertThrows(ExecutionException.class, () -> await(future)).getCause());
        assertEquals(TaskTimeoutException.Phase.WAITING, timeout.phase());
        assertTrue(timeout.getMessage().contains("PT0.02S"), timeout.getMessage());
        assertTrue(future.awaitExit(PATIENCE));
        finish(executor);
    }

    // ---- a shutdown ----

    @Test
    void aShutdownBeforeAllIsSubmittedFailsAMapAsync() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask held = polite();
        TaskFuture<List<String>> future = executor.mapAsync(numbers(3), i -> held.call(), MapOptions.window(1));
        held.awaitBegun();
        executor.shutdown();
        assertFalse(future.isDone());
        held.letGo();
        assertInstanceOf(
                RejectedExecutionException.class,
                assertThrows(ExecutionException.class, () -> await(future)).getCause());
    }

    @Test
    void aStopOfTheExecutorFailsAMapAsync() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask held = polite();
        TaskFuture<List<String>> future = executor.mapAsync(numbers(3), i -> held.call());
        held.awaitBegun();
        executor.shutdownNow();
        assertInstanceOf(
                RejectedExecutionException.class,
                assertThrows(ExecutionException.class, () -> await(future)).getCause());
        assertTrue(future.awaitExit(PATIENCE));
    }
}
