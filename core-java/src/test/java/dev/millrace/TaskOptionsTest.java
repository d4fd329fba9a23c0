// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What can be asked for a single task. */
class TaskOptionsTest extends ContractFixture {
    /** Alarms ring when the test says so. */
    private static final class ByHand extends SystemLike {
        final List<Runnable> armed = Collections.synchronizedList(new ArrayList<>());
        final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

        @Override
        Alarm schedule(Runnable action, long after) {
            armed.add(action);
            nanos.add(after);
            return () -> armed.remove(action);
        }

        void ring() {
            armed.get(0).run();
        }
    }

    private final ByHand byHand = new ByHand();

    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.builder()
                .name("io")
                .maxWorkers(maxWorkers)
                .backend(byHand)
                .build();
    }

    // ---- the options themselves ----

    @Test
    void eachWithReturnsAChangedCopy() {
        BiConsumer<Object, Throwable> taker = (value, thrown) -> {};
        TaskOptions named = TaskOptions.named("n");
        TaskOptions limited = named.withTimeout(Duration.ofSeconds(1));
        TaskOptions all = limited.withOnLateOutcome(taker);
        TaskOptions renamed = all.withName("m");
        assertOptions(named, "n", null, null);
        assertOptions(limited, "n", Duration.ofSeconds(1), null);
        assertOptions(all, "n", Duration.ofSeconds(1), taker);
        assertOptions(renamed, "m", Duration.ofSeconds(1), taker);
        assertOptions(TaskOptions.timeout(Duration.ofNanos(1)), null, Duration.ofNanos(1), null);
    }

    private static void assertOptions(TaskOptions options, String name, Duration timeout, Object taker) {
        assertEquals(name, options.name());
        assertEquals(timeout, options.timeout());
        assertSame(taker, options.onLateOutcome());
    }

    @Test
    void toStringSaysWhatIsSet() {
        assertEquals(
                "TaskOptions[name=n, timeout=null, onLateOutcome=log]",
                TaskOptions.named("n").toString());
        assertEquals(
                "TaskOptions[name=null, timeout=PT2S, onLateOutcome=set]",
                TaskOptions.timeout(Duration.ofSeconds(2))
                        .withOnLateOutcome((value, thrown) -> {})
                        .toString());
    }

    @Test
    void timeLimitMustBePositive() {
        for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertThrows(IllegalArgumentException.class, () -> TaskOptions.timeout(none));
        }
        assertThrows(NullPointerException.class, () -> TaskOptions.timeout(null));
        assertThrows(NullPointerException.class, () -> TaskOptions.named(null));
        assertThrows(NullPointerException.class, () -> TaskOptions.named("n").withOnLateOutcome(null));
    }

    // ---- name ----

    @Test
    void theNameStandsInTheFutureAndWithoutOneTheExecutorsNameDoes() throws Exception {
        TaskExecutorService pool = open(1);
        assertEquals(
                "mail", pool.submit(() -> "value", TaskOptions.named("mail")).name());
        TaskFuture<String> first = pool.submit(() -> "value");
        assertTrue(first.name().matches("io-task@[0-9a-f]+"), first::name);
        assertEquals(first.name(), first.name());
        assertTrue(pool.submit(() -> "value", TaskOptions.timeout(Duration.ofDays(1)))
                .name()
                .matches("io-task@[0-9a-f]+"));
    }

    // ---- time limit ----

    @Test
    void theLimitCountsFromSubmit() throws Exception {
        TaskExecutorService pool = openBusy(polite());
        pool.submit(() -> "value", TaskOptions.timeout(Duration.ofSeconds(7)));
        assertEquals(List.of(Duration.ofSeconds(7).toNanos()), byHand.nanos);
    }

    @Test
    void aLimitOfForeverIsNoOverflow() throws Exception {
        TaskExecutorService pool = open(1);
        assertEquals(
                "value",
                pool.submit(() -> "value", TaskOptions.timeout(Duration.ofSeconds(Long.MAX_VALUE)))
                        .get());
        assertEquals(List.of(Long.MAX_VALUE), byHand.nanos);
        ThreadPool real = open(ThreadPool.of(1));
        assertEquals(
                "value",
                real.submit(() -> "value", TaskOptions.timeout(Duration.ofSeconds(Long.MAX_VALUE)))
                        .get());
    }

    @Test
    void aTaskThatIsOutOfTimeInTheQueueFailsAndNeverRuns() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService pool = openBusy(holder);
        AtomicBoolean ran = new AtomicBoolean();
        TaskFuture<Boolean> late = pool.submit(() -> ran.getAndSet(true), TaskOptions.timeout(Duration.ofSeconds(1)));
        byHand.ring();
        TaskTimeoutException thrown = assertThrows(TaskTimeoutException.class, late::join);
        assertEquals(TaskTimeoutException.Phase.QUEUED, thrown.phase());
        assertEquals(0, thrown.getStackTrace().length);
        assertEquals(TaskStatus.FAILED, late.status());
        assertTrue(late.hasExited());
        assertFalse(late.cancel(true));
        holder.letGo();
        finish(pool);
        assertFalse(ran.get());
        assertFalse(holder.wasInterrupted());
    }

    @Test
    void aTaskThatIsOutOfTimeWhileItRunsFailsAtOnceWithTheWorkersStack() throws Exception {
        HeldTask task = stubborn();
        TaskExecutorService pool = open(1);
        TaskFuture<String> late = pool.submit(task, TaskOptions.timeout(Duration.ofSeconds(1)));
        task.awaitBegun();
        Aside<String> waiter = Aside.call(() -> late.get()).awaitParked();
        byHand.ring();
        TaskTimeoutException thrown = assertInstanceOf(
                TaskTimeoutException.class,
                waiter.thrown(ExecutionException.class).getCause());
        assertEquals(TaskTimeoutException.Phase.RUNNING, thrown.phase());
        assertTrue(Arrays.stream(thrown.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(HeldTask.class.getName())));
        assertEquals(TaskStatus.FAILED, late.status());
        assertFalse(late.hasExited());
        task.awaitInterrupted();
        task.letGo();
        assertTrue(late.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
    }

    @Test
    void theInterruptOfATimeLimitDoesNotReachTheNextTask() throws Exception {
        TaskExecutorService pool = open(1);
        for (int round = 0; round < 300; round++) {
            CountDownLatch begun = new CountDownLatch(1);
            pool.submit(
                    () -> {
                        begun.countDown();
                        return null;
                    },
                    TaskOptions.timeout(Duration.ofSeconds(1)));
            begun.await();
            List<Runnable> armed = List.copyOf(byHand.armed);
            armed.forEach(Runnable::run);
            assertFalse(
                    pool.submit(() -> Thread.currentThread().isInterrupted()).get(), "in round " + round);
        }
    }

    @Test
    void theAlarmIsTakenBackWhenTheTaskEndsHoweverItEnds() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService pool = openBusy(holder);
        TaskOptions limit = TaskOptions.timeout(Duration.ofSeconds(1));
        TaskFuture<String> cancelled = pool.submit(() -> "never", limit);
        TaskFuture<String> succeeds = pool.submit(() -> "value", limit);
        TaskFuture<String> fails = pool.submit(
                () -> {
                    throw new IOException("no");
                },
                limit);
        assertEquals(3, byHand.armed.size());
        cancelled.cancel(false);
        assertEquals(2, byHand.armed.size());
        holder.letGo();
        succeeds.get();
        assertThrows(ExecutionException.class, fails::get);
        HeldTask running = stubborn();
        TaskFuture<String> cancelledLate = pool.submit(running, limit);
        running.awaitBegun();
        cancelledLate.cancel(true);
        finishHeld(running, pool);
        assertEquals(0, byHand.armed.size());
        assertThrows(java.util.concurrent.RejectedExecutionException.class, () -> pool.submit(() -> "never", limit));
        assertEquals(0, byHand.armed.size());
    }

    private static void finishHeld(HeldTask task, TaskExecutorService pool) throws InterruptedException {
        task.letGo();
        finish(pool);
    }

    @Test
    void callbacksOfATaskThatIsOutOfTimeDoNotRunOnTheTimersThread() throws Exception {
        TaskExecutorService pool = openBusy(polite());
        TaskFuture<String> late = pool.submit(() -> "never", TaskOptions.timeout(Duration.ofSeconds(1)));
        AtomicReference<Thread> ranIn = new AtomicReference<>();
        CountDownLatch ran = new CountDownLatch(1);
        late.onDone(f -> {
            ranIn.set(Thread.currentThread());
            ran.countDown();
        });
        byHand.ring();
        assertTrue(ran.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertFalse(ranIn.get() == Thread.currentThread());
    }

    @Test
    void waitingForRoomCountsTowardsTheLimit() throws Exception {
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.BLOCK)
                .backend(byHand)
                .build());
        HeldTask holder = polite();
        pool.submit(holder);
        holder.awaitBegun();
        Aside<TaskFuture<String>> submitter = Aside.call(
                        () -> pool.submit(() -> "never", TaskOptions.timeout(Duration.ofSeconds(1))))
                .awaitParked();
        TaskFuture<String> inLine = pool.submitWhenRoom(() -> "never", TaskOptions.timeout(Duration.ofSeconds(1)));
        List.copyOf(byHand.armed).forEach(Runnable::run);
        assertThrows(TaskTimeoutException.class, submitter.value()::join);
        assertThrows(TaskTimeoutException.class, inLine::join);
        assertTrue(inLine.hasExited());
    }

    /** An adapted executor must not keep a future that was done before the executor had it. */
    @Test
    void anAdapterLetsGoOfATaskThatIsOutOfTimeBeforeItIsAccepted() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        TaskExecutorService adapted = open(new ExecutorAdapter(executor, SystemLike.ringsAtOnce()));
        var late = new java.lang.ref.WeakReference<>(
                adapted.submit(() -> "never", TaskOptions.timeout(Duration.ofNanos(1))));
        assertEquals("value", adapted.submit(() -> "value").get());
        assertEquals("value", adapted.submit(() -> "value").get());
        assertTrue(TaskFuturesTest.isCollected(late), "the adapter keeps the future");
    }

    // ---- late outcome ----

    private record Late(Object value, Throwable thrown) {}

    @Test
    void theCodeHasNotLeftBeforeTheTakerHasItsLateOutcome() throws Exception {
        TaskExecutorService pool = open(1);
        HeldTask task = stubborn();
        List<TaskFuture<String>> itself = new CopyOnWriteArrayList<>();
        List<Boolean> left = new CopyOnWriteArrayList<>();
        TaskFuture<String> future = pool.submit(
                task,
                TaskOptions.onLateOutcome(
                        (value, thrown) -> left.add(itself.get(0).hasExited())));
        itself.add(future);
        task.awaitBegun();
        future.cancel(false);
        task.letGo();
        assertTrue(future.awaitExit(Duration.ofSeconds(Aside.PATIENCE_SECONDS)));
        assertEquals(List.of(false), left);
    }

    @Test
    void whatACancelledTaskStillReturnsGoesToTheTakerBeforeOnExit() throws Exception {
        TaskExecutorService pool = open(1);
        HeldTask task = stubborn();
        List<Object> events = Collections.synchronizedList(new ArrayList<>());
        TaskFuture<String> future = pool.submit(
                task, TaskOptions.named("n").withOnLateOutcome((value, thrown) -> events.add(new Late(value, thrown))));
        task.awaitBegun();
        future.onExit(() -> events.add("exit"));
        future.cancel(true);
        assertEquals(List.of(), events);
        task.letGo();
        finish(pool);
        assertEquals(List.of(new Late("let go", null), "exit"), events);
    }

    @Test
    void whatATaskThatIsOutOfTimeStillThrowsGoesToTheTaker() throws Exception {
        TaskExecutorService pool = open(1);
        IOException own = new IOException("no");
        HeldTask task = stubborn();
        List<Late> events = Collections.synchronizedList(new ArrayList<>());
        TaskFuture<String> future = pool.submit(
                () -> {
                    task.call();
                    throw own;
                },
                TaskOptions.timeout(Duration.ofSeconds(1))
                        .withOnLateOutcome((value, thrown) -> events.add(new Late(value, thrown))));
        task.awaitBegun();
        byHand.ring();
        assertThrows(TaskTimeoutException.class, future::join);
        task.letGo();
        finish(pool);
        assertEquals(List.of(new Late(null, own)), events);
    }

    @Test
    void theTakerHearsNothingOfTasksThatEndInTimeOrNeverBegin() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService pool = openBusy(holder);
        AtomicInteger heard = new AtomicInteger();
        TaskOptions options = TaskOptions.named("n").withOnLateOutcome((value, thrown) -> heard.incrementAndGet());
        pool.submit(() -> "value", options);
        pool.submit(
                        () -> {
                            throw new IOException("no");
                        },
                        options)
                .onDone(f -> {});
        pool.submit(() -> "never", options).cancel(true);
        holder.letGo();
        finish(pool);
        assertEquals(0, heard.get());
    }

    @Test
    void aTakerThatThrowsIsUncaughtAndTheWorkerLivesOn() throws Exception {
        TaskExecutorService pool = open(1);
        HeldTask task = stubborn();
        RuntimeException own = new RuntimeException("no");
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        TaskFuture<String> future = pool.submit(task, TaskOptions.named("n").withOnLateOutcome((value, thrown) -> {
            Thread.currentThread().setUncaughtExceptionHandler((t, e) -> uncaught.set(e));
            throw own;
        }));
        task.awaitBegun();
        future.cancel(false);
        task.letGo();
        assertEquals("alive", pool.submit(() -> "alive").get());
        assertSame(own, uncaught.get());
        assertTrue(future.hasExited());
    }

    @Test
    void optionsBindTheTaskTheyWereGivenFor() throws Exception {
        TaskExecutorService pool = open(1);
        TaskFuture<String> other = pool.submit(() -> "value", TaskOptions.named("n"));
        assertEquals("value", other.get());
        assertEquals(List.of(), byHand.armed);
        assertNull(TaskOptions.named("n").onLateOutcome());
    }
}
