// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A future that its maker completes. PARITY.md: {@code set_result}, {@code set_exception}, {@code add_done_callback}. */
@ExtendWith(NoThreadsLeft.class)
class TaskPromiseTest {
    private static final int MANY = 10_000;

    // ---- completing ----

    @Test
    void theFutureRunsFromTheStartAndIsAlwaysTheSame() {
        TaskPromise<String> promise = new TaskPromise<>();
        assertSame(promise.future(), promise.future());
        assertEquals(TaskStatus.RUNNING, promise.future().status());
        assertFalse(promise.future().isDone());
        assertFalse(promise.future().hasExited());
        assertFalse(promise.future().cancelIfPending());
    }

    @Test
    void succeedCompletesOnce() throws Exception {
        TaskPromise<String> promise = new TaskPromise<>();
        assertTrue(promise.succeed("first"));
        assertFalse(promise.succeed("second"));
        assertFalse(promise.fail(new IOException("third")));
        assertFalse(promise.future().cancel(true));
        assertEquals("first", promise.future().get());
        assertEquals(TaskStatus.SUCCESS, promise.future().status());
        assertTrue(promise.future().hasExited());
    }

    @Test
    void failCompletesOnce() {
        TaskPromise<String> promise = new TaskPromise<>();
        IOException own = new IOException("no");
        assertTrue(promise.fail(own));
        assertFalse(promise.fail(new IOException("second")));
        assertFalse(promise.succeed("third"));
        assertFalse(promise.future().cancel(true));
        assertSame(
                own,
                assertThrows(ExecutionException.class, () -> promise.future().get())
                        .getCause());
        assertSame(own, promise.future().exceptionNow());
        assertTrue(promise.future().hasExited());
    }

    @Test
    void afterACancelSucceedAndFailLose() {
        TaskPromise<String> promise = new TaskPromise<>("ask");
        assertTrue(promise.future().cancel(false));
        assertFalse(promise.succeed("late"));
        assertFalse(promise.fail(new IOException("late")));
        assertTrue(promise.future().isCancelled());
        assertEquals(
                "task ask was cancelled",
                assertThrows(TaskCancelledException.class, () -> promise.future()
                                .get())
                        .getMessage());
    }

    @Test
    void theValueMayBeNullAndTheFailureNot() {
        TaskPromise<String> promise = new TaskPromise<>();
        assertThrows(NullPointerException.class, () -> promise.fail(null));
        assertFalse(promise.future().isDone());
        assertTrue(promise.succeed(null));
        assertNull(promise.future().join());
    }

    @Test
    void ofManyThatCompleteExactlyOneWins() throws Exception {
        for (int round = 0; round < 300; round++) {
            TaskPromise<Integer> promise = new TaskPromise<>();
            AtomicInteger won = new AtomicInteger();
            CyclicBarrier start = new CyclicBarrier(3);
            List<Aside<Object>> rivals = List.of(
                    Aside.run(() -> {
                        start.await();
                        won.addAndGet(promise.succeed(1) ? 1 : 0);
                    }),
                    Aside.run(() -> {
                        start.await();
                        won.addAndGet(promise.fail(new IOException("no")) ? 1 : 0);
                    }),
                    Aside.run(() -> {
                        start.await();
                        won.addAndGet(promise.future().cancel(true) ? 1 : 0);
                    }));
            for (Aside<Object> rival : rivals) {
                rival.value();
            }
            assertEquals(1, won.get());
            assertTrue(promise.future().isDone());
            promise.future().onDone(f -> {});
        }
    }

    @Test
    void waitersAreReleased() throws Exception {
        TaskPromise<String> promise = new TaskPromise<>();
        List<Aside<String>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiters.add(Aside.call(() -> promise.future().get()).awaitParked());
        }
        promise.succeed("value");
        for (Aside<String> waiter : waiters) {
            assertEquals("value", waiter.value());
        }
    }

    @Test
    void aValueThatIsThereIsReturnedAndAnInterruptThatCameWithItStays() throws Exception {
        FakeBackend backend = new FakeBackend();
        TaskPromise<String> promise = new TaskPromise<>("p", backend);
        // The second look is the last thing before the thread would sleep.
        backend.beforeNextLook(() -> backend.beforeNextLook(() -> {
            promise.succeed("value");
            Thread.currentThread().interrupt();
        }));
        assertEquals("value", promise.future().get(Duration.ofDays(1)));
        assertTrue(Thread.interrupted());
    }

    @Test
    void theNameStandsInTheFuture() {
        assertEquals("ask", new TaskPromise<>("ask").future().name());
        assertTrue(new TaskPromise<>().future().name().matches("promise-task@[0-9a-f]+"));
        assertEquals("TaskPromise[TaskFuture[ask, RUNNING]]", new TaskPromise<>("ask").toString());
    }

    // ---- callbacks ----

    @Test
    void callbacksRunInTheCompletingThreadInTheOrderAddedBeforeSucceedReturns() {
        TaskPromise<String> promise = new TaskPromise<>();
        List<Object> events = new ArrayList<>();
        promise.future().onExit(() -> events.add("exit"));
        promise.future().onDone(f -> events.add(1));
        promise.future().onDone(f -> events.add(f.resultNow()));
        promise.future().onDone(f -> events.add(Thread.currentThread()));
        promise.succeed("value");
        assertEquals(List.of(1, "value", Thread.currentThread(), "exit"), events);
    }

    @Test
    void aCallbackThatAddsAnotherToTheDoneFutureRunsItAtOnce() {
        TaskPromise<String> promise = new TaskPromise<>();
        List<Integer> events = new ArrayList<>();
        promise.future().onDone(f -> {
            events.add(1);
            f.onDone(g -> events.add(2));
            events.add(3);
        });
        promise.future().onDone(f -> events.add(4));
        promise.succeed("value");
        assertEquals(List.of(1, 2, 3, 4), events);
    }

    /** Javadoc of {@code onDone}. */
    @Test
    void aCallbackThatCompletesAnotherFutureRunsThatOnesCallbacksInside() {
        TaskPromise<String> first = new TaskPromise<>();
        TaskPromise<String> second = new TaskPromise<>();
        List<String> events = new ArrayList<>();
        second.future().onDone(f -> events.add("the second's"));
        first.future().onDone(f -> {
            second.succeed("value");
            assertTrue(second.future().isDone());
            events.add("the first's");
        });
        first.succeed("value");
        assertEquals(List.of("the second's", "the first's"), events);
    }

    @Test
    void callbacksSeeNoInterruptAndTheCallerKeepsIts() {
        TaskPromise<String> promise = new TaskPromise<>();
        AtomicBoolean seen = new AtomicBoolean(true);
        promise.future().onDone(f -> seen.set(Thread.currentThread().isInterrupted()));
        Thread.currentThread().interrupt();
        promise.succeed("value");
        assertTrue(Thread.interrupted());
        assertFalse(seen.get());

        seen.set(true);
        Thread.currentThread().interrupt();
        promise.future().onDone(f -> seen.set(Thread.currentThread().isInterrupted()));
        assertTrue(Thread.interrupted());
        assertFalse(seen.get());
    }

    /** Python: an {@code Exception} is logged; a {@code BaseException} ends the worker. */
    @Test
    void whatACallbackThrowsGoesToTheUncaughtExceptionHandlerAndTheOthersRun() {
        List<Throwable> uncaught = new ArrayList<>();
        List<Throwable> thrown = List.of(new IllegalStateException("one"), new AssertionError("two"));
        Thread.currentThread().setUncaughtExceptionHandler((t, e) -> {
            uncaught.add(e);
            throw new IllegalStateException("the handler's own is ignored");
        });
        try {
            TaskPromise<String> promise = new TaskPromise<>();
            AtomicInteger ran = new AtomicInteger();
            promise.future().onDone(f -> {
                throw (IllegalStateException) thrown.get(0);
            });
            promise.future().onDone(f -> ran.incrementAndGet());
            promise.future().onExit(() -> {
                throw (AssertionError) thrown.get(1);
            });
            promise.future().onExit(ran::incrementAndGet);
            assertTrue(promise.succeed("value"));
            assertEquals(2, ran.get());
            assertEquals(thrown, uncaught);
            promise.future().onDone(f -> {
                throw (IllegalStateException) thrown.get(0);
            });
            assertEquals(3, uncaught.size());
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void everyCallbackThatRacesWithCompletionRunsExactlyOnce() throws Exception {
        for (int round = 0; round < 300; round++) {
            TaskPromise<String> promise = new TaskPromise<>();
            AtomicInteger calls = new AtomicInteger();
            CyclicBarrier start = new CyclicBarrier(2);
            Aside<Object> adder = Aside.run(() -> {
                start.await();
                for (int i = 0; i < 50; i++) {
                    promise.future().onDone(f -> calls.incrementAndGet());
                }
            });
            start.await();
            promise.succeed("value");
            adder.value();
            assertEquals(50, calls.get());
        }
    }

    @Test
    void aCallbackTakenBackInARaceEitherRunsOrWasTakenBack() throws Exception {
        for (int round = 0; round < 300; round++) {
            TaskPromise<String> promise = new TaskPromise<>();
            AtomicBoolean ran = new AtomicBoolean();
            Registration registration = promise.future().onDone(f -> ran.set(true));
            CyclicBarrier start = new CyclicBarrier(2);
            Aside<Boolean> remover = Aside.call(() -> {
                start.await();
                return registration.remove();
            });
            start.await();
            promise.succeed("value");
            assertEquals(!remover.value(), ran.get());
            assertFalse(registration.remove());
        }
    }

    // ---- onCancel ----

    @Test
    void onCancelRunsBeforeTheCallbacksInTheCancellersThreadWithTheFlagPassed() {
        for (boolean interrupt : new boolean[] {false, true}) {
            TaskPromise<String> promise = new TaskPromise<>();
            List<Object> events = new ArrayList<>();
            promise.future().onDone(f -> events.add("done"));
            promise.onCancel(flag -> events.add(flag));
            promise.onCancel(flag -> events.add(Thread.currentThread()));
            promise.future().cancel(interrupt);
            assertEquals(List.of(interrupt, Thread.currentThread(), "done"), events);
        }
    }

    @Test
    void onCancelOfACancelledPromiseRunsAtOnceAndOtherwiseNever() {
        TaskPromise<String> cancelled = new TaskPromise<>();
        cancelled.future().cancel(true);
        List<Boolean> events = new ArrayList<>();
        cancelled.onCancel(events::add);
        assertEquals(List.of(true), events);

        TaskPromise<String> succeeded = new TaskPromise<>();
        succeeded.onCancel(events::add);
        succeeded.succeed("value");
        succeeded.future().cancel(true);
        succeeded.onCancel(events::add);
        assertEquals(List.of(true), events);
        assertThrows(NullPointerException.class, () -> succeeded.onCancel(null));
    }

    @Test
    void anOnCancelThatThrowsStopsNothing() {
        List<Throwable> uncaught = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
        try {
            TaskPromise<String> promise = new TaskPromise<>();
            IllegalStateException own = new IllegalStateException("no");
            List<Object> events = new ArrayList<>();
            promise.onCancel(flag -> {
                throw own;
            });
            promise.onCancel(events::add);
            promise.future().onDone(f -> events.add("done"));
            assertTrue(promise.future().cancel(false));
            assertEquals(List.of(false, "done"), events);
            assertEquals(List.of(own), uncaught);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(null);
        }
    }

    @Test
    void anOnCancelThatCompletesThePromiseLosesAndSaysThatTheWorkHasEnded() {
        TaskPromise<String> promise = new TaskPromise<>();
        AtomicBoolean won = new AtomicBoolean(true);
        promise.onCancel(flag -> won.set(promise.fail(new IOException("aborted"))));
        assertTrue(promise.future().cancel(true));
        assertFalse(won.get());
        assertTrue(promise.future().isCancelled());
        assertTrue(promise.future().hasExited());
    }

    @Test
    void everyOnCancelThatRacesWithACancelRunsExactlyOnce() throws Exception {
        for (int round = 0; round < 300; round++) {
            TaskPromise<String> promise = new TaskPromise<>();
            AtomicInteger calls = new AtomicInteger();
            CyclicBarrier start = new CyclicBarrier(2);
            Aside<Object> adder = Aside.run(() -> {
                start.await();
                for (int i = 0; i < 20; i++) {
                    promise.onCancel(flag -> calls.incrementAndGet());
                }
            });
            start.await();
            promise.future().cancel(true);
            adder.value();
            assertEquals(20, calls.get());
        }
    }

    // ---- exit ----

    @Test
    void aCancelledPromiseExitsWhenItsMakerSaysSo() throws Exception {
        TaskPromise<String> promise = new TaskPromise<>();
        List<String> events = new ArrayList<>();
        promise.future().onExit(() -> events.add("exit"));
        promise.exited();
        assertFalse(promise.future().isDone(), "says nothing before the future is done");
        promise.future().cancel(true);
        assertFalse(promise.future().hasExited());
        assertFalse(promise.future().awaitExit(Duration.ZERO));
        assertEquals(List.of(), events);
        Aside<Boolean> waiter = Aside.call(() -> promise.future().awaitExit(Duration.ofSeconds(Aside.PATIENCE_SECONDS)))
                .awaitParked();
        promise.exited();
        assertTrue(promise.future().hasExited());
        assertTrue(waiter.value());
        assertEquals(List.of("exit"), events);
        promise.exited();
        assertEquals(List.of("exit"), events);
    }

    @Test
    void aLateSucceedOrFailSaysThatTheWorkHasEnded() {
        TaskPromise<String> succeeds = new TaskPromise<>();
        succeeds.future().cancel(false);
        assertFalse(succeeds.succeed("late"));
        assertTrue(succeeds.future().hasExited());
        TaskPromise<String> fails = new TaskPromise<>();
        fails.future().cancel(false);
        assertFalse(fails.fail(new IOException("late")));
        assertTrue(fails.future().hasExited());
        assertTrue(fails.future().isCancelled());
    }

    @Test
    void onExitRunsOnceWhenManySayThatTheWorkHasEnded() throws Exception {
        for (int round = 0; round < 300; round++) {
            TaskPromise<String> promise = new TaskPromise<>();
            AtomicInteger exits = new AtomicInteger();
            promise.future().onExit(exits::incrementAndGet);
            promise.future().cancel(true);
            CyclicBarrier start = new CyclicBarrier(2);
            Aside<Object> other = Aside.run(() -> {
                start.await();
                promise.exited();
            });
            start.await();
            promise.exited();
            other.value();
            assertEquals(1, exits.get());
        }
    }

    // ---- chains and fans ----

    @Test
    void aFanOfTenThousandCallbacksRunsInOrder() {
        TaskPromise<String> promise = new TaskPromise<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            int number = i;
            promise.future().onDone(f -> order.add(number));
        }
        promise.succeed("value");
        assertEquals(MANY, order.size());
        for (int i = 0; i < MANY; i++) {
            assertEquals(i, order.get(i));
        }
    }

    @Test
    void aChainOfTenThousandPromisesThatCompleteEachOtherDoesNotOverflow() {
        List<TaskPromise<Integer>> chain = chain();
        for (int i = 1; i < MANY; i++) {
            TaskPromise<Integer> next = chain.get(i);
            chain.get(i - 1).future().onDone(f -> next.succeed(f.resultNow() + 1));
        }
        AtomicInteger last = new AtomicInteger();
        chain.get(MANY - 1).future().onDone(f -> last.set(f.resultNow()));
        chain.get(0).succeed(1);
        assertEquals(MANY, last.get());
    }

    @Test
    void aChainOfTenThousandFailuresDoesNotOverflow() {
        List<TaskPromise<Integer>> chain = chain();
        for (int i = 1; i < MANY; i++) {
            TaskPromise<Integer> next = chain.get(i);
            chain.get(i - 1).future().onDone(f -> next.fail(f.exceptionNow()));
        }
        IOException own = new IOException("no");
        chain.get(0).fail(own);
        assertSame(own, chain.get(MANY - 1).future().exceptionNow());
    }

    @Test
    void aChainOfTenThousandCancelsByCallbackDoesNotOverflow() {
        List<TaskPromise<Integer>> chain = chain();
        for (int i = 1; i < MANY; i++) {
            TaskPromise<Integer> next = chain.get(i);
            chain.get(i - 1).future().onDone(f -> next.future().cancel(true));
        }
        chain.get(0).future().cancel(true);
        assertTrue(chain.get(MANY - 1).future().isCancelled());
    }

    /** Each step of a long pipeline passes its cancel on to the step before. */
    @Test
    void aChainOfTenThousandCancelsByOnCancelDoesNotOverflow() {
        List<TaskPromise<Integer>> chain = chain();
        for (int i = 1; i < MANY; i++) {
            TaskPromise<Integer> next = chain.get(i);
            chain.get(i - 1).onCancel(interrupt -> next.future().cancel(interrupt));
        }
        List<Throwable> uncaught = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
        try {
            chain.get(0).future().cancel(true);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(null);
        }
        assertEquals(0, uncaught.size(), () -> "the first of them: " + uncaught.get(0));
        assertTrue(chain.get(MANY - 1).future().isCancelled());
    }

    @Test
    void aChainOfTenThousandExitsDoesNotOverflow() {
        List<TaskPromise<Integer>> chain = chain();
        for (int i = 0; i < MANY; i++) {
            chain.get(i).future().cancel(true);
        }
        for (int i = 1; i < MANY; i++) {
            TaskPromise<Integer> next = chain.get(i);
            chain.get(i - 1).future().onExit(next::exited);
        }
        chain.get(0).exited();
        assertTrue(chain.get(MANY - 1).future().hasExited());
    }

    private static List<TaskPromise<Integer>> chain() {
        List<TaskPromise<Integer>> chain = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            chain.add(new TaskPromise<>());
        }
        return chain;
    }

    /** All of a thread's deferred callbacks have run when the outermost complete returns. */
    @Test
    void callbacksSixteenDeepWaitUntilThoseOfTheOutermostHaveRun() {
        List<String> order = new ArrayList<>();
        TaskPromise<String> outermost = new TaskPromise<>();
        TaskPromise<String> last = outermost;
        for (int depth = 0; depth < 16; depth++) {
            TaskPromise<String> next = new TaskPromise<>();
            last.future().onDone(f -> next.succeed("value"));
            last = next;
        }
        last.future().onDone(f -> order.add("sixteen deep"));
        outermost.future().onDone(f -> order.add("the outermost's last"));
        outermost.succeed("value");
        assertEquals(List.of("the outermost's last", "sixteen deep"), order);
    }

    @Test
    void callbacksThatWerePutOffRunBeforeTheOutermostReturns() {
        TaskPromise<String> root = new TaskPromise<>();
        AtomicInteger ran = new AtomicInteger();
        List<TaskPromise<String>> level = List.of(root);
        for (int depth = 0; depth < 12; depth++) {
            List<TaskPromise<String>> next = new ArrayList<>();
            for (TaskPromise<String> parent : level) {
                for (int i = 0; i < 2; i++) {
                    TaskPromise<String> child = new TaskPromise<>();
                    parent.future().onDone(f -> child.succeed(f.resultNow()));
                    child.future().onDone(f -> ran.incrementAndGet());
                    next.add(child);
                }
            }
            level = next;
        }
        root.succeed("value");
        assertEquals((1 << 13) - 2, ran.get());
    }

    // ---- onDone with an executor ----

    @Test
    void onDoneWithAnExecutorRunsThere() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskPromise<String> promise = new TaskPromise<>();
            CountDownLatch ran = new CountDownLatch(1);
            AtomicReference<Thread> thread = new AtomicReference<>();
            promise.future()
                    .onDone(
                            f -> {
                                thread.set(Thread.currentThread());
                                ran.countDown();
                            },
                            pool);
            promise.succeed("value");
            assertTrue(ran.await(Aside.PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertFalse(thread.get() == Thread.currentThread());
        }
    }
}
