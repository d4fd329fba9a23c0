// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How a map ends before its end on every executor: by a failure, a close, an interrupt, its time, a shutdown. */
abstract class MapEndContract extends MapContract {
    static final List<MapOptions> BOTH_ORDERS =
            List.of(MapOptions.window(4), MapOptions.unordered().withWindow(4));

    /** Items that begin, and stay until they are interrupted; an item that is to fail does so once another has begun. */
    private final class HeldItems {
        final Set<Integer> begun = ConcurrentHashMap.newKeySet();
        final HeldTask task = polite();
        private final CountDownLatch oneBegun = new CountDownLatch(1);

        Integer hold(int item) throws InterruptedException {
            begun.add(item);
            oneBegun.countDown();
            task.call();
            return item;
        }

        Integer fail(RuntimeException failure) {
            Waiting.await(oneBegun);
            throw failure;
        }

        void awaitOneBegun() {
            Waiting.await(oneBegun);
        }
    }

    // ---- a failure ----

    @Test
    void aFailureIsThrownAfterAllResultsBeforeIt() {
        IllegalStateException failure = new IllegalStateException("no");
        CountDownLatch failed = new CountDownLatch(1);
        Iterator<Integer> results = open(2).map(numbers(5), i -> {
                    if (i == 1) {
                        Waiting.await(failed);
                    } else if (i == 3) {
                        failed.countDown();
                        throw failure;
                    }
                    return i;
                })
                .iterator();
        assertEquals(numbers(3), take(results, 3));
        assertSame(failure, assertThrows(IllegalStateException.class, results::next));
    }

    @Test
    void aFailureIsThrownAsByJoin() {
        TaskExecutorService executor = open(1);
        for (Throwable unchecked : List.of(
                new IllegalStateException("no"), new AssertionError("no"), new CancellationException("its own"))) {
            assertSame(unchecked, failureOf(executor, unchecked));
        }
        for (Throwable checked : List.of(new IOException("no"), new InterruptedException("its own"))) {
            CompletionException wrapped = assertInstanceOf(CompletionException.class, failureOf(executor, checked));
            assertSame(checked, wrapped.getCause());
        }
        assertFalse(Thread.interrupted());
    }

    private static Throwable failureOf(TaskExecutorService executor, Throwable thrown) {
        ThrowingFunction<Integer, Integer> failing = i -> {
            if (thrown instanceof Error) {
                throw (Error) thrown;
            }
            throw (Exception) thrown;
        };
        return assertThrows(
                Throwable.class, () -> executor.map(List.of(1), failing).collect(Collectors.toList()));
    }

    @Test
    void withoutOrderAFailureComesAtOnceThoughTheHeadStillRuns() throws Exception {
        IllegalStateException failure = new IllegalStateException("no");
        HeldTask head = stubborn();
        Stream<String> results = open(2).map(
                        numbers(2),
                        i -> {
                            if (i == 0) {
                                return head.call();
                            }
                            head.awaitBegun();
                            throw failure;
                        },
                        MapOptions.unordered());
        assertSame(failure, assertThrows(IllegalStateException.class, () -> results.forEach(r -> {})));
        assertFalse(head.hasLeft());
        head.awaitInterrupted();
    }

    @Test
    void afterAFailureNothingRunsOn() throws Exception {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService executor = open(2);
            HeldItems items = new HeldItems();
            IllegalStateException failure = new IllegalStateException("no");
            Stream<Integer> results =
                    executor.map(numbers(6), i -> i == 0 ? items.fail(failure) : items.hold(i), options);
            assertSame(failure, assertThrows(IllegalStateException.class, () -> results.forEach(r -> {})));
            finish(executor);
            items.task.awaitInterrupted();
            assertFalse(limitsWorkers() && items.begun.size() > 2, () -> items.begun + " ran on two workers");
        }
    }

    @Test
    void afterAFailureNothingIsRead() {
        Numbers source = Numbers.endless();
        ThrowingFunction<Integer, Integer> failing = i -> {
            throw new IllegalStateException("no");
        };
        Iterator<Integer> results =
                open(1).map(source, failing, MapOptions.window(2)).iterator();
        assertThrows(IllegalStateException.class, results::next);
        int read = source.read();
        assertFalse(results.hasNext());
        assertEquals(read, source.read());
    }

    @Test
    void whatASourceThrowsIsThrownAfterTheResultsOfWhatItGave() {
        IllegalStateException failure = new IllegalStateException("no more");
        for (MapOptions options : List.of(MapOptions.window(2), MapOptions.window(5), MapOptions.chunk(2))) {
            Iterator<Integer> results = open(1).map(Numbers.failingAfter(3, failure), i -> i, options)
                    .iterator();
            assertEquals(numbers(3), take(results, 3));
            assertSame(failure, assertThrows(IllegalStateException.class, results::next));
        }
    }

    @Test
    void aSourceThatThrowsAtOnceDoesSoWhenTheFirstResultIsTaken() {
        IllegalStateException failure = new IllegalStateException("none");
        for (MapOptions options : BOTH_ORDERS) {
            Iterator<Integer> results = open(1).map(Numbers.failingAfter(0, failure), i -> i, options)
                    .iterator();
            assertSame(failure, assertThrows(IllegalStateException.class, results::next));
        }
    }

    @Test
    void withoutOrderASourceThatThrowsCancelsTheRest() throws Exception {
        IllegalStateException failure = new IllegalStateException("no more");
        TaskExecutorService executor = open(2);
        HeldItems items = new HeldItems();
        Stream<Integer> results = executor.map(Numbers.failingAfter(3, failure), items::hold, MapOptions.unordered());
        items.awaitOneBegun();
        assertSame(failure, assertThrows(IllegalStateException.class, () -> results.forEach(r -> {})));
        finish(executor);
        items.task.awaitInterrupted();
    }

    @Test
    void whatTheConsumerThrowsCancelsTheRest() throws Exception {
        IllegalStateException failure = new IllegalStateException("full");
        TaskExecutorService executor = open(2);
        HeldItems items = new HeldItems();
        Stream<Integer> results = executor.map(numbers(4), i -> i == 0 ? i : items.hold(i));
        items.awaitOneBegun();
        assertSame(
                failure,
                assertThrows(
                        IllegalStateException.class,
                        () -> results.forEach(r -> {
                            throw failure;
                        })));
        finish(executor);
        items.task.awaitInterrupted();
    }

    // ---- closing ----

    @Test
    void closingBeforeTheFirstElementStopsAll() throws Exception {
        TaskExecutorService executor = open(2);
        HeldItems items = new HeldItems();
        Stream<Integer> results = executor.map(Numbers.endless(), items::hold, MapOptions.window(5));
        items.awaitOneBegun();
        results.close();
        finish(executor);
        items.task.awaitInterrupted();
        assertFalse(limitsWorkers() && items.begun.size() > 2, () -> items.begun + " ran on two workers");
    }

    @Test
    void closingTwiceAndAfterTheEndIsHarmless() {
        Stream<Integer> results = open(1).map(numbers(3), i -> i);
        assertEquals(3, results.collect(Collectors.counting()));
        results.close();
        results.close();
    }

    @Test
    void leavingTheBlockAfterALimitStopsTheRest() throws Exception {
        TaskExecutorService executor = open(2);
        HeldItems items = new HeldItems();
        Numbers source = Numbers.endless();
        try (Stream<Integer> results = executor.map(source, i -> i == 0 ? i : items.hold(i), MapOptions.window(4))) {
            assertEquals(List.of(0), results.limit(1).collect(Collectors.toList()));
        }
        assertEquals(4, source.read());
        finish(executor);
    }

    @Test
    void aLimitWithoutCloseLeavesTheWindowToFinish() throws Exception {
        TaskExecutorService executor = open(2);
        Set<Integer> finished = ConcurrentHashMap.newKeySet();
        assertEquals(
                1,
                executor.map(Numbers.endless(), finished::add, MapOptions.window(4))
                        .limit(1)
                        .collect(Collectors.counting()));
        finish(executor);
        assertEquals(Set.of(0, 1, 2, 3), finished);
    }

    @Test
    void aClosedPoolOfItemsLeavesTheExecutorFree() throws Exception {
        TaskExecutorService executor = open(1);
        HeldItems items = new HeldItems();
        Stream<Integer> results = executor.map(numbers(4), items::hold);
        items.awaitOneBegun();
        results.close();
        assertEquals("value", executor.submit(() -> "value").get());
    }

    @Test
    void anIteratorOfAStreamThatWasClosedThrowsAndDoesNotJustEnd() {
        for (MapOptions options : List.of(MapOptions.window(4), MapOptions.unordered(), MapOptions.chunk(4))) {
            Stream<Integer> results = open(1).map(numbers(10), i -> i, options);
            Iterator<Integer> iterator = results.iterator();
            iterator.next();
            results.close();
            assertThrows(IllegalStateException.class, iterator::hasNext);
        }
    }

    @Test
    void aConsumerThatWaitsWhileAnotherThreadClosesThrows() throws Exception {
        for (MapOptions options : BOTH_ORDERS) {
            HeldTask held = polite();
            Stream<Object> results = open(1).map(numbers(2), i -> i == 1 ? held.call() : i, options);
            Iterator<Object> iterator = results.iterator();
            iterator.next();
            Aside<Object> consumer = Aside.<Object>call(iterator::next).awaitParked();
            held.awaitBegun();
            results.close();
            IllegalStateException closed = consumer.thrown(IllegalStateException.class);
            assertTrue(closed.getMessage().contains("closed after 1 elements"), closed.getMessage());
            held.awaitInterrupted();
        }
    }

    @Test
    void aConsumerWhoseSourceBlocksWhileAnotherThreadClosesThrows() throws Exception {
        HeldTask reading = stubborn();
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        TaskExecutorService executor = open(1);
        Stream<Boolean> results = executor.map(blockingAt(2, reading), ran::add, MapOptions.window(2));
        Aside<Object> consumer = Aside.run(() -> results.forEach(r -> {}));
        reading.awaitBegun();
        results.close();
        reading.letGo();
        consumer.thrown(IllegalStateException.class);
        finish(executor);
        assertFalse(ran.contains(2));
    }

    // ---- an interrupt of the consumer ----

    @Test
    void aConsumerThatIsInterruptedThrowsAndStopsTheRest() throws Exception {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService executor = open(1);
            HeldItems items = new HeldItems();
            Stream<Integer> results = executor.map(numbers(4), items::hold, options);
            Aside<Object> consumer =
                    Aside.run(() -> results.forEach(r -> {})).awaitParked().interrupt();
            assertInstanceOf(
                    InterruptedException.class,
                    consumer.thrown(CompletionException.class).getCause());
            assertTrue(consumer.leftInterrupted());
            finish(executor);
            assertFalse(limitsWorkers() && items.begun.size() > 1, () -> items.begun + " ran on one worker");
        }
    }

    @Test
    void aConsumerThatComesInterruptedThrowsInsteadOfWaiting() {
        for (MapOptions options : BOTH_ORDERS) {
            HeldItems items = new HeldItems();
            Stream<Integer> results = open(1).map(numbers(2), items::hold, options);
            Thread.currentThread().interrupt();
            assertInstanceOf(
                    InterruptedException.class,
                    assertThrows(CompletionException.class, () -> results.forEach(r -> {}))
                            .getCause());
            assertTrue(Thread.interrupted());
        }
    }

    // ---- its time ----

    @Test
    void whenItsTimeIsOverTheMapThrowsAndStopsTheRest() throws Exception {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService executor = open(1);
            HeldItems items = new HeldItems();
            Stream<Integer> results = executor.map(numbers(4), items::hold, options.withTimeout(Duration.ofMillis(20)));
            TaskTimeoutException timeout = assertThrows(TaskTimeoutException.class, () -> results.forEach(r -> {}));
            assertEquals(TaskTimeoutException.Phase.WAITING, timeout.phase());
            assertTrue(timeout.getMessage().contains("PT0.02S"), timeout.getMessage());
            finish(executor);
            assertFalse(limitsWorkers() && items.begun.size() > 1, () -> items.begun + " ran on one worker");
        }
    }

    @Test
    void aMapThatEndsInTimeIsNotDisturbed() {
        for (MapOptions options : BOTH_ORDERS) {
            assertEquals(
                    100,
                    open(1).map(numbers(100), i -> i, options.withTimeout(Duration.ofDays(1)))
                            .collect(Collectors.counting()));
        }
    }

    // ---- a shutdown ----

    @Test
    void whatWasAcceptedBeforeAShutdownIsDeliveredBeforeTheRefusal() {
        TaskExecutorService executor = open(1);
        Iterator<Integer> results =
                executor.map(Numbers.endless(), i -> i, MapOptions.window(3)).iterator();
        executor.shutdown();
        assertEquals(numbers(3), take(results, 3));
        assertThrows(RejectedExecutionException.class, results::next);
    }

    @Test
    void aMapThatWasAcceptedWhollyBeforeAShutdownEndsAsUsual() {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService executor = open(1);
            Stream<Integer> results = executor.map(numbers(3), i -> i, options);
            executor.shutdown();
            assertEquals(Set.of(0, 1, 2), results.collect(Collectors.toSet()));
        }
    }

    @Test
    void whenWhatPendsIsCancelledByAShutdownTheMapIsRefused() throws Exception {
        assumeTrue(limitsWorkers());
        TaskExecutorService executor = open(1);
        HeldTask held = polite();
        Iterator<Object> results = executor.<Integer, Object>map(numbers(3), i -> i == 0 ? held.call() : i)
                .iterator();
        held.awaitBegun();
        executor.shutdownAndCancelPending();
        held.letGo();
        assertEquals("let go", results.next());
        assertThrows(RejectedExecutionException.class, results::next);
    }

    @Test
    void aConsumerThatWaitsWhileTheExecutorIsStoppedIsRefused() throws Exception {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService executor = open(1);
            HeldItems items = new HeldItems();
            Stream<Integer> results = executor.map(numbers(4), items::hold, options);
            items.awaitOneBegun();
            Aside<Object> consumer = Aside.run(() -> results.forEach(r -> {})).awaitParked();
            executor.shutdownNow();
            consumer.thrown(RejectedExecutionException.class);
        }
    }

    @Test
    void aConsumerThatComesAfterTheExecutorWasStoppedIsRefused() throws Exception {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService executor = open(1);
            HeldItems items = new HeldItems();
            Stream<Integer> results = executor.map(numbers(4), items::hold, options);
            items.awaitOneBegun();
            executor.shutdownNow();
            finish(executor);
            assertThrows(RejectedExecutionException.class, () -> results.forEach(r -> {}));
        }
    }

    @Test
    void aMapOnAnExecutorThatWasShutDownIsRefused() {
        for (MapOptions options : BOTH_ORDERS) {
            TaskExecutorService executor = open(1);
            executor.shutdown();
            assertThrows(RejectedExecutionException.class, () -> executor.map(numbers(2), i -> i, options)
                    .collect(Collectors.toList()));
        }
    }
}
