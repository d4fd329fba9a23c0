// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Waiting for several futures. PARITY.md: the rows {@code wait(fs, …)} and {@code as_completed(fs, …)}. */
class TaskFuturesTest extends ContractFixture {
    private static final List<Duration> NO_TIME =
            List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(-1), Duration.ofSeconds(Long.MIN_VALUE));

    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.of(maxWorkers);
    }

    private static TaskFuture<String> succeeded() {
        TaskPromise<String> promise = new TaskPromise<>();
        promise.succeed("value");
        return promise.future();
    }

    private static TaskFuture<String> failed() {
        TaskPromise<String> promise = new TaskPromise<>();
        promise.fail(new IOException("no"));
        promise.future().onDone(f -> {});
        return promise.future();
    }

    private static TaskFuture<String> cancelled() {
        TaskPromise<String> promise = new TaskPromise<>();
        promise.future().cancel(true);
        return promise.future();
    }

    private static TaskFuture<String> unfinished() {
        return new TaskPromise<String>().future();
    }

    /** Whether the collector takes it, given a few seconds. */
    static boolean isCollected(WeakReference<?> reference) throws InterruptedException {
        for (int i = 0; i < 100 && reference.get() != null; i++) {
            System.gc();
            Thread.sleep(i);
        }
        return reference.get() == null;
    }

    private static <T> T timely(Callable<T> code) throws Exception {
        Aside<T> aside = Aside.call(code);
        aside.thread().join(AT_ONCE.toMillis());
        boolean ended = aside.hasEnded();
        aside.interrupt();
        assertTrue(ended, "still waits");
        return aside.value();
    }

    @Nested
    class WaitFor {
        @Test
        void ofNothingReturnsAtOnce() throws Exception {
            for (ReturnWhen when : ReturnWhen.values()) {
                DoneAndNotDone<TaskFuture<String>> untimed = TaskFutures.waitFor(List.of(), when);
                assertEquals(Set.of(), untimed.done());
                assertEquals(Set.of(), untimed.notDone());
                DoneAndNotDone<TaskFuture<String>> timed = TaskFutures.waitFor(List.of(), when, Duration.ofDays(1));
                assertEquals(Set.of(), timed.done());
            }
        }

        @Test
        void allCompletedWaitsForTheLastHoweverItEnds() throws Exception {
            for (boolean timed : new boolean[] {false, true}) {
                TaskPromise<String> last = new TaskPromise<>();
                List<TaskFuture<String>> futures = List.of(succeeded(), last.future(), failed(), cancelled());
                Aside<DoneAndNotDone<TaskFuture<String>>> waiter =
                        waiter(futures, ReturnWhen.ALL_COMPLETED, timed).awaitParked();
                last.succeed("last");
                assertEquals(futures, List.copyOf(waiter.value().done()));
                assertEquals(Set.of(), waiter.value().notDone());
            }
        }

        private Aside<DoneAndNotDone<TaskFuture<String>>> waiter(
                Collection<TaskFuture<String>> futures, ReturnWhen when, boolean timed) {
            return Aside.call(() -> timed
                    ? TaskFutures.waitFor(futures, when, Duration.ofDays(1))
                    : TaskFutures.waitFor(futures, when));
        }

        @Test
        void firstCompletedReturnsWithTheFirstHoweverItEnds() throws Exception {
            for (boolean timed : new boolean[] {false, true}) {
                for (int how = 0; how < 3; how++) {
                    TaskPromise<String> first = new TaskPromise<>();
                    TaskFuture<String> open = unfinished();
                    Aside<DoneAndNotDone<TaskFuture<String>>> waiter = waiter(
                                    List.of(open, first.future()), ReturnWhen.FIRST_COMPLETED, timed)
                            .awaitParked();
                    if (how == 0) {
                        first.succeed("first");
                    } else if (how == 1) {
                        first.fail(new IOException("no"));
                        first.future().exceptionNow();
                    } else {
                        first.future().cancel(true);
                    }
                    assertEquals(Set.of(first.future()), waiter.value().done());
                    assertEquals(Set.of(open), waiter.value().notDone());
                }
            }
        }

        @Test
        void firstCompletedReturnsAtOnceIfOneIsDone() throws Exception {
            for (TaskFuture<String> done : List.of(succeeded(), failed(), cancelled())) {
                TaskFuture<String> open = unfinished();
                assertEquals(
                        Set.of(done),
                        timely(() -> TaskFutures.waitFor(List.of(open, done), ReturnWhen.FIRST_COMPLETED))
                                .done());
            }
        }

        @Test
        void firstExceptionReturnsWithTheFirstFailureAndIgnoresSuccessesAndCancellations() throws Exception {
            for (boolean timed : new boolean[] {false, true}) {
                TaskPromise<String> succeeds = new TaskPromise<>();
                TaskPromise<String> cancelledLater = new TaskPromise<>();
                TaskPromise<String> fails = new TaskPromise<>();
                TaskFuture<String> open = unfinished();
                Aside<DoneAndNotDone<TaskFuture<String>>> waiter = waiter(
                                List.of(
                                        cancelled(),
                                        succeeded(),
                                        succeeds.future(),
                                        cancelledLater.future(),
                                        fails.future(),
                                        open),
                                ReturnWhen.FIRST_EXCEPTION,
                                timed)
                        .awaitParked();
                succeeds.succeed("value");
                cancelledLater.future().cancel(true);
                waiter.awaitParked();
                assertFalse(waiter.hasEnded());
                fails.fail(new IOException("no"));
                fails.future().exceptionNow();
                assertEquals(5, waiter.value().done().size());
                assertEquals(Set.of(open), waiter.value().notDone());
            }
        }

        @Test
        void firstExceptionReturnsAtOnceIfOneHasFailed() throws Exception {
            TaskFuture<String> failed = failed();
            assertEquals(
                    Set.of(failed),
                    timely(() -> TaskFutures.waitFor(List.of(unfinished(), failed), ReturnWhen.FIRST_EXCEPTION))
                            .done());
        }

        @Test
        void firstExceptionWithoutAFailureWaitsForAll() throws Exception {
            TaskPromise<String> last = new TaskPromise<>();
            Aside<DoneAndNotDone<TaskFuture<String>>> waiter = waiter(
                            List.of(cancelled(), succeeded(), last.future()), ReturnWhen.FIRST_EXCEPTION, false)
                    .awaitParked();
            last.future().cancel(false);
            assertEquals(3, waiter.value().done().size());
        }

        @Test
        void aTaskThatThrowsCancellationCountsAsFailed() throws Exception {
            TaskFuture<String> future = open(1).submit(() -> {
                throw new java.util.concurrent.CancellationException("of something else");
            });
            TaskFuture<String> open = unfinished();
            assertEquals(
                    Set.of(future),
                    timely(() -> TaskFutures.waitFor(List.of(open, future), ReturnWhen.FIRST_EXCEPTION))
                            .done());
            future.exceptionNow();
        }

        /** In real time: 50 ms and not a nanosecond less. */
        @Test
        void aTimeOutIsNoErrorAndNeverEarly() throws Exception {
            for (ReturnWhen when : ReturnWhen.values()) {
                List<TaskFuture<String>> futures = List.of(unfinished(), unfinished());
                long start = System.nanoTime();
                DoneAndNotDone<TaskFuture<String>> sets = TaskFutures.waitFor(futures, when, Duration.ofMillis(50));
                assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(50));
                assertEquals(Set.of(), sets.done());
                assertEquals(futures, List.copyOf(sets.notDone()));
            }
        }

        @Test
        void withoutTimeItLooksWithoutWaiting() throws Exception {
            for (Duration none : NO_TIME) {
                for (ReturnWhen when : ReturnWhen.values()) {
                    TaskFuture<String> done = succeeded();
                    TaskFuture<String> open = unfinished();
                    assertEquals(
                            Set.of(done),
                            timely(() -> TaskFutures.waitFor(List.of(open, done), when, none))
                                    .done(),
                            () -> when + " " + none);
                    assertEquals(
                            Set.of(),
                            timely(() -> TaskFutures.waitFor(List.of(open), when, none))
                                    .done(),
                            () -> when + " " + none);
                }
            }
        }

        @Test
        void theLongestTimeDoesNotOverflow() throws Exception {
            for (ReturnWhen when : ReturnWhen.values()) {
                TaskPromise<String> promise = new TaskPromise<>();
                Aside<DoneAndNotDone<TaskFuture<String>>> waiter = Aside.call(() -> TaskFutures.waitFor(
                                List.of(promise.future()), when, Duration.ofSeconds(Long.MAX_VALUE)))
                        .awaitParked();
                promise.succeed("value");
                assertEquals(1, waiter.value().done().size());
            }
        }

        @Test
        void duplicatesCountOnceAndTheOrderIsThatGiven() throws Exception {
            TaskFuture<String> first = succeeded();
            TaskFuture<String> second = cancelled();
            TaskFuture<String> open = unfinished();
            TaskFuture<String> other = unfinished();
            DoneAndNotDone<TaskFuture<String>> sets = TaskFutures.waitFor(
                    List.of(other, second, open, first, second, open, first), ReturnWhen.FIRST_COMPLETED);
            assertEquals(List.of(second, first), List.copyOf(sets.done()));
            assertEquals(List.of(other, open), List.copyOf(sets.notDone()));
        }

        @Test
        void theSetsAreFixed() throws Exception {
            TaskPromise<String> promise = new TaskPromise<>();
            DoneAndNotDone<TaskFuture<String>> sets =
                    TaskFutures.waitFor(List.of(promise.future(), succeeded()), ReturnWhen.FIRST_COMPLETED);
            promise.succeed("later");
            assertEquals(Set.of(promise.future()), sets.notDone());
            assertThrows(UnsupportedOperationException.class, () -> sets.done().clear());
            assertThrows(
                    UnsupportedOperationException.class, () -> sets.notDone().clear());
            assertTrue(sets.toString().startsWith("DoneAndNotDone[done=["), sets::toString);
        }

        @Test
        void anInterruptEndsTheWaitWithTheFlagCleared() throws Exception {
            for (ReturnWhen when : ReturnWhen.values()) {
                for (boolean timed : new boolean[] {false, true}) {
                    Aside<DoneAndNotDone<TaskFuture<String>>> waiter = waiter(List.of(unfinished()), when, timed)
                            .awaitParked()
                            .interrupt();
                    waiter.thrown(InterruptedException.class);
                    assertFalse(waiter.leftInterrupted());
                }
                Thread.currentThread().interrupt();
                assertThrows(InterruptedException.class, () -> TaskFutures.waitFor(List.of(unfinished()), when));
                assertFalse(Thread.interrupted());
            }
        }

        /** As of {@code get}: what is there is returned, and the flag stays. */
        @Test
        void onDoneFuturesAnInterruptStaysPending() throws Exception {
            for (ReturnWhen when : ReturnWhen.values()) {
                Thread.currentThread().interrupt();
                TaskFutures.waitFor(List.of(failed(), succeeded()), when);
                TaskFutures.waitFor(List.of(failed(), succeeded()), when, Duration.ZERO);
                assertTrue(Thread.interrupted());
            }
        }

        @Test
        void onDoneFuturesAnInterruptStaysPendingInATaskToo() {
            TaskExecutorService executor = open(1);
            for (ReturnWhen when : ReturnWhen.values()) {
                boolean flag = executor.submit(() -> {
                            List<TaskFuture<String>> done = List.of(failed(), succeeded());
                            Thread.currentThread().interrupt();
                            TaskFutures.waitFor(done, when);
                            return Thread.interrupted();
                        })
                        .join();
                assertTrue(flag);
            }
        }

        @Test
        void nullIsRefused() {
            List<TaskFuture<String>> futures = List.of(succeeded());
            assertThrows(NullPointerException.class, () -> TaskFutures.waitFor(null, ReturnWhen.ALL_COMPLETED));
            assertThrows(NullPointerException.class, () -> TaskFutures.waitFor(futures, null));
            assertThrows(
                    NullPointerException.class, () -> TaskFutures.waitFor(futures, ReturnWhen.ALL_COMPLETED, null));
            for (ReturnWhen when : ReturnWhen.values()) {
                assertThrows(
                        NullPointerException.class, () -> TaskFutures.waitFor(Arrays.asList(succeeded(), null), when));
            }
        }

        /** Python: a waiter notices only when a worker meets the cancelled item. */
        @Test
        void aTaskThatIsCancelledInTheQueueIsDoneAtOnce() throws Exception {
            TaskExecutorService executor = openBusy(polite());
            TaskFuture<String> first = executor.submit(() -> "never");
            TaskFuture<String> second = executor.submit(() -> "never");
            for (ReturnWhen when : ReturnWhen.values()) {
                Aside<DoneAndNotDone<TaskFuture<String>>> waiter = waiter(List.of(first, second), when, false);
                if (!first.isDone()) {
                    waiter.awaitParked();
                    first.cancelIfPending();
                    second.cancelIfPending();
                }
                waiter.value();
            }
        }

        /** Python: never notified after {@code shutdown(cancel_futures=True)}. */
        @Test
        void tasksThatAShutdownCancelsAreDoneAtOnce() throws Exception {
            TaskExecutorService executor = openBusy(polite());
            List<TaskFuture<String>> futures = List.of(executor.submit(() -> "never"), executor.submit(() -> "never"));
            Aside<DoneAndNotDone<TaskFuture<String>>> waiter =
                    waiter(futures, ReturnWhen.ALL_COMPLETED, false).awaitParked();
            executor.shutdownAndCancelPending();
            assertEquals(2, waiter.value().done().size());
        }

        @Test
        void aTaskThatWaitsForPendingTasksOfItsOwnPoolRunsThem() throws Exception {
            TaskExecutorService executor = open(1);
            for (ReturnWhen when : ReturnWhen.values()) {
                TaskFuture<Integer> outer = executor.submit(() -> {
                    List<TaskFuture<String>> inner =
                            List.of(executor.submit(() -> "a"), executor.submit(() -> "b"), executor.submit(() -> "c"));
                    return TaskFutures.waitFor(inner, when).done().size();
                });
                assertEquals(when == ReturnWhen.FIRST_COMPLETED ? 1 : 3, outer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
        }

        /** A program that looks again and again at futures that live long must not fill them with its old looks. */
        @Test
        void aWaitThatGaveUpLeavesNothingInItsFutures() throws Exception {
            TaskFuture<String> longLived = unfinished();
            for (ReturnWhen when : ReturnWhen.values()) {
                TaskFuture<String> shortLived = unfinished();
                TaskFutures.waitFor(List.of(longLived, shortLived), when, Duration.ZERO);
                TaskFutures.waitFor(List.of(longLived, shortLived), when, Duration.ofMillis(1));
                WeakReference<?> gone = new WeakReference<>(shortLived);
                shortLived = null;
                assertTrue(isCollected(gone), () -> "still held through another future, after " + when);
            }
            assertFalse(longLived.isDone());
        }
    }

    @Nested
    class AsCompleted {
        @Test
        void doneOnesComeFirstThenTheOthersInTheOrderOfFinishing() {
            TaskPromise<String> first = new TaskPromise<>();
            TaskPromise<String> second = new TaskPromise<>();
            TaskPromise<String> third = new TaskPromise<>();
            TaskFuture<String> done = succeeded();
            TaskFuture<String> cancelled = cancelled();
            TaskFuture<String> failed = failed();
            Iterator<TaskFuture<String>> walk = TaskFutures.asCompleted(
                            List.of(third.future(), cancelled, first.future(), done, second.future(), failed))
                    .iterator();
            first.succeed("1");
            assertEquals(Set.of(cancelled, done, failed), Set.of(walk.next(), walk.next(), walk.next()));
            assertSame(first.future(), walk.next());
            second.fail(new IOException("no"));
            third.future().cancel(true);
            assertSame(second.future(), walk.next());
            assertSame(third.future(), walk.next());
            assertFalse(walk.hasNext());
            second.future().exceptionNow();
        }

        @Test
        void tasksComeInTheOrderOfFinishing() throws Exception {
            HeldTask holder = polite();
            TaskExecutorService executor = openBusy(holder);
            List<TaskFuture<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int number = i;
                futures.add(0, executor.submit(() -> number));
            }
            Iterable<TaskFuture<Integer>> result = TaskFutures.asCompleted(futures);
            holder.letGo();
            int expected = 0;
            for (TaskFuture<Integer> future : result) {
                assertEquals(expected++, future.resultNow());
            }
        }

        @Test
        void nextBlocksUntilOneIsDoneAndHasNextDoesNot() throws Exception {
            TaskPromise<String> promise = new TaskPromise<>();
            Iterator<TaskFuture<String>> walk =
                    TaskFutures.asCompleted(List.of(promise.future())).iterator();
            assertTimeout(AT_ONCE, () -> assertTrue(walk.hasNext()));
            Aside<TaskFuture<String>> walker = Aside.call(walk::next).awaitParked();
            promise.succeed("value");
            assertSame(promise.future(), walker.value());
        }

        @Test
        void ofNothingIsEmpty() {
            Iterator<TaskFuture<String>> walk =
                    TaskFutures.asCompleted(List.<TaskFuture<String>>of()).iterator();
            assertFalse(walk.hasNext());
            assertThrows(NoSuchElementException.class, walk::next);
            assertFalse(TaskFutures.asCompleted(List.<TaskFuture<String>>of(), Duration.ZERO)
                    .iterator()
                    .hasNext());
        }

        @Test
        void duplicatesComeOnce() {
            TaskFuture<String> done = succeeded();
            TaskPromise<String> later = new TaskPromise<>();
            Iterator<TaskFuture<String>> walk = TaskFutures.asCompleted(
                            List.of(later.future(), done, done, later.future(), done))
                    .iterator();
            later.succeed("value");
            assertSame(done, walk.next());
            assertSame(later.future(), walk.next());
            assertFalse(walk.hasNext());
        }

        @Test
        void canBeWalkedOnce() {
            Iterable<TaskFuture<String>> once = TaskFutures.asCompleted(List.of(succeeded()));
            assertTrue(once.iterator().hasNext());
            assertThrows(IllegalStateException.class, once::iterator);
        }

        @Test
        void aLazyIterableIsReadOnceToItsEndAtTheCall() {
            AtomicInteger made = new AtomicInteger();
            Iterable<TaskFuture<String>> lazy = () -> java.util.stream.Stream.generate(() -> {
                        made.incrementAndGet();
                        return succeeded();
                    })
                    .limit(5)
                    .iterator();
            Iterable<TaskFuture<String>> result = TaskFutures.asCompleted(lazy);
            assertEquals(5, made.get());
            int walked = 0;
            for (TaskFuture<String> future : result) {
                assertTrue(future.isDone());
                walked++;
            }
            assertEquals(5, walked);
            assertEquals(5, made.get());
        }

        @Test
        void anIterableThatThrowsPassesItsException() {
            IllegalStateException own = new IllegalStateException("no more");
            Iterable<TaskFuture<String>> throwing = () -> {
                throw own;
            };
            assertSame(own, assertThrows(IllegalStateException.class, () -> TaskFutures.asCompleted(throwing)));
        }

        @Test
        void nullIsRefused() {
            List<TaskFuture<String>> futures = List.of(succeeded());
            assertThrows(NullPointerException.class, () -> TaskFutures.asCompleted(null));
            assertThrows(NullPointerException.class, () -> TaskFutures.asCompleted(futures, null));
            assertThrows(NullPointerException.class, () -> TaskFutures.asCompleted(Arrays.asList(succeeded(), null)));
        }

        /** In real time: 50 ms and not a nanosecond less. */
        @Test
        void aTimeOutSaysHowManyAreUnfinishedAndCancelsNothing() {
            TaskPromise<String> late = new TaskPromise<>();
            TaskFuture<String> open = unfinished();
            TaskFuture<String> done = succeeded();
            long start = System.nanoTime();
            Iterator<TaskFuture<String>> walk = TaskFutures.asCompleted(
                            List.of(late.future(), done, open), Duration.ofMillis(50))
                    .iterator();
            assertSame(done, walk.next());
            TaskTimeoutException thrown = assertThrows(TaskTimeoutException.class, walk::next);
            assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(50));
            assertEquals("2 of 3 futures unfinished after PT0.05S", thrown.getMessage());
            assertEquals(TaskTimeoutException.Phase.WAITING, thrown.phase());
            assertFalse(open.isDone());
            assertTrue(walk.hasNext());
            late.succeed("late");
            assertSame(late.future(), walk.next());
            assertEquals(
                    "1 of 3 futures unfinished after PT0.05S",
                    assertThrows(TaskTimeoutException.class, walk::next).getMessage());
        }

        /** A clock that the test moves; waiting moves it to the end of the wait. */
        private final class MovedByHand extends SystemLike {
            final AtomicLong now = new AtomicLong(-5);

            @Override
            long nanoTime() {
                return now.get();
            }

            @Override
            void parkNanos(Object blocker, long nanos) {
                now.addAndGet(nanos);
            }

            void pass(Duration time) {
                now.addAndGet(time.toNanos());
            }
        }

        @Test
        void whatIsDoneByTheDeadlineStillComesAfterIt() {
            MovedByHand clock = new MovedByHand();
            TaskPromise<String> first = new TaskPromise<>("first", clock);
            TaskPromise<String> second = new TaskPromise<>("second", clock);
            TaskPromise<String> never = new TaskPromise<>("never", clock);
            Iterator<TaskFuture<String>> walk = TaskFutures.asCompleted(
                            List.of(never.future(), first.future(), second.future()), Duration.ofSeconds(3))
                    .iterator();
            second.succeed("2");
            first.succeed("1");
            clock.pass(Duration.ofSeconds(10));
            assertSame(second.future(), walk.next());
            assertSame(first.future(), walk.next());
            assertEquals(
                    "1 of 3 futures unfinished after PT3S",
                    assertThrows(TaskTimeoutException.class, walk::next).getMessage());
        }

        @Test
        void theTimeLimitCountsFromTheCallNotFromTheFirstNext() throws Exception {
            MovedByHand clock = new MovedByHand();
            TaskPromise<String> never = new TaskPromise<>("never", clock);
            Iterable<TaskFuture<String>> result =
                    TaskFutures.asCompleted(List.of(never.future()), Duration.ofSeconds(3));
            clock.pass(Duration.ofSeconds(2));
            Iterator<TaskFuture<String>> walk = result.iterator();
            long before = clock.now.get();
            timely(() -> assertThrows(TaskTimeoutException.class, walk::next));
            // Reading the list took real time, which counts; the tolerance is half a second for that.
            assertEquals(Duration.ofSeconds(1).toNanos(), clock.now.get() - before, 500_000_000);
        }

        /** Javadoc: it counts from the call, and the Iterable is read in the call. */
        @Test
        void theTimeLimitIncludesReadingTheIterable() throws Exception {
            // The wait is on a clock that stands still: it would never end if the real time before it did not count.
            TaskPromise<String> never = new TaskPromise<>("never", new MovedByHand());
            Iterable<TaskFuture<String>> slow = () -> {
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                return List.of(never.future()).iterator();
            };
            long start = System.nanoTime();
            Iterator<TaskFuture<String>> walk =
                    TaskFutures.asCompleted(slow, Duration.ofMillis(1)).iterator();
            // Parking may end early for no reason.
            if (System.nanoTime() - start > Duration.ofMillis(10).toNanos()) {
                timely(() -> assertThrows(TaskTimeoutException.class, walk::next));
            }
        }

        @Test
        void withoutTimeDoneOnesComeAndThenItGivesUpAtOnce() throws Exception {
            for (Duration none : NO_TIME) {
                TaskFuture<String> done = succeeded();
                Iterator<TaskFuture<String>> walk = TaskFutures.asCompleted(List.of(unfinished(), done), none)
                        .iterator();
                assertSame(done, timely(walk::next));
                timely(() -> assertThrows(TaskTimeoutException.class, walk::next));
            }
        }

        @Test
        void theLongestTimeDoesNotOverflow() throws Exception {
            TaskPromise<String> promise = new TaskPromise<>();
            Iterator<TaskFuture<String>> walk = TaskFutures.asCompleted(
                            List.of(promise.future()), Duration.ofSeconds(Long.MAX_VALUE))
                    .iterator();
            Aside<TaskFuture<String>> walker = Aside.call(walk::next).awaitParked();
            promise.succeed("value");
            assertSame(promise.future(), walker.value());
        }

        @Test
        void anInterruptThrowsLeavesTheFlagSetAndTheWalkCanGoOn() throws Exception {
            TaskPromise<String> promise = new TaskPromise<>();
            Iterator<TaskFuture<String>> walk =
                    TaskFutures.asCompleted(List.of(promise.future())).iterator();
            Aside<TaskFuture<String>> walker =
                    Aside.call(walk::next).awaitParked().interrupt();
            assertInstanceOf(
                    InterruptedException.class,
                    walker.thrown(CompletionException.class).getCause());
            assertTrue(walker.leftInterrupted());
            promise.succeed("value");
            assertSame(promise.future(), walk.next());
        }

        @Test
        void onDoneFuturesAnInterruptStaysPending() {
            Thread.currentThread().interrupt();
            Iterator<TaskFuture<String>> walk =
                    TaskFutures.asCompleted(List.of(succeeded(), cancelled())).iterator();
            walk.next();
            walk.next();
            assertTrue(Thread.interrupted());
        }

        @Test
        void aFutureThatWasHandedOutIsNotKept() throws Exception {
            TaskPromise<String> open = new TaskPromise<>();
            TaskPromise<String> later = new TaskPromise<>();
            Iterable<TaskFuture<String>> result =
                    TaskFutures.asCompleted(List.of(succeeded(), later.future(), open.future()));
            Iterator<TaskFuture<String>> walk = result.iterator();
            WeakReference<?> first = new WeakReference<>(walk.next());
            later.succeed("value");
            WeakReference<?> second = new WeakReference<>(walk.next());
            later = null;
            assertTrue(isCollected(first), "the walk keeps a future that was done before it");
            assertTrue(isCollected(second), "the walk keeps a future that it waited for");
            assertTrue(walk.hasNext());
            open.succeed("value");
            assertSame(open.future(), walk.next());
        }

        @Test
        void aTaskThatWalksPendingTasksOfItsOwnPoolRunsThem() throws Exception {
            TaskExecutorService executor = open(1);
            TaskFuture<Integer> outer = executor.submit(() -> {
                int sum = 0;
                for (TaskFuture<Integer> inner : TaskFutures.asCompleted(
                        List.of(executor.submit(() -> 1), executor.submit(() -> 2), executor.submit(() -> 4)))) {
                    sum += inner.join();
                }
                return sum;
            });
            assertEquals(7, outer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }

        @Test
        void futuresThatFinishWhileOthersAreWalkedAllComeOnce() throws Exception {
            TaskExecutorService executor = open(2);
            for (int round = 0; round < 50; round++) {
                List<TaskFuture<Integer>> futures = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    int number = i;
                    futures.add(executor.submit(() -> number));
                }
                List<TaskFuture<Integer>> walked = new ArrayList<>();
                TaskFutures.asCompleted(futures).forEach(walked::add);
                assertEquals(50, walked.size());
                assertEquals(Set.copyOf(futures), Set.copyOf(walked));
            }
        }
    }
}
