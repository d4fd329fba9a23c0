// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What the futures of every executor promise. */
abstract class FutureContract extends ContractFixture {
    private static final int MANY = 10_000;

    // ---- the outcome ----

    @Test
    void getReturnsTheValue() throws Exception {
        assertEquals("value", open(1).submit(() -> "value").get());
    }

    @Test
    void timedGetReturnsTheValue() throws Exception {
        TaskExecutorService executor = open(1);
        assertEquals("value", executor.submit(() -> "value").get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals("value", executor.submit(() -> "value").get(Duration.ofSeconds(PATIENCE_SECONDS)));
    }

    @Test
    void valueMayBeNull() throws Exception {
        TaskFuture<Object> future = open(1).submit(() -> null);
        assertNull(future.get());
        assertNull(future.join());
        assertNull(future.resultNow());
    }

    @Test
    void runnableHasTheValueNull() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        assertNull(open(1).submit(() -> ran.set(true)).get());
        assertTrue(ran.get());
    }

    @Test
    void runnableWithAResultHasThatValue() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        assertEquals("result", open(1).submit(() -> ran.set(true), "result").get());
        assertTrue(ran.get());
    }

    @Test
    void getThrowsWhatTheTaskThrewAsTheCause() {
        TaskExecutorService executor = open(1);
        for (Throwable thrown : throwables()) {
            TaskFuture<Object> future = executor.submit(() -> sneak(thrown));
            assertSame(
                    thrown, assertThrows(ExecutionException.class, future::get).getCause());
            assertSame(
                    thrown,
                    assertThrows(ExecutionException.class, () -> future.get(1, TimeUnit.SECONDS))
                            .getCause());
        }
    }

    @Test
    void joinThrowsUncheckedExceptionsAsTheyAreAndWrapsCheckedOnes() {
        TaskExecutorService executor = open(1);
        for (Throwable thrown : throwables()) {
            TaskFuture<Object> future = executor.submit(() -> sneak(thrown));
            Throwable joined = assertThrows(Throwable.class, future::join);
            if (thrown instanceof RuntimeException || thrown instanceof Error) {
                assertSame(thrown, joined);
            } else {
                assertEquals(CompletionException.class, joined.getClass());
                assertSame(thrown, joined.getCause());
            }
        }
    }

    @Test
    void workersOutliveWhateverTasksThrow() throws Exception {
        TaskExecutorService executor = open(1);
        for (Throwable thrown : throwables()) {
            TaskFuture<Object> future = executor.submit(() -> sneak(thrown));
            assertTrue(future.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
            assertSame(thrown, future.exceptionNow());
        }
        assertEquals("alive", executor.submit(() -> "alive").get());
    }

    @Test
    void isDoneAfterSuccessFailureAndCancel() throws Exception {
        TaskExecutorService executor = open(1);
        TaskFuture<String> succeeded = executor.submit(() -> "value");
        succeeded.get();
        assertDone(succeeded, TaskStatus.SUCCESS);

        TaskFuture<String> failed = executor.submit(() -> {
            throw new IOException("no");
        });
        assertThrows(ExecutionException.class, failed::get);
        assertDone(failed, TaskStatus.FAILED);

        TaskFuture<String> cancelled = executor.submit(polite());
        cancelled.cancel(true);
        assertDone(cancelled, TaskStatus.CANCELLED);
    }

    private static void assertDone(TaskFuture<?> future, TaskStatus status) {
        assertTrue(future.isDone());
        assertEquals(status == TaskStatus.CANCELLED, future.isCancelled());
        assertFalse(future.isPending());
        assertFalse(future.isRunning());
        assertEquals(status, future.status());
    }

    @Test
    void isRunningWhileTheCodeRuns() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        task.awaitBegun();
        assertTrue(future.isRunning());
        assertFalse(future.isDone());
        assertFalse(future.isPending());
        assertFalse(future.hasExited());
        assertEquals(TaskStatus.RUNNING, future.status());
        task.letGo();
        assertEquals("let go", future.get());
    }

    @Test
    void isPendingWhileAllWorkersAreBusy() throws Exception {
        HeldTask holder = polite();
        TaskFuture<String> future = openBusy(holder).submit(() -> "value");
        assertTrue(future.isPending());
        assertFalse(future.isDone());
        assertFalse(future.isRunning());
        holder.letGo();
        assertEquals("value", future.get());
    }

    @Test
    void hasExitedWhenTheValueIsThere() throws Exception {
        TaskFuture<String> future = open(1).submit(() -> "value");
        future.get();
        assertTrue(future.hasExited());
        assertTrue(future.awaitExit(Duration.ZERO));
    }

    @Test
    void currentIsTheTaskItself() throws Exception {
        TaskExecutorService executor = open(1);
        AtomicReference<TaskFuture<?>> seen = new AtomicReference<>();
        TaskFuture<?> future = executor.submit(() -> seen.set(TaskFuture.current()));
        future.get();
        assertSame(future, seen.get());
        assertNull(TaskFuture.current());
    }

    // ---- memory ----

    private static final class Plain {
        int value;
    }

    /** A litmus: a missing edge need not show, but here it may. */
    @Test
    void whatHappenedBeforeSubmitIsSeenByTheTaskAndWhatTheTaskDidByWhoGets() throws Exception {
        TaskExecutorService executor = open(2);
        for (int i = 1; i <= 2_000; i++) {
            int sent = i;
            Plain there = new Plain();
            Plain back = new Plain();
            there.value = sent;
            TaskFuture<Integer> future = executor.submit(() -> {
                back.value = sent;
                return there.value;
            });
            assertEquals(sent, future.get());
            assertEquals(sent, back.value);
        }
    }

    @Test
    void whatTheTaskDidIsSeenByItsCallbacksAndByWhoSeesItDone() throws Exception {
        TaskExecutorService executor = open(2);
        for (int i = 1; i <= 1_000; i++) {
            int sent = i;
            Plain back = new Plain();
            AtomicInteger seen = new AtomicInteger();
            CountDownLatch called = new CountDownLatch(1);
            TaskFuture<?> future = executor.submit(() -> {
                back.value = sent;
            });
            future.onDone(f -> {
                seen.set(back.value);
                called.countDown();
            });
            while (!future.isDone()) {
                Thread.onSpinWait();
            }
            assertEquals(sent, back.value);
            assertTrue(called.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertEquals(sent, seen.get());
        }
    }

    // ---- 14: interrupted waiters ----

    /** 14 */
    @Test
    void getOfADoneFutureReturnsTheValueAndLeavesAnInterruptPending() throws Exception {
        TaskFuture<String> future = open(1).submit(() -> "value");
        future.get();
        Thread.currentThread().interrupt();
        assertEquals("value", future.get());
        assertEquals("value", future.get(0, TimeUnit.SECONDS));
        assertEquals("value", future.get(1, TimeUnit.DAYS));
        assertEquals("value", future.get(Duration.ofDays(1)));
        assertEquals("value", future.join());
        assertTrue(future.awaitExit(Duration.ofDays(1)));
        assertTrue(Thread.interrupted());
    }

    /** 14 */
    @Test
    void getOfAnUnfinishedFutureThrowsIfAnInterruptIsPendingAndClearsIt() throws Exception {
        TaskFuture<String> future = open(1).submit(polite());
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, future::get);
        assertFalse(Thread.interrupted());

        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> future.get(1, TimeUnit.DAYS));
        assertFalse(Thread.interrupted());

        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> future.awaitExit(Duration.ofDays(1)));
        assertFalse(Thread.interrupted());
        assertFalse(future.isDone());
    }

    /** 14 */
    @Test
    void aWaitingThreadThatIsInterruptedThrowsWithTheFlagCleared() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        task.awaitBegun();
        Aside<String> untimed = Aside.call(() -> future.get()).awaitParked().interrupt();
        untimed.thrown(InterruptedException.class);
        assertFalse(untimed.leftInterrupted());

        Aside<String> timed =
                Aside.call(() -> future.get(1, TimeUnit.DAYS)).awaitParked().interrupt();
        timed.thrown(InterruptedException.class);
        assertFalse(timed.leftInterrupted());
        assertTrue(future.isRunning());
    }

    /** 14 */
    @Test
    void joinGoesOnWaitingWhenInterruptedAndSetsTheFlagAgain() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        Aside<String> joiner = Aside.call(future::join).awaitParked().interrupt();
        joiner.interrupt();
        task.letGo();
        assertEquals("let go", joiner.value());
        assertTrue(joiner.leftInterrupted());
    }

    /** 14 */
    @Test
    void inARaceOfValueAndInterruptExactlyOneIsSeen() throws Exception {
        TaskExecutorService executor = open(1);
        for (int round = 0; round < 300; round++) {
            HeldTask task = polite();
            TaskFuture<String> future = executor.submit(task);
            AtomicBoolean sent = new AtomicBoolean();
            AtomicBoolean value = new AtomicBoolean();
            Aside<Object> waiter = Aside.run(() -> {
                try {
                    future.get();
                    value.set(true);
                } catch (InterruptedException e) {
                    value.set(false);
                }
                while (!sent.get()) {
                    Thread.onSpinWait();
                }
            });
            if (round % 3 > 0) {
                waiter.awaitParked();
            }
            if (round % 2 == 0) {
                task.letGo();
                waiter.interrupt();
            } else {
                waiter.interrupt();
                task.letGo();
            }
            sent.set(true);
            waiter.value();
            assertEquals(value.get(), waiter.leftInterrupted(), "value and flag, or exception and no flag");
            assertEquals("let go", future.get());
        }
    }

    // ---- 15: timed get ----

    /** 15 */
    @Test
    void getWithoutTimeLooksWithoutWaiting() {
        TaskFuture<String> future = open(1).submit(polite());
        for (long none : new long[] {0, -1, Long.MIN_VALUE}) {
            for (TimeUnit unit : TimeUnit.values()) {
                assertTimeout(AT_ONCE, () -> assertThrows(TimeoutException.class, () -> future.get(none, unit)));
            }
        }
        for (Duration none : List.of(
                Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertTimeout(AT_ONCE, () -> assertThrows(TimeoutException.class, () -> future.get(none)));
            assertTimeout(AT_ONCE, () -> assertFalse(future.awaitExit(none)));
        }
    }

    /** 15 */
    @Test
    void getWithoutTimeReturnsAValueThatIsThere() throws Exception {
        TaskFuture<String> future = open(1).submit(() -> "value");
        future.get();
        assertEquals("value", future.get(0, TimeUnit.SECONDS));
        assertEquals("value", future.get(Long.MIN_VALUE, TimeUnit.NANOSECONDS));
        assertEquals("value", future.get(Duration.ofSeconds(Long.MIN_VALUE)));
    }

    /** 15 */
    @Test
    void getWithoutAUnitIsRefusedEvenWhenDone() throws Exception {
        TaskExecutorService executor = open(1);
        TaskFuture<String> done = executor.submit(() -> "value");
        done.get();
        assertThrows(NullPointerException.class, () -> done.get(1, null));
        assertThrows(NullPointerException.class, () -> done.get((Duration) null));
        TaskFuture<String> open = executor.submit(polite());
        assertThrows(NullPointerException.class, () -> open.get(0, null));
        assertThrows(NullPointerException.class, () -> open.awaitExit(null));
    }

    /** 15. In real time: 50 ms and not a nanosecond less. */
    @Test
    void timedGetNeverGivesUpEarly() {
        TaskFuture<String> future = open(1).submit(polite());
        long start = System.nanoTime();
        assertThrows(TimeoutException.class, () -> future.get(50, TimeUnit.MILLISECONDS));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(50));
        assertFalse(future.isDone());
    }

    /** 15 */
    @Test
    void getWithTheLongestTimeWaits() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        List<Aside<String>> waiters = List.of(
                Aside.call(() -> future.get(Long.MAX_VALUE, TimeUnit.DAYS)),
                Aside.call(() -> future.get(Long.MAX_VALUE, TimeUnit.NANOSECONDS)),
                Aside.call(() -> future.get(Duration.ofSeconds(Long.MAX_VALUE))));
        waiters.forEach(Aside::awaitParked);
        task.letGo();
        for (Aside<String> waiter : waiters) {
            assertEquals("let go", waiter.value());
        }
    }

    // ---- 16: cancel ----

    /** 16 */
    @Test
    void cancelOfARunningTaskIsDoneOnReturnAndReleasesWaitersWhileTheCodeStillRuns() throws Exception {
        HeldTask task = stubborn();
        TaskFuture<String> future = open(1).submit(task);
        task.awaitBegun();
        Aside<String> untimed = Aside.call(() -> future.get()).awaitParked();
        Aside<String> timed = Aside.call(() -> future.get(1, TimeUnit.DAYS)).awaitParked();
        Aside<String> joiner = Aside.call(future::join).awaitParked();

        assertTrue(future.cancel(true));
        assertTrue(future.isDone());
        assertTrue(future.isCancelled());
        assertEquals(TaskStatus.CANCELLED, future.status());
        untimed.thrown(TaskCancelledException.class);
        timed.thrown(TaskCancelledException.class);
        joiner.thrown(TaskCancelledException.class);
        assertFalse(task.hasLeft());
        assertFalse(future.hasExited());
        task.awaitInterrupted();
        task.letGo();
        assertTrue(future.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
        assertThrows(CancellationException.class, future::get);
    }

    /** 16 */
    @Test
    void cancelInterruptsTheCode() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        task.awaitBegun();
        assertTrue(future.cancel(true));
        task.awaitInterrupted().awaitLeft();
    }

    /** 16 */
    @Test
    void cancelWithoutInterruptNeverInterrupts() throws Exception {
        HeldTask task = polite();
        AtomicBoolean flag = new AtomicBoolean(true);
        TaskFuture<?> future = open(1).submit(() -> {
            task.run();
            flag.set(Thread.currentThread().isInterrupted());
        });
        task.awaitBegun();
        assertTrue(future.cancel(false));
        assertTrue(future.isCancelled());
        assertFalse(future.hasExited());
        task.letGo();
        assertTrue(future.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
        assertFalse(task.wasInterrupted());
        assertFalse(flag.get());
    }

    /** 16 */
    @Test
    void theInterruptOfACancelNeverReachesTheNextTask() throws Exception {
        TaskExecutorService executor = open(1);
        for (int round = 0; round < 1_000; round++) {
            CountDownLatch begun = new CountDownLatch(1);
            TaskFuture<?> first = executor.submit(begun::countDown);
            TaskFuture<Boolean> second =
                    executor.submit(() -> Thread.currentThread().isInterrupted());
            begun.await();
            first.cancel(true);
            assertFalse(second.get(), "in round " + round);
        }
    }

    /** 16 */
    @Test
    void aTaskThatCancelsItselfLeavesNoInterruptToTheNext() throws Exception {
        TaskExecutorService executor = open(1);
        TaskFuture<?> self = executor.submit(() -> TaskFuture.current().cancel(true));
        TaskFuture<Boolean> next = executor.submit(() -> Thread.currentThread().isInterrupted());
        assertThrows(CancellationException.class, self::get);
        assertFalse(next.get());
    }

    /** 16 */
    @Test
    void cancelledWhileQueuedNeverRuns() throws Exception {
        for (boolean interrupt : new boolean[] {false, true}) {
            HeldTask holder = polite();
            TaskExecutorService executor = openBusy(holder);
            AtomicBoolean ran = new AtomicBoolean();
            TaskFuture<?> future = executor.submit(() -> ran.set(true));
            assertTrue(future.cancel(interrupt));
            assertTrue(future.isCancelled());
            assertTrue(future.hasExited());
            assertThrows(CancellationException.class, future::get);
            holder.letGo();
            finish(executor);
            assertFalse(ran.get());
            assertFalse(holder.wasInterrupted(), "that was another task's interrupt");
        }
    }

    /** 16 */
    @Test
    void secondCancelReturnsFalse() throws Exception {
        TaskFuture<String> future = open(1).submit(polite());
        assertTrue(future.cancel(false));
        assertFalse(future.cancel(false));
        assertFalse(future.cancel(true));
        assertFalse(future.cancelIfPending());
        assertTrue(future.isCancelled());
    }

    /** 16 */
    @Test
    void ofManyCancelsExactlyOneReturnsTrue() throws Exception {
        TaskExecutorService executor = open(1);
        for (int round = 0; round < 50; round++) {
            TaskFuture<String> future = executor.submit(polite());
            AtomicInteger won = new AtomicInteger();
            List<Aside<Object>> cancellers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                cancellers.add(Aside.run(() -> won.addAndGet(future.cancel(true) ? 1 : 0)));
            }
            for (Aside<Object> canceller : cancellers) {
                canceller.value();
            }
            assertEquals(1, won.get());
        }
    }

    /** 16 */
    @Test
    void cancelOfADoneFutureReturnsFalseAndChangesNothing() throws Exception {
        TaskExecutorService executor = open(1);
        TaskFuture<String> succeeded = executor.submit(() -> "value");
        succeeded.get();
        assertFalse(succeeded.cancel(true));
        assertFalse(succeeded.isCancelled());
        assertEquals("value", succeeded.get());

        TaskFuture<Object> failed = executor.submit(() -> sneak(new IOException("no")));
        assertThrows(ExecutionException.class, failed::get);
        assertFalse(failed.cancel(true));
        assertFalse(failed.isCancelled());
        assertThrows(ExecutionException.class, failed::get);
    }

    /** 16 */
    @Test
    void cancelIfPendingDoesNothingToARunningTask() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        task.awaitBegun();
        assertFalse(future.cancelIfPending());
        assertTrue(future.isRunning());
        task.letGo();
        assertEquals("let go", future.get());
        assertFalse(task.wasInterrupted());
    }

    /** 16 */
    @Test
    void aCancelledTasksWorkerStaysBusyUntilTheCodeReturns() throws Exception {
        HeldTask task = stubborn();
        TaskExecutorService executor = openBusy(task);
        TaskFuture<?> cancelled = executor.submit(() -> {});
        cancelled.cancel(true);
        HeldTask runs = stubborn();
        TaskFuture<String> running = executor.submit(runs);
        task.letGo();
        runs.awaitBegun();
        running.cancel(true);
        TaskFuture<Boolean> next = executor.submit(runs::hasLeft);
        runs.awaitInterrupted();
        assertTrue(next.isPending());
        runs.letGo();
        assertTrue(next.get());
    }

    /** 16 */
    @Test
    void onExitRunsOnceTheCodeHasLeft() throws Exception {
        HeldTask task = stubborn();
        TaskFuture<String> future = open(1).submit(task);
        task.awaitBegun();
        CountDownLatch exited = new CountDownLatch(1);
        AtomicBoolean hadLeft = new AtomicBoolean();
        future.onExit(() -> {
            hadLeft.set(task.hasLeft());
            exited.countDown();
        });
        CountDownLatch done = new CountDownLatch(1);
        future.onDone(f -> done.countDown());
        future.cancel(true);
        assertEquals(0, done.getCount(), "the canceller calls the callbacks");
        assertEquals(1, exited.getCount());
        task.letGo();
        assertTrue(exited.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertTrue(hadLeft.get());
    }

    @Test
    void aBodyThatThrowsCancellationHasFailed() {
        CancellationException own = new CancellationException("of something else");
        TaskFuture<Object> future = open(1).submit(() -> sneak(own));
        assertSame(own, assertThrows(ExecutionException.class, future::get).getCause());
        assertFalse(future.isCancelled());
        assertEquals(TaskStatus.FAILED, future.status());
    }

    // ---- 17: state, resultNow, exceptionNow ----

    /** 17 */
    @Test
    void stateAndResultNowAgreeForASuccess() throws Exception {
        TaskFuture<String> future = open(1).submit(() -> "value");
        future.get();
        assertState("SUCCESS", future);
        assertEquals("value", future.resultNow());
        assertThrows(IllegalStateException.class, future::exceptionNow);
    }

    /** 17 */
    @Test
    void stateIsFailedAndExceptionNowIsTheVeryObjectForAnyThrowable() {
        TaskExecutorService executor = open(1);
        for (Throwable thrown : throwables()) {
            TaskFuture<Object> future = executor.submit(() -> sneak(thrown));
            assertThrows(ExecutionException.class, future::get);
            assertState("FAILED", future);
            assertSame(thrown, future.exceptionNow());
            assertThrows(IllegalStateException.class, future::resultNow);
        }
    }

    /** 17 */
    @Test
    void stateIsCancelledRightAfterCancel() throws Exception {
        HeldTask task = stubborn();
        TaskFuture<String> future = open(1).submit(task);
        task.awaitBegun();
        assertState("RUNNING", future);
        assertThrows(IllegalStateException.class, future::resultNow);
        assertThrows(IllegalStateException.class, future::exceptionNow);
        future.cancel(true);
        assertFalse(task.hasLeft());
        assertState("CANCELLED", future);
        assertThrows(IllegalStateException.class, future::resultNow);
        assertThrows(IllegalStateException.class, future::exceptionNow);
    }

    /** 17: the JDK knows no "pending". */
    @Test
    void stateOfAPendingTaskIsRunning() throws Exception {
        TaskFuture<String> future = openBusy(polite()).submit(() -> "value");
        assertState("RUNNING", future);
        assertThrows(IllegalStateException.class, future::resultNow);
        assertThrows(IllegalStateException.class, future::exceptionNow);
    }

    /** 17 */
    @Test
    void stateOfADoneFutureLeavesAnInterruptPending() throws Exception {
        TaskFuture<String> future = open(1).submit(() -> "value");
        future.get();
        Thread.currentThread().interrupt();
        assertState("SUCCESS", future);
        assertEquals("value", future.resultNow());
        assertTrue(Thread.interrupted());
    }

    /** On JDK 19 and up; below there is no such method. */
    private static void assertState(String expected, Future<?> future) {
        Method state;
        try {
            state = Future.class.getMethod("state");
        } catch (NoSuchMethodException e) {
            return;
        }
        try {
            assertEquals(expected, state.invoke(future).toString());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    // ---- 18: callbacks and dependents ----

    @Test
    void callbacksRunInTheOrderAddedAndAFailingOneStopsNone() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        List<Integer> order = new ArrayList<>();
        CountDownLatch last = new CountDownLatch(1);
        RuntimeException failure = new RuntimeException("a callback's");
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            future.onDone(f -> order.add(number));
        }
        future.onDone(f -> {
            Thread.currentThread().setUncaughtExceptionHandler((t, thrown) -> uncaught.set(thrown));
            throw failure;
        });
        future.onDone(f -> order.add(10));
        future.onDone(f -> {
            Thread.currentThread().setUncaughtExceptionHandler(null);
            last.countDown();
        });
        task.letGo();
        assertTrue(last.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), order);
        assertSame(failure, uncaught.get());
    }

    @Test
    void aCallbackOnADoneFutureRunsAtOnceInTheCaller() throws Exception {
        TaskFuture<String> future = open(1).submit(() -> "value");
        future.get();
        AtomicReference<Thread> ranIn = new AtomicReference<>();
        future.onDone(f -> ranIn.set(Thread.currentThread()));
        assertSame(Thread.currentThread(), ranIn.get());
        ranIn.set(null);
        assertTrue(future.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
        future.onExit(() -> ranIn.set(Thread.currentThread()));
        assertSame(Thread.currentThread(), ranIn.get());
    }

    @Test
    void aCallbackThatWasTakenBackNeverRuns() throws Exception {
        HeldTask task = polite();
        TaskExecutorService executor = open(1);
        TaskFuture<String> future = executor.submit(task);
        AtomicBoolean ran = new AtomicBoolean();
        Registration registration = future.onDone(f -> ran.set(true));
        assertTrue(registration.remove());
        assertFalse(registration.remove());
        Registration exit = future.onExit(() -> ran.set(true));
        assertTrue(exit.remove());
        task.letGo();
        finish(executor);
        assertFalse(ran.get());
    }

    @Test
    void callbacksMustNotBeNull() throws Exception {
        TaskFuture<String> future = open(1).submit(() -> "value");
        for (int i = 0; i < 2; i++) {
            assertThrows(NullPointerException.class, () -> future.onDone(null));
            assertThrows(NullPointerException.class, () -> future.onDone(f -> {}, null));
            assertThrows(NullPointerException.class, () -> future.onDone(null, Runnable::run));
            assertThrows(NullPointerException.class, () -> future.onExit(null));
            future.get();
        }
    }

    /** 18 */
    @Test
    void aFanOfTenThousandCallbacksRuns() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        CountDownLatch called = new CountDownLatch(2 * MANY);
        for (int i = 0; i < MANY; i++) {
            future.onDone(f -> called.countDown());
            future.toCompletableFuture().thenRun(called::countDown);
        }
        task.letGo();
        assertTrue(called.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** 18 */
    @Test
    void aChainOfTenThousandFuturesThatCompleteEachOtherDoesNotRecurse() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> first = open(1).submit(task);
        TaskFuture<String> last = first;
        for (int i = 0; i < MANY; i++) {
            TaskPromise<String> link = new TaskPromise<>();
            last.onDone(done -> link.succeed(done.join()));
            last = link.future();
        }
        task.letGo();
        assertEquals("let go", last.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** 18 */
    @Test
    void aChainOfTenThousandDependentsDoesNotRecurse() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        CompletableFuture<Integer> last = future.toCompletableFuture().thenApply(value -> 0);
        for (int i = 0; i < MANY; i++) {
            last = last.thenApply(depth -> depth + 1);
        }
        task.letGo();
        assertEquals(MANY, last.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** 18 */
    @Test
    void aChainOfTenThousandBridgesDoesNotRecurse() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> last = open(1).submit(task);
        for (int i = 0; i < MANY; i++) {
            TaskPromise<String> link = new TaskPromise<>();
            last.toCompletableFuture().whenComplete((value, thrown) -> link.succeed(value));
            last = link.future();
        }
        task.letGo();
        assertEquals("let go", last.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** 18 */
    @Test
    void dependentsSeeTheTasksOwnExceptionInOneCompletionException() {
        TaskExecutorService executor = open(1);
        for (Throwable thrown : throwables()) {
            CompletableFuture<Object> bridged =
                    executor.submit(() -> sneak(thrown)).toCompletableFuture();
            assertThrows(Throwable.class, bridged::join);
            Throwable seen =
                    bridged.thenApply(value -> value).handle((value, t) -> t).join();
            assertEquals(CompletionException.class, seen.getClass());
            assertSame(thrown, seen.getCause());
            assertSame(
                    thrown,
                    bridged.handle((value, t) -> t).join(),
                    "who stands next to it sees the exception itself, as with completeExceptionally");
            if (!(thrown instanceof CancellationException)) {
                assertSame(
                        thrown,
                        assertThrows(ExecutionException.class, bridged::get).getCause());
            }
        }
    }

    /** 18 */
    @Test
    void cancellingTheCompletableFutureCancelsTheTask() throws Exception {
        HeldTask task = polite();
        TaskExecutorService executor = open(1);
        TaskFuture<String> future = executor.submit(task);
        task.awaitBegun();
        CompletableFuture<String> bridged = future.toCompletableFuture();
        assertTrue(bridged.cancel(true));
        assertTrue(bridged.isCancelled());
        assertTrue(future.isCancelled());
        task.awaitInterrupted();

        HeldTask spared = polite();
        TaskFuture<String> other = executor.submit(spared);
        spared.awaitBegun();
        assertTrue(other.toCompletableFuture().cancel(false));
        assertTrue(other.isCancelled());
        spared.letGo();
        assertTrue(other.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
        assertFalse(spared.wasInterrupted());
    }

    /** 18 */
    @Test
    void theCompletableFutureOfACancelledTaskIsCancelled() {
        TaskFuture<String> future = open(1).submit(polite());
        CompletableFuture<String> before = future.toCompletableFuture();
        future.cancel(true);
        for (CompletableFuture<String> bridged : List.of(before, future.toCompletableFuture())) {
            assertTrue(bridged.isCancelled());
            assertThrows(CancellationException.class, bridged::join);
            assertInstanceOf(
                    TaskCancelledException.class,
                    bridged.handle((value, thrown) -> thrown).join());
        }
    }

    /** 18 */
    @Test
    void anExecutorThatRejectsADependentFailsThatDependentAndNoOther() throws Exception {
        HeldTask task = polite();
        CompletableFuture<String> bridged = open(1).submit(task).toCompletableFuture();
        RejectedExecutionException rejection = new RejectedExecutionException("full");
        CompletableFuture<String> before = bridged.thenApply(value -> value + " before");
        CompletableFuture<String> rejected = bridged.thenApplyAsync(value -> value, code -> {
            throw rejection;
        });
        CompletableFuture<String> after = bridged.thenApply(value -> value + " after");
        task.letGo();
        assertEquals("let go before", before.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals("let go after", after.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertSame(
                rejection,
                assertThrows(ExecutionException.class, () -> rejected.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .getCause());
    }

    /** 18 */
    @Test
    void anExecutorThatRejectsACallbackStopsNoOther() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future = open(1).submit(task);
        RejectedExecutionException rejection = new RejectedExecutionException("full");
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        CountDownLatch others = new CountDownLatch(2);
        future.onDone(f -> {
            Thread.currentThread().setUncaughtExceptionHandler((t, thrown) -> uncaught.set(thrown));
            others.countDown();
        });
        future.onDone(
                f -> {
                    throw new AssertionError("was rejected");
                },
                code -> {
                    throw rejection;
                });
        future.onDone(f -> {
            Thread.currentThread().setUncaughtExceptionHandler(null);
            others.countDown();
        });
        task.letGo();
        assertTrue(others.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertSame(rejection, uncaught.get());
    }

    // ---- what tasks throw ----

    private static List<Throwable> throwables() {
        return List.of(
                new IOException("checked"),
                new IllegalArgumentException("unchecked"),
                new AssertionError("error"),
                new StackOverflowError(),
                new CancellationException("of something else"),
                new InterruptedException("its own"),
                new TimeoutException("its own"),
                new ExecutionException("its own", null),
                new Throwable("neither"));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Object sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
