// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What of a map needs a real pool, a clock that stands still, or no executor at all. */
class MapTest extends ContractFixture {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final FakeBackend backend = new FakeBackend();

    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.of(maxWorkers);
    }

    private ThreadPool faked(int maxWorkers) {
        return open(ThreadPool.builder()
                .name("io")
                .maxWorkers(maxWorkers)
                .backend(backend)
                .build());
    }

    private static List<Integer> numbers(int count) {
        return MapContract.numbers(count);
    }

    // ---- the window that is found ----

    private static int readAtTheCall(TaskExecutorService executor, MapOptions options) {
        Numbers source = Numbers.endless();
        executor.map(source, i -> i, options).close();
        return source.read();
    }

    @Test
    void theDefaultWindowIsFourChunksForEachWorker() {
        TaskExecutorService pool = open(3);
        assertEquals(12, readAtTheCall(pool, MapOptions.chunk(1)));
        assertEquals(12, readAtTheCall(pool, MapOptions.unordered()));
        assertEquals(60, readAtTheCall(pool, MapOptions.chunk(5)));
        assertEquals(12, readAtTheCall(pool, MapOptions.chunk(MapOptions.AUTO)));
    }

    @Test
    void theDefaultWindowOfAnAdaptedExecutorIsSixtyFourChunks() {
        TaskExecutorService adapted = open(TaskExecutorService.adapt(Executors.newFixedThreadPool(1)));
        assertEquals(64, readAtTheCall(adapted, MapOptions.chunk(1)));
        assertEquals(128, readAtTheCall(adapted, MapOptions.chunk(2)));
    }

    @Test
    void autoTakesAtMostHalfOfAWorkersShareOfTheWindowAsAChunk() {
        AtomicInteger longest = new AtomicInteger();
        AtomicInteger length = new AtomicInteger();
        ThreadLocal<TaskFuture<?>> last = new ThreadLocal<>();
        open(1).map(
                        numbers(20_000),
                        i -> {
                            TaskFuture<?> me = TaskFuture.current();
                            if (last.get() != me) {
                                last.set(me);
                                length.set(0);
                            }
                            return longest.accumulateAndGet(length.incrementAndGet(), Math::max);
                        },
                        MapOptions.window(16).withChunk(MapOptions.AUTO))
                .forEach(r -> {});
        assertEquals(8, longest.get());
    }

    // ---- time ----

    @Test
    void whatIsReadyStillComesAfterTheTime() throws Exception {
        for (MapOptions options :
                List.of(MapOptions.timeout(LIMIT), MapOptions.unordered().withTimeout(LIMIT))) {
            HeldTask held = polite();
            Iterator<Object> results = faked(1).<Integer, Object>map(numbers(4), i -> i == 3 ? held.call() : i, options)
                    .iterator();
            held.awaitBegun();
            backend.advance(LIMIT);
            assertEquals(numbers(3), MapContract.take(results, 3));
            TaskTimeoutException timeout = assertThrows(TaskTimeoutException.class, results::next);
            assertEquals(
                    "the map over io did not end within its limit of PT1M: 3 items handed out, 1 unfinished,"
                            + " and there may be more",
                    timeout.getMessage());
            held.awaitInterrupted();
        }
    }

    @Test
    void aConsumerThatWaitsIsWokenWhenTheTimeIsOver() throws Exception {
        for (MapOptions options :
                List.of(MapOptions.timeout(LIMIT), MapOptions.unordered().withTimeout(LIMIT))) {
            HeldTask held = polite();
            ThreadPool pool = faked(1);
            Stream<String> results = pool.map(numbers(2), i -> held.call(), options);
            Aside<Object> consumer = Aside.run(() -> results.forEach(r -> {}));
            held.awaitBegun();
            backend.awaitSleepers(1);
            backend.advance(LIMIT.minusNanos(1));
            assertFalse(held.wasInterrupted());
            backend.advance(Duration.ofNanos(1));
            consumer.thrown(TaskTimeoutException.class);
            held.awaitInterrupted();
            pool.shutdownNow();
            finish(pool);
        }
    }

    @Test
    void theTimeCountsFromTheCallAndNotFromTheFirstTake() {
        HeldTask held = polite();
        Stream<String> results = faked(1).map(numbers(2), i -> held.call(), MapOptions.timeout(LIMIT));
        backend.advance(LIMIT);
        assertThrows(TaskTimeoutException.class, () -> results.forEach(r -> {}));
    }

    @Test
    void nothingIsReadAfterTheTime() {
        ThreadPool pool = faked(1);
        Numbers source = Numbers.endless();
        Iterator<Integer> results = pool.map(
                        source, i -> i, MapOptions.timeout(LIMIT).withWindow(2))
                .iterator();
        pool.submit(() -> {}).join();
        backend.advance(LIMIT);
        assertEquals(numbers(2), MapContract.take(results, 2));
        assertThrows(TaskTimeoutException.class, results::next);
        assertEquals(2, source.read());
    }

    @Test
    void aMapWhoseResultsAreAllReadyEndsAsUsualAfterTheTime() {
        ThreadPool pool = faked(1);
        Stream<Integer> results = pool.map(numbers(3), i -> i, MapOptions.timeout(LIMIT));
        pool.submit(() -> {}).join();
        backend.advance(LIMIT);
        assertEquals(numbers(3), results.collect(Collectors.toList()));
    }

    @Test
    void aMapAsyncFailsOnTheMomentAndSaysHowFarItCame() throws Exception {
        HeldTask held = polite();
        TaskFuture<List<Object>> future = faked(1).<Integer, Object>mapAsync(
                        numbers(4), i -> i == 1 ? held.call() : i, MapOptions.timeout(LIMIT));
        held.awaitBegun();
        backend.advance(LIMIT.minusNanos(1));
        assertFalse(future.isDone());
        backend.advance(Duration.ofNanos(1));
        assertEquals(
                "the map over io did not end within its limit of PT1M: 1 items done, 3 unfinished,"
                        + " and there may be more",
                assertInstanceOf(TaskTimeoutException.class, future.exceptionNow())
                        .getMessage());
        held.awaitInterrupted();
    }

    @Test
    void aMapAsyncThatHasEndedLeavesNoAlarmSet() throws Exception {
        ThreadPool pool = faked(1);
        pool.mapAsync(numbers(3), i -> i, MapOptions.timeout(LIMIT)).get();
        assertEquals(0, backend.armed());
        HeldTask held = polite();
        pool.mapAsync(numbers(3), i -> held.call(), MapOptions.timeout(LIMIT)).cancel(true);
        assertEquals(0, backend.armed());
        TaskFuture<List<Integer>> failing = pool.mapAsync(numbers(3), i -> 1 / i, MapOptions.timeout(LIMIT));
        assertThrows(ExecutionException.class, failing::get);
        assertEquals(0, backend.armed());
    }

    // ---- progress ----

    /** Two see that a report is due; one makes it before the other has come to it. */
    @Test
    void aReportThatAnotherHasJustMadeIsNotMadeAgain() {
        FakeBackend clock = new FakeBackend();
        List<String> told = new ArrayList<>();
        MapReports reports = new MapReports(progress -> told.add(progress.toString()), clock, -1);
        clock.advance(Duration.ofMillis(100));
        clock.beforeNextLook(() -> reports.ended(true));
        reports.ended(true);
        assertEquals(List.of("2 done, 0 failed"), told);
        reports.over();
        assertEquals(List.of("2 done, 0 failed", "2 done, 0 failed"), told);
    }

    @Test
    void atMostTenReportsASecondAndOneAtTheEnd() {
        List<Long> reports = new ArrayList<>();
        Iterator<Integer> results = faked(1).map(
                        numbers(25), i -> i, MapOptions.window(1).withProgress(p -> reports.add(p.done())))
                .iterator();
        // With a window of one an item begins only when the one before it has been taken and the next is asked for.
        while (results.hasNext()) {
            results.next();
            backend.advance(Duration.ofMillis(10));
        }
        assertEquals(List.of(11L, 21L, 25L), reports);
    }

    @Test
    void itemsOfAChunkAreReportedAsTheyEnd() {
        List<String> reports = new ArrayList<>();
        faked(1).map(
                        numbers(4),
                        i -> {
                            backend.advance(Duration.ofMillis(100));
                            return i;
                        },
                        MapOptions.chunk(4).withProgress(p -> reports.add(p.toString())))
                .forEach(r -> {});
        assertEquals(
                List.of(
                        "1 of 4 done, 0 failed",
                        "2 of 4 done, 0 failed",
                        "3 of 4 done, 0 failed",
                        "4 of 4 done, 0 failed",
                        "4 of 4 done, 0 failed"),
                reports);
    }

    /** Is called by an item that ends, and stays until it is let go. */
    private final class HeldListener {
        final HeldTask held = stubborn();
        final List<Long> reports = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        void accept(MapProgress progress) {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            reports.add(progress.done());
            held.run();
            inside.decrementAndGet();
        }
    }

    @Test
    void theListenerIsNotCalledByTwoAtOnceAndHoldsNobodyUp() throws Exception {
        HeldListener listener = new HeldListener();
        ThreadPool pool = faked(2);
        Iterator<Integer> results = pool.map(
                        numbers(3),
                        i -> {
                            if (i == 1) {
                                listener.held.awaitBegun();
                            }
                            backend.advance(Duration.ofMillis(100));
                            return i;
                        },
                        MapOptions.unordered().withProgress(listener::accept))
                .iterator();
        assertEquals(List.of(1, 2), MapContract.take(results, 2));
        assertEquals(List.of(1L), listener.reports);
        listener.held.letGo();
        assertEquals(0, results.next());
        assertFalse(results.hasNext());
        assertEquals(List.of(1L, 3L), listener.reports);
        assertEquals(1, listener.most.get());
    }

    @Test
    void theLastReportThatIsDueWhileTheListenerIsBusyComesAfterwards() throws Exception {
        HeldListener listener = new HeldListener();
        ThreadPool pool = faked(1);
        Stream<Integer> results = pool.map(
                numbers(3),
                i -> {
                    backend.advance(Duration.ofMillis(100));
                    return i;
                },
                MapOptions.progress(listener::accept));
        listener.held.awaitBegun();
        results.close();
        assertEquals(List.of(1L), listener.reports);
        listener.held.letGo();
        finish(pool);
        assertEquals(List.of(1L, 1L), listener.reports);
        assertEquals(1, listener.most.get());
    }

    @Test
    void theListenerMayCloseItsMap() throws Exception {
        ThreadPool pool = faked(1);
        CountDownLatch opened = new CountDownLatch(1);
        List<Stream<Integer>> results = new ArrayList<>();
        AtomicInteger reports = new AtomicInteger();
        results.add(pool.map(
                Numbers.endless(),
                i -> {
                    Waiting.await(opened);
                    backend.advance(Duration.ofMillis(100));
                    return i;
                },
                MapOptions.progress(p -> {
                    reports.incrementAndGet();
                    results.get(0).close();
                })));
        opened.countDown();
        finish(pool);
        assertEquals(2, reports.get());
    }

    // ---- memory ----

    @Test
    void aMillionItemsTakeTheMemoryOfAWindow() {
        TaskExecutorService pool = open(2);
        for (MapOptions options : List.of(
                MapOptions.window(50),
                MapOptions.unordered().withWindow(50),
                MapOptions.window(50).withChunk(10))) {
            List<WeakReference<Object>> seen = Collections.synchronizedList(new ArrayList<>());
            AtomicLong taken = new AtomicLong();
            Iterable<byte[]> source = () -> Stream.generate(() -> noted(seen, new byte[16]))
                    .limit(350_000)
                    .iterator();
            pool.map(source, input -> noted(seen, new byte[input.length]), options)
                    .forEach(result -> {
                        if (taken.incrementAndGet() == 340_000) {
                            // The result in hand, and a window of inputs and results.
                            Waiting.until(() -> {
                                System.gc();
                                return alive(seen) <= 1 + 2 * 50;
                            });
                        }
                    });
            assertEquals(350_000, taken.get());
        }
    }

    private static <T> T noted(List<WeakReference<Object>> seen, T value) {
        seen.add(new WeakReference<>(value));
        return value;
    }

    private static long alive(List<WeakReference<Object>> seen) {
        synchronized (seen) {
            return seen.stream().filter(reference -> reference.get() != null).count();
        }
    }

    @Test
    void aMapAsyncFutureThatIsKeptKeepsItsResultsOnly() throws Exception {
        TaskExecutorService pool = open(1);
        List<WeakReference<Object>> gone = new ArrayList<>();
        TaskFuture<List<Integer>> kept = mapAsyncNoting(pool, gone);
        Waiting.until(() -> {
            System.gc();
            return alive(gone) == 0;
        });
        assertEquals(List.of(0, 1, 2), kept.resultNow());
    }

    /** In a frame of its own, which holds the only strong references to the inputs and the function. */
    private static TaskFuture<List<Integer>> mapAsyncNoting(TaskExecutorService pool, List<WeakReference<Object>> gone)
            throws Exception {
        List<AtomicInteger> inputs =
                numbers(3).stream().map(i -> noted(gone, new AtomicInteger(i))).collect(Collectors.toList());
        AtomicInteger captured = noted(gone, new AtomicInteger());
        TaskFuture<List<Integer>> future = pool.mapAsync(inputs, input -> input.get() + captured.get());
        future.get();
        return future;
    }

    @Test
    void aClosedStreamThatIsKeptKeepsNoInputAndNoResult() throws Exception {
        TaskExecutorService pool = open(1);
        List<WeakReference<Object>> gone = Collections.synchronizedList(new ArrayList<>());
        Supplier<AtomicInteger> inputs = () -> noted(gone, new AtomicInteger());
        Stream<AtomicInteger> kept =
                pool.map(Stream.generate(inputs).limit(100)::iterator, i -> noted(gone, new AtomicInteger()));
        pool.submit(() -> {}).join();
        kept.close();
        Waiting.until(() -> {
            System.gc();
            return alive(gone) == 0;
        });
        kept.close();
    }

    // ---- the end of the pool ----

    @Test
    void theRefusalAfterAShutdownNamesThePool() {
        ThreadPool pool = faked(1);
        Iterator<Integer> results =
                pool.map(Numbers.endless(), i -> i, MapOptions.window(1)).iterator();
        pool.shutdown();
        results.next();
        RejectedExecutionException refusal = assertThrows(RejectedExecutionException.class, results::next);
        assertTrue(refusal.getMessage().contains("io takes no new tasks"), refusal.getMessage());
    }

    @Test
    void theRefusalAfterPendingItemsWereCancelledNamesThePool() throws Exception {
        ThreadPool pool = faked(1);
        HeldTask held = polite();
        Iterator<String> results = pool.map(numbers(2), i -> held.call()).iterator();
        held.awaitBegun();
        pool.shutdownAndCancelPending();
        held.letGo();
        results.next();
        RejectedExecutionException refusal = assertThrows(RejectedExecutionException.class, results::next);
        assertTrue(refusal.getMessage().contains("the map over io cannot go on"), refusal.getMessage());
    }

    @Test
    void aBrokenPoolFailsItsMap() {
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    throw new IllegalStateException("broken");
                })
                .build());
        Stream<Integer> results = pool.map(numbers(10), i -> i);
        assertThrows(BrokenPoolException.class, () -> results.forEach(r -> {}));
    }

    @Test
    void anExecutorWithoutAQueueGetsAnItemWheneverItsWorkerIsFree() throws Exception {
        TaskExecutorService adapted = open(
                TaskExecutorService.adapt(new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>())));
        assertEquals(numbers(200), adapted.map(numbers(200), i -> i).collect(Collectors.toList()));
    }

    @Test
    void anExecutorThatRefusesEachLaterTaskAtFirstGetsThemAll() throws Exception {
        AtomicInteger offered = new AtomicInteger();
        ThreadPoolExecutor refusing = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>()) {
            @Override
            public void execute(Runnable task) {
                // A map offers it twice before it waits a little.
                if (offered.incrementAndGet() % 3 != 1) {
                    throw new RejectedExecutionException("not yet");
                }
                task.run();
            }
        };
        TaskExecutorService adapted = open(TaskExecutorService.adapt(refusing));
        assertEquals(
                numbers(200),
                adapted.map(numbers(200), i -> i, MapOptions.window(1)).collect(Collectors.toList()));
    }

    @Test
    void whatIsSubmittedWhileTheStreamIsBeingClosedIsCancelled() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Stream<Boolean>> results = new ArrayList<>();
        List<Integer> ran = new CopyOnWriteArrayList<>();
        AtomicInteger threads = new AtomicInteger();
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(2)
                .maxTasksPerWorker(1)
                .threadFactory(worker -> {
                    if (threads.incrementAndGet() == 1) {
                        return new Thread(worker);
                    }
                    results.get(0).close();
                    return new Thread(() -> {
                        Waiting.await(go);
                        worker.run();
                    });
                })
                .build());
        results.add(pool.map(numbers(3), ran::add, MapOptions.window(1)));
        Iterator<Boolean> iterator = results.get(0).iterator();
        iterator.next();
        assertThrows(IllegalStateException.class, iterator::next);
        go.countDown();
        finish(pool);
        assertEquals(List.of(0), ran);
    }

    @Test
    void whatIsReadWhileTheStreamIsBeingClosedIsNotStarted() throws Exception {
        TaskExecutorService inCaller = open(TaskExecutorService.adapt(new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>(), new ThreadPoolExecutor.CallerRunsPolicy())));
        HeldTask holder = polite();
        inCaller.submit(holder);
        holder.awaitBegun();
        List<Stream<Boolean>> results = new ArrayList<>();
        List<Integer> ran = new ArrayList<>();
        Iterable<Integer> source = () -> numbers(3).stream()
                .peek(i -> {
                    if (i == 1) {
                        results.get(0).close();
                    }
                })
                .iterator();
        results.add(inCaller.map(source, ran::add, MapOptions.window(1)));
        Iterator<Boolean> iterator = results.get(0).iterator();
        iterator.next();
        assertThrows(IllegalStateException.class, iterator::next);
        assertEquals(List.of(0), ran);
    }

    // ---- bad arguments ----

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void sizesBelowOneAreRefusedWithTheirValue() {
        assertRefused("window must be at least 1: 0", () -> MapOptions.window(0));
        assertRefused(
                "window must be at least 1: -3", () -> MapOptions.unordered().withWindow(-3));
        assertRefused("chunk must be at least 1: 0", () -> MapOptions.chunk(0));
        assertRefused(
                "chunk must be at least 1: -1", () -> MapOptions.unordered().withChunk(-1));
    }

    @Test
    void aChunkLargerThanTheWindowIsRefusedWithBoth() {
        for (Executable call : List.<Executable>of(() -> MapOptions.window(4).withChunk(5), () -> MapOptions.chunk(5)
                .withWindow(4))) {
            String message = assertThrows(IllegalArgumentException.class, call).getMessage();
            assertTrue(message.contains("chunk 5, window 4"), message);
        }
    }

    @Test
    void timeLimitsThatAreNotPositiveAreRefusedWithTheirValue() {
        assertRefused("timeout must be positive: PT0S", () -> MapOptions.timeout(Duration.ZERO));
        assertRefused(
                "timeout must be positive: PT-1S", () -> MapOptions.unordered().withTimeout(Duration.ofSeconds(-1)));
    }

    @Test
    void nullArgumentsOfMapsAreRefusedByName() {
        TaskExecutorService pool = open(1);
        List<Integer> one = List.of(1);
        ThrowingFunction<Integer, Integer> fn = i -> i;
        assertNamed("inputs", () -> pool.map(null, fn));
        assertNamed("inputs", () -> pool.mapAsync(null, fn));
        assertNamed("fn", () -> pool.map(one, (ThrowingFunction<Integer, Integer>) null));
        assertNamed("fn", () -> pool.mapAsync(one, (ThrowingFunction<Integer, Integer>) null));
        assertNamed("options", () -> pool.map(one, fn, (MapOptions) null));
        assertNamed("options", () -> pool.mapAsync(one, fn, (MapOptions) null));
        assertNamed("options", () -> pool.map(one, fn, (MapOptions.CollectingFailures) null));
        assertNamed("options", () -> pool.mapAsync(one, fn, (MapOptions.CollectingFailures) null));
        assertNamed("first", () -> pool.map(null, one, Integer::sum));
        assertNamed("second", () -> pool.map(one, null, Integer::sum));
        assertNamed("fn", () -> pool.map(one, one, (ThrowingBiFunction<Integer, Integer, Integer>) null));
        assertNamed("listener", () -> MapOptions.progress(null));
        assertNamed("timeout", () -> MapOptions.timeout(null));
    }

    private static void assertNamed(String argument, Executable call) {
        assertEquals(argument, assertThrows(NullPointerException.class, call).getMessage());
    }
}
