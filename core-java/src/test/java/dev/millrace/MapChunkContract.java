// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Items that travel together, are counted, and may fail one by one, on every executor. */
abstract class MapChunkContract extends MapEndContract {
    private static final MapOptions AUTO = MapOptions.chunk(MapOptions.AUTO);

    // ---- chunks ----

    @Test
    void aChunkIsOneTask() {
        Set<TaskFuture<?>> tasks = ConcurrentHashMap.newKeySet();
        open(2).map(numbers(10), i -> tasks.add(TaskFuture.current()), MapOptions.chunk(4))
                .forEach(r -> {});
        assertEquals(3, tasks.size());
    }

    @Test
    void chunksKeepTheOrder() {
        assertEquals(
                numbers(1_000),
                open(2).map(numbers(1_000), i -> i, MapOptions.chunk(7)).collect(Collectors.toList()));
    }

    @Test
    void chunksWithoutOrderGiveEveryResultOnce() {
        List<Integer> results = open(2).map(
                        numbers(1_000), i -> i, MapOptions.unordered().withChunk(7))
                .collect(Collectors.toList());
        assertEquals(1_000, results.size());
        assertEquals(new HashSet<>(numbers(1_000)), new HashSet<>(results));
    }

    @Test
    void aFailureInTheMiddleOfAChunkIsThrownAtItsPlace() {
        IllegalStateException failure = new IllegalStateException("no");
        for (MapOptions options :
                List.of(MapOptions.chunk(4), MapOptions.window(4).withChunk(4))) {
            Iterator<Integer> results = open(1).map(
                            numbers(12),
                            i -> {
                                if (i == 6) {
                                    throw failure;
                                }
                                return i;
                            },
                            options)
                    .iterator();
            assertEquals(numbers(6), take(results, 6));
            assertSame(failure, assertThrows(IllegalStateException.class, results::next));
        }
    }

    @Test
    void whatStandsAfterAFailedItemInItsChunkNeverRuns() throws Exception {
        TaskExecutorService executor = open(1);
        List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
        Stream<Integer> results = executor.map(
                numbers(4),
                i -> {
                    ran.add(i);
                    if (i == 1) {
                        throw new IllegalStateException("no");
                    }
                    return i;
                },
                MapOptions.chunk(4));
        assertThrows(IllegalStateException.class, () -> results.forEach(r -> {}));
        finish(executor);
        assertEquals(List.of(0, 1), ran);
    }

    @Test
    void aChunkWhoseItemIgnoresTheInterruptStopsBeforeTheNext() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask first = stubborn();
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        Stream<Integer> results = executor.map(
                numbers(4),
                i -> {
                    ran.add(i);
                    first.call();
                    return i;
                },
                MapOptions.chunk(4));
        first.awaitBegun();
        results.close();
        first.awaitInterrupted().letGo();
        finish(executor);
        assertEquals(Set.of(0), ran);
    }

    @Test
    void aChunkWhoseItemIgnoresTheStopOfTheExecutorStopsBeforeTheNext() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask first = stubborn();
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        executor.map(
                numbers(4),
                i -> {
                    ran.add(i);
                    return first.call();
                },
                MapOptions.chunk(4));
        first.awaitBegun();
        executor.shutdownNow();
        first.awaitInterrupted().letGo();
        finish(executor);
        assertEquals(Set.of(0), ran);
    }

    @Test
    void anInterruptFlagThatAnItemLeavesBehindIsNotSeenByTheNext() {
        List<Boolean> seen = open(1).map(
                        numbers(3),
                        i -> {
                            boolean flag = Thread.currentThread().isInterrupted();
                            Thread.currentThread().interrupt();
                            return flag;
                        },
                        MapOptions.chunk(3))
                .collect(Collectors.toList());
        assertEquals(List.of(false, false, false), seen);
    }

    // ---- chunks of a size that is found ----

    @Test
    void autoGivesEveryResultOfTinyItemsInOrder() {
        assertEquals(numbers(20_000), open(2).map(numbers(20_000), i -> i, AUTO).collect(Collectors.toList()));
    }

    @Test
    void autoGivesEveryResultOfSlowItemsInOrder() {
        List<Integer> results = open(2).map(
                        numbers(20),
                        i -> {
                            LockSupport.parkNanos(1_000_000);
                            return i;
                        },
                        AUTO)
                .collect(Collectors.toList());
        assertEquals(numbers(20), results);
    }

    @Test
    void autoWithoutOrderGivesEveryResultOnce() {
        List<Integer> results =
                open(2).map(numbers(20_000), i -> i, AUTO.withUnordered()).collect(Collectors.toList());
        assertEquals(20_000, results.size());
        assertEquals(new HashSet<>(numbers(20_000)), new HashSet<>(results));
    }

    @Test
    void autoSendsSeveralTinyItemsAsOneTask() {
        Set<TaskFuture<?>> tasks = ConcurrentHashMap.newKeySet();
        open(2).map(numbers(20_000), i -> tasks.add(TaskFuture.current()), AUTO).forEach(r -> {});
        assertTrue(tasks.size() < 10_000, () -> tasks.size() + " tasks for 20000 tiny items");
    }

    // ---- progress ----

    @Test
    void theLastReportCountsEveryItem() {
        for (int chunk : new int[] {1, 4, MapOptions.AUTO}) {
            AtomicReference<MapProgress> last = new AtomicReference<>();
            open(2).map(numbers(10), i -> i, MapOptions.chunk(chunk).withProgress(last::set))
                    .forEach(r -> {});
            assertProgress(10, 0, OptionalLong.of(10), last.get());
        }
    }

    private static void assertProgress(long done, long failed, OptionalLong total, MapProgress progress) {
        assertEquals(done, progress.done());
        assertEquals(failed, progress.failed());
        assertEquals(total, progress.total());
    }

    @Test
    void theTotalIsUnknownUnlessTheInputIsACollection() {
        AtomicReference<MapProgress> last = new AtomicReference<>();
        open(1).map(Numbers.upTo(3), i -> i, MapOptions.progress(last::set)).forEach(r -> {});
        assertProgress(3, 0, OptionalLong.empty(), last.get());
        assertEquals("3 done, 0 failed", last.get().toString());
    }

    @Test
    void theTotalOfTwoInputsIsTheSmallerSize() {
        AtomicReference<MapProgress> last = new AtomicReference<>();
        TaskExecutorService executor = open(1);
        executor.map(numbers(5), numbers(3), Integer::sum, MapOptions.progress(last::set))
                .forEach(r -> {});
        assertProgress(3, 0, OptionalLong.of(3), last.get());
        executor.map(Numbers.upTo(2), numbers(3), Integer::sum, MapOptions.progress(last::set))
                .forEach(r -> {});
        assertProgress(2, 0, OptionalLong.empty(), last.get());
    }

    @Test
    void theLastReportAfterAFailureCountsItemsNotChunks() {
        AtomicReference<MapProgress> last = new AtomicReference<>();
        Stream<Integer> results = open(1).map(
                        numbers(4),
                        i -> {
                            if (i == 2) {
                                throw new IOException("no");
                            }
                            return i;
                        },
                        MapOptions.chunk(4).withProgress(last::set));
        assertThrows(RuntimeException.class, () -> results.forEach(r -> {}));
        assertProgress(2, 1, OptionalLong.of(4), last.get());
    }

    @Test
    void closingEarlyMakesTheLastReportAndNoneComesAfterIt() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask held = stubborn();
        AtomicInteger reports = new AtomicInteger();
        Stream<String> results =
                executor.map(numbers(1), i -> held.call(), MapOptions.progress(p -> reports.incrementAndGet()));
        held.awaitBegun();
        results.close();
        results.close();
        assertEquals(1, reports.get());
        held.letGo();
        finish(executor);
        assertEquals(1, reports.get());
    }

    @Test
    void theListenerMayUseTheExecutor() {
        TaskExecutorService executor = open(2);
        AtomicReference<String> told = new AtomicReference<>();
        executor.map(
                        numbers(3),
                        i -> i,
                        MapOptions.progress(
                                p -> told.set(executor.submit(p::toString).join())))
                .forEach(r -> {});
        assertEquals("3 of 3 done, 0 failed", told.get());
    }

    @Test
    void whatTheListenerThrowsGoesToTheUncaughtExceptionHandlerAndDisturbsNothing() throws Exception {
        TaskExecutorService executor = open(1);
        IllegalStateException failure = new IllegalStateException("no listener");
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        Aside<List<Integer>> consumer = Aside.call(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> uncaught.set(thrown));
            return executor.map(numbers(3), i -> i, MapOptions.progress(p -> {
                        throw failure;
                    }))
                    .collect(Collectors.toList());
        });
        assertEquals(numbers(3), consumer.value());
        assertSame(failure, uncaught.get());
    }

    // ---- failures that are collected ----

    @Test
    void collectedFailuresStandAmongTheResultsInOrder() {
        IOException failure = new IOException("odd");
        for (int chunk : new int[] {1, 3, MapOptions.AUTO}) {
            List<TaskFuture<Integer>> elements = open(2).map(
                            numbers(10),
                            i -> evenOr(failure, i),
                            MapOptions.chunk(chunk).withCollectedFailures())
                    .collect(Collectors.toList());
            assertEquals(10, elements.size());
            for (int i = 0; i < 10; i++) {
                TaskFuture<Integer> element = elements.get(i);
                if (i % 2 == 0) {
                    assertEquals(i, element.resultNow());
                } else {
                    assertSame(failure, element.exceptionNow());
                }
            }
        }
    }

    private static Integer evenOr(IOException failure, Integer i) throws IOException {
        if (i % 2 == 1) {
            throw failure;
        }
        return i;
    }

    @Test
    void collectedFailuresWithoutOrderEndNothing() {
        IOException failure = new IOException("odd");
        List<TaskFuture<Integer>> elements = open(2).map(
                        numbers(100),
                        i -> evenOr(failure, i),
                        MapOptions.unordered().withCollectedFailures())
                .collect(Collectors.toList());
        assertEquals(100, elements.size());
        assertEquals(
                50,
                elements.stream()
                        .filter(e -> e.status() == TaskStatus.FAILED && e.exceptionNow() == failure)
                        .count());
    }

    @Test
    void collectedFailuresAreCountedAsFailed() {
        AtomicReference<MapProgress> last = new AtomicReference<>();
        IOException failure = new IOException("odd");
        open(1).map(
                        numbers(9),
                        i -> evenOr(failure, i),
                        MapOptions.chunk(2).withProgress(last::set).withCollectedFailures())
                .forEach(element -> element.status());
        assertProgress(5, 4, OptionalLong.of(9), last.get());
        assertEquals("5 of 9 done, 4 failed", last.get().toString());
    }

    @Test
    void whatASourceThrowsEndsAMapThatCollectsFailures() {
        IllegalStateException failure = new IllegalStateException("no more");
        Iterator<TaskFuture<Integer>> elements = open(1).map(
                        Numbers.failingAfter(1, failure), i -> i, MapOptions.collectFailures())
                .iterator();
        assertEquals(0, elements.next().resultNow());
        assertSame(failure, assertThrows(IllegalStateException.class, elements::next));
    }

    @Test
    void twoInputsMayCollectFailures() {
        List<TaskFuture<Integer>> elements = open(1).map(
                        numbers(2), numbers(2), (a, b) -> 1 / a, MapOptions.collectFailures())
                .collect(Collectors.toList());
        assertEquals(ArithmeticException.class, elements.get(0).exceptionNow().getClass());
        assertEquals(1, elements.get(1).resultNow());
    }
}
