// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every {@link TaskExecutorService} promises, those of an adapted executor included. */
abstract class ExecutorContract extends MapAsyncContract {
    private static final long[] NO_TIME = {0, -1, Long.MIN_VALUE};

    // ---- running tasks ----

    @Test
    void executeRunsTheTask() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        open(1).execute(ran::countDown);
        assertTrue(ran.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void everyTaskRunsExactlyOnce() throws Exception {
        TaskExecutorService executor = open(2);
        List<AtomicInteger> runs = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            AtomicInteger count = new AtomicInteger();
            runs.add(count);
            executor.execute(count::incrementAndGet);
        }
        finish(executor);
        for (AtomicInteger count : runs) {
            assertEquals(1, count.get());
        }
    }

    @Test
    void asManyTasksAsThereAreWorkersRunAtOnce() throws Exception {
        TaskExecutorService executor = open(3);
        CyclicBarrier barrier = new CyclicBarrier(4);
        for (int i = 0; i < 3; i++) {
            executor.submit(() -> barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void neverMoreTasksRunAtOnceThanThereAreWorkers() throws Exception {
        assumeTrue(limitsWorkers());
        TaskExecutorService executor = open(2);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < 500; i++) {
            executor.execute(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.yield();
                running.decrementAndGet();
            });
        }
        finish(executor);
        assertTrue(most.get() <= 2, () -> most + " ran at once");
    }

    @Test
    void whatExecutedCodeThrowsGoesToTheUncaughtExceptionHandlerAndTheWorkerLivesOn() throws Exception {
        TaskExecutorService executor = open(1);
        RuntimeException failure = new RuntimeException("no");
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        CountDownLatch caught = new CountDownLatch(1);
        executor.execute(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
                thread.setUncaughtExceptionHandler(null);
                uncaught.set(thrown);
                caught.countDown();
            });
            throw failure;
        });
        assertTrue(caught.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertSame(failure, uncaught.get());
        assertEquals("alive", executor.submit(() -> "alive").get());
    }

    @Test
    void trySubmitRunsTheTaskWhereThereIsRoom() throws Exception {
        TaskExecutorService executor = open(1);
        for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(Long.MAX_VALUE))) {
            Optional<TaskFuture<String>> future = executor.trySubmit(() -> "value", timeout);
            assertEquals("value", future.orElseThrow().get());
        }
    }

    @Test
    void submitWhenRoomRunsTheTask() throws Exception {
        TaskExecutorService executor = open(1);
        assertEquals("value", executor.submitWhenRoom(() -> "value").get());
        TaskFuture<String> named = executor.submitWhenRoom(() -> "value", TaskOptions.named("n"));
        assertEquals("value", named.get());
        assertEquals("n", named.name());
    }

    @Test
    void aTasksTimeLimitFailsItOnTimeAndInterruptsIt() throws Exception {
        HeldTask task = polite();
        TaskFuture<String> future =
                open(1).submit(task, TaskOptions.timeout(Duration.ofMillis(30)).withName("slow"));
        assertThrows(ExecutionException.class, () -> future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        TaskTimeoutException timeout = assertInstanceOf(TaskTimeoutException.class, future.exceptionNow());
        // On a machine that does much else it may not have begun by then; both are right.
        if (timeout.phase() == TaskTimeoutException.Phase.RUNNING) {
            task.awaitInterrupted();
        }
        assertTrue(future.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
    }

    // ---- 1: arguments ----

    /** 1 */
    @Test
    void nullArgumentsAreRefused() {
        TaskExecutorService executor = open(1);
        List<Callable<String>> tasks = tasks(() -> "never");
        List<Executable> calls = List.of(
                () -> executor.execute(null),
                () -> executor.submit((Callable<?>) null),
                () -> executor.submit((Runnable) null),
                () -> executor.submit(null, "result"),
                () -> executor.submit((Callable<?>) null, TaskOptions.named("n")),
                () -> executor.submit(() -> "never", (TaskOptions) null),
                () -> executor.trySubmit(null, Duration.ZERO),
                () -> executor.trySubmit(() -> "never", null),
                () -> executor.submitWhenRoom(null),
                () -> executor.submitWhenRoom(null, TaskOptions.named("n")),
                () -> executor.submitWhenRoom(() -> "never", null),
                () -> executor.invokeAll(null),
                () -> executor.invokeAll(null, 1, TimeUnit.SECONDS),
                () -> executor.invokeAll(tasks, 1, null),
                () -> executor.invokeAny(null),
                () -> executor.invokeAny(null, 1, TimeUnit.SECONDS),
                () -> executor.invokeAny(tasks, 1, null),
                () -> executor.awaitTermination(1, null));
        assertAll(calls.stream().map(call -> () -> assertThrows(NullPointerException.class, call)));
        assertFalse(executor.isShutdown());
    }

    /** 1 */
    @Test
    void closeWithoutADurationIsRefusedAndShutsNothingDown() {
        TaskExecutorService executor = open(1);
        assertThrows(NullPointerException.class, () -> executor.close(null));
        assertFalse(executor.isShutdown());
    }

    /** 1 */
    @Test
    void adaptOfNothingIsRefused() {
        assertThrows(NullPointerException.class, () -> TaskExecutorService.adapt(null));
    }

    @Test
    void adaptOfOneOfOursIsItself() {
        TaskExecutorService executor = open(1);
        assertSame(executor, TaskExecutorService.adapt(executor));
    }

    /** 1, 11, 12 */
    @Test
    void aNullAmongTheTasksIsRefusedAndNoneOfThemRuns() throws Exception {
        TaskExecutorService executor = open(1);
        AtomicBoolean ran = new AtomicBoolean();
        List<Callable<Boolean>> tasks = Arrays.asList(() -> ran.getAndSet(true), null, () -> ran.getAndSet(true));
        assertThrows(NullPointerException.class, () -> executor.invokeAll(tasks));
        assertThrows(NullPointerException.class, () -> executor.invokeAll(tasks, 1, TimeUnit.DAYS));
        assertThrows(NullPointerException.class, () -> executor.invokeAny(tasks));
        assertThrows(NullPointerException.class, () -> executor.invokeAny(tasks, 1, TimeUnit.DAYS));
        finish(executor);
        assertFalse(ran.get());
    }

    // ---- 2, 4: shutdown and its questions ----

    /** 2 */
    @Test
    void shutdownOfAnExecutorThatNeverHadATaskTerminatesIt() throws Exception {
        TaskExecutorService executor = open(2);
        executor.shutdown();
        assertTrue(executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertTrue(executor.isTerminated());
    }

    @Test
    void isShutdownAndIsTerminatedTellTheSequence() throws Exception {
        TaskExecutorService executor = open(1);
        assertFalse(executor.isShutdown());
        assertFalse(executor.isTerminated());
        HeldTask task = polite();
        executor.submit(task);
        task.awaitBegun();
        assertFalse(executor.isShutdown());
        executor.shutdown();
        assertTrue(executor.isShutdown());
        assertFalse(executor.isTerminated());
        task.letGo();
        assertTrue(executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertTrue(executor.isShutdown());
        assertTrue(executor.isTerminated());
        assertTrue(executor.awaitTermination(0, TimeUnit.SECONDS));
        assertTrue(executor.awaitTermination(Long.MIN_VALUE, TimeUnit.NANOSECONDS));
    }

    @Test
    void isNeverTerminatedWithoutAShutdown() throws Exception {
        TaskExecutorService executor = open(1);
        executor.submit(() -> {}).get();
        assertFalse(executor.isTerminated());
        assertFalse(executor.awaitTermination(0, TimeUnit.SECONDS));
    }

    @Test
    void shutdownLetsAcceptedTasksRun() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService executor = openBusy(holder);
        TaskFuture<String> first = executor.submit(() -> "first");
        TaskFuture<String> second = executor.submit(() -> "second");
        executor.shutdown();
        assertTrue(first.isPending());
        holder.letGo();
        assertEquals("first", first.get());
        assertEquals("second", second.get());
        assertFalse(holder.wasInterrupted());
    }

    @Test
    void shutdownMayBeRepeatedAndComeFromATask() throws Exception {
        TaskExecutorService executor = open(1);
        executor.submit(executor::shutdown).get();
        executor.shutdown();
        finish(executor);
        executor.shutdown();
        executor.shutdownAndCancelPending();
        assertEquals(List.of(), executor.shutdownNow());
        assertTrue(executor.isTerminated());
    }

    @Test
    void shutdownAndCancelPendingLetsWhatRunsGoOn() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService executor = openBusy(holder);
        TaskFuture<String> pending = executor.submit(() -> "never");
        executor.shutdownAndCancelPending();
        assertTrue(executor.isShutdown());
        assertTrue(pending.isCancelled());
        assertFalse(executor.isTerminated());
        holder.letGo();
        finish(executor);
        assertFalse(holder.wasInterrupted());
    }

    /** 4 */
    @Test
    void awaitTerminationWithoutTimeIsFalseAtOnce() {
        TaskExecutorService executor = open(1);
        executor.submit(polite());
        for (int i = 0; i < 2; i++) {
            for (long none : NO_TIME) {
                for (TimeUnit unit : TimeUnit.values()) {
                    assertTimeout(AT_ONCE, () -> assertFalse(executor.awaitTermination(none, unit)));
                }
            }
            executor.shutdown();
        }
    }

    /** 4. In real time: 50 ms and not a nanosecond less. */
    @Test
    void awaitTerminationNeverGivesUpEarly() throws Exception {
        TaskExecutorService executor = open(1);
        executor.submit(polite());
        executor.shutdown();
        long start = System.nanoTime();
        assertFalse(executor.awaitTermination(50, TimeUnit.MILLISECONDS));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(50));
    }

    /** 4 */
    @Test
    void awaitTerminationReturnsWhenTheLastTaskHasEnded() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = polite();
        executor.submit(task);
        executor.shutdown();
        Aside<Boolean> waiter = Aside.call(() -> executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS))
                .awaitParked();
        task.letGo();
        assertTrue(waiter.value());
        assertTrue(executor.isTerminated());
    }

    @Test
    void awaitTerminationThatIsInterruptedThrowsWithTheFlagCleared() throws Exception {
        TaskExecutorService executor = open(1);
        executor.submit(polite());
        Aside<Boolean> waiter = Aside.call(() -> executor.awaitTermination(1, TimeUnit.DAYS))
                .awaitParked()
                .interrupt();
        waiter.thrown(InterruptedException.class);
        assertFalse(waiter.leftInterrupted());
        assertFalse(executor.isShutdown());
    }

    @Test
    void waitingForItsOwnEndFromATaskIsRefused() throws Exception {
        TaskExecutorService executor = open(1);
        List<Executable> waits = List.of(
                executor::close,
                () -> executor.close(Duration.ZERO),
                () -> executor.awaitTermination(1, TimeUnit.SECONDS));
        for (Executable wait : waits) {
            executor.submit(() -> assertThrows(IllegalStateException.class, wait))
                    .get();
        }
        assertFalse(executor.isShutdown());
    }

    // ---- 5: shutdownNow ----

    /** 5 */
    @Test
    void shutdownNowReturnsExactlyWhatNeverBeganInOrderAndCancelsIt() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService executor = openBusy(holder);
        List<String> ran = Collections.synchronizedList(new ArrayList<>());
        Runnable executed = () -> ran.add("executed");
        Runnable submitted = () -> ran.add("submitted");
        executor.execute(executed);
        TaskFuture<?> first = executor.submit(submitted);
        TaskFuture<Boolean> second = executor.submit(() -> ran.add("called"));
        TaskFuture<String> third = executor.submit(() -> ran.add("with result"), "result");

        List<Runnable> dropped = executor.shutdownNow();
        assertEquals(4, dropped.size());
        assertSame(executed, dropped.get(0));
        assertSame(submitted, dropped.get(1));
        for (TaskFuture<?> future : List.of(first, second, third)) {
            assertTrue(future.isCancelled());
            assertThrows(CancellationException.class, future::get);
        }
        holder.awaitInterrupted();
        finish(executor);
        assertEquals(List.of(), ran);
        dropped.forEach(Runnable::run);
        assertEquals(List.of("executed", "submitted", "called", "with result"), ran);
    }

    /** 5 */
    @Test
    void shutdownNowDoesNotReturnWhatWasCancelled() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService executor = openBusy(holder);
        Runnable kept = () -> {};
        TaskFuture<?> cancelled = executor.submit(() -> {});
        executor.submit(kept);
        cancelled.cancel(false);
        assertEquals(List.of(kept), executor.shutdownNow());
    }

    /** 5 */
    @Test
    void shutdownNowInterruptsWhatRuns() throws Exception {
        TaskExecutorService executor = open(3);
        List<HeldTask> tasks = List.of(polite(), polite(), polite());
        List<TaskFuture<String>> futures = new ArrayList<>();
        for (HeldTask task : tasks) {
            futures.add(executor.submit(task));
            task.awaitBegun();
        }
        assertEquals(List.of(), executor.shutdownNow());
        for (HeldTask task : tasks) {
            task.awaitInterrupted();
        }
        for (TaskFuture<String> future : futures) {
            assertInstanceOf(
                    InterruptedException.class,
                    assertThrows(ExecutionException.class, future::get).getCause());
        }
        finish(executor);
    }

    /** 5 */
    @Test
    void shutdownNowMayComeFromATaskWhichItInterruptsToo() throws Exception {
        TaskExecutorService executor = open(1);
        TaskFuture<Boolean> task = executor.submit(() -> {
            executor.shutdownNow();
            return Thread.interrupted();
        });
        assertTrue(task.get());
        finish(executor);
    }

    /** 5 */
    @Test
    void whatIsSubmittedByExecuteAndRacesWithShutdownNowIsRunRejectedOrReturned() throws Exception {
        for (int round = 0; round < 30; round++) {
            TaskExecutorService executor = open(2);
            AtomicBoolean stop = new AtomicBoolean();
            List<Counted> tasks = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch underWay = new CountDownLatch(20);
            List<Aside<Object>> submitters = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                submitters.add(Aside.run(() -> {
                    while (!stop.get()) {
                        Counted task = new Counted();
                        tasks.add(task);
                        try {
                            executor.execute(task);
                        } catch (RejectedExecutionException e) {
                            task.rejected = true;
                        }
                        underWay.countDown();
                    }
                }));
            }
            underWay.await();
            Set<Runnable> returned = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
            returned.addAll(executor.shutdownNow());
            stop.set(true);
            for (Aside<Object> submitter : submitters) {
                submitter.value();
            }
            finish(executor);
            for (Counted task : tasks) {
                int fates = task.runs.get() + (task.rejected ? 1 : 0) + (returned.contains(task) ? 1 : 0);
                assertEquals(1, fates, () -> "runs " + task.runs + ", rejected " + task.rejected);
            }
        }
    }

    private static final class Counted implements Runnable {
        final AtomicInteger runs = new AtomicInteger();
        volatile boolean rejected;

        @Override
        public void run() {
            runs.incrementAndGet();
        }
    }

    /** 5 */
    @Test
    void noFutureStaysOpenWhenSubmitRacesWithShutdownNow() throws Exception {
        for (int round = 0; round < 30; round++) {
            TaskExecutorService executor = open(2);
            CountDownLatch underWay = new CountDownLatch(20);
            Aside<List<TaskFuture<?>>> submitter = Aside.call(() -> {
                List<TaskFuture<?>> futures = new ArrayList<>();
                try {
                    while (true) {
                        futures.add(executor.submit(() -> {}));
                        underWay.countDown();
                    }
                } catch (RejectedExecutionException e) {
                    return futures;
                }
            });
            underWay.await();
            executor.shutdownNow();
            List<TaskFuture<?>> futures = submitter.value();
            finish(executor);
            for (TaskFuture<?> future : futures) {
                assertTrue(future.isDone(), future::toString);
                assertNotEquals(TaskStatus.FAILED, future.status());
            }
        }
    }

    // ---- 6: after shutdown ----

    /** 6 */
    @Test
    void afterShutdownEveryWayInIsRefusedAndNothingRuns() throws Exception {
        TaskExecutorService executor = open(1);
        AtomicBoolean ran = new AtomicBoolean();
        Runnable run = () -> ran.set(true);
        Callable<Boolean> call = () -> ran.getAndSet(true);
        List<Executable> waysIn = List.of(
                () -> executor.execute(run),
                () -> executor.submit(run),
                () -> executor.submit(call),
                () -> executor.submit(run, "result"),
                () -> executor.submit(call, TaskOptions.named("n").withTimeout(Duration.ofDays(1))),
                () -> executor.trySubmit(call, Duration.ZERO),
                () -> executor.trySubmit(call, Duration.ofDays(1)),
                () -> executor.submitWhenRoom(call),
                () -> executor.submitWhenRoom(call, TaskOptions.named("n")),
                () -> executor.invokeAll(tasks(call)),
                () -> executor.invokeAll(tasks(call, call), 1, TimeUnit.DAYS),
                () -> executor.invokeAny(tasks(call)),
                () -> executor.invokeAny(tasks(call, call), 1, TimeUnit.DAYS));
        HeldTask task = polite();
        executor.execute(task::run);
        task.awaitBegun();

        executor.shutdown();
        assertAll("finishing", refusals(waysIn));
        task.letGo();
        assertTrue(executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertAll("terminated", refusals(waysIn));
        assertFalse(ran.get());
    }

    /** 6 */
    @Test
    void afterShutdownNowEveryWayInIsRefused() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = stubborn();
        executor.execute(task::run);
        task.awaitBegun();
        executor.shutdownNow();
        assertAll(
                "stopping",
                refusals(List.of(
                        () -> executor.execute(() -> {}),
                        () -> executor.submit(() -> "never"),
                        () -> executor.invokeAll(tasks(() -> "never")),
                        () -> executor.invokeAny(tasks(() -> "never")))));
    }

    private static java.util.stream.Stream<Executable> refusals(List<Executable> calls) {
        return calls.stream().map(call -> () -> assertThrows(RejectedExecutionException.class, call));
    }

    /** 6 */
    @Test
    void shutdownRefusesEvenATasksOwnSubmit() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = polite();
        TaskFuture<?> future = executor.submit(() -> {
            task.call();
            return executor.submit(() -> "never");
        });
        task.awaitBegun();
        executor.shutdown();
        task.letGo();
        assertInstanceOf(
                RejectedExecutionException.class,
                assertThrows(ExecutionException.class, future::get).getCause());
    }

    // ---- 7: nobody waits for what was drained ----

    /** 7 */
    @Test
    void getOfADrainedTaskIsReleased() throws Exception {
        TaskExecutorService executor = openBusy(stubborn());
        TaskFuture<String> pending = executor.submit(() -> "never");
        Aside<String> untimed = Aside.call(() -> pending.get()).awaitParked();
        Aside<String> timed = Aside.call(() -> pending.get(1, TimeUnit.DAYS)).awaitParked();
        Aside<String> joiner = Aside.call(pending::join).awaitParked();
        executor.shutdownNow();
        untimed.thrown(TaskCancelledException.class);
        timed.thrown(TaskCancelledException.class);
        joiner.thrown(TaskCancelledException.class);
    }

    /** 7 */
    @Test
    void invokeAllOfDrainedTasksIsReleased() throws Exception {
        TaskExecutorService executor = openBusy(stubborn());
        Aside<List<Future<String>>> untimed =
                Aside.call(() -> executor.invokeAll(tasks(() -> "never"))).awaitParked();
        Aside<List<Future<String>>> timed = Aside.call(
                        () -> executor.invokeAll(tasks(() -> "never", () -> "neither"), 1, TimeUnit.DAYS))
                .awaitParked();
        executor.shutdownNow();
        for (Future<String> future : untimed.value()) {
            assertTrue(future.isCancelled());
        }
        for (Future<String> future : timed.value()) {
            assertTrue(future.isCancelled());
        }
    }

    /** 7 */
    @Test
    void invokeAnyOfDrainedTasksIsReleased() throws Exception {
        TaskExecutorService executor = openBusy(stubborn());
        Aside<String> untimed =
                Aside.call(() -> executor.invokeAny(tasks(() -> "never"))).awaitParked();
        Aside<String> timed = Aside.call(
                        () -> executor.invokeAny(tasks(() -> "never", () -> "neither"), 1, TimeUnit.DAYS))
                .awaitParked();
        executor.shutdownNow();
        assertInstanceOf(
                CancellationException.class,
                untimed.thrown(ExecutionException.class).getCause());
        assertInstanceOf(
                CancellationException.class,
                timed.thrown(ExecutionException.class).getCause());
    }

    // ---- 8: close ----

    /** 8 */
    @Test
    void closeWaitsForWhatRunsAndWhatPends() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = polite();
        AtomicBoolean ran = new AtomicBoolean();
        executor.submit(task);
        TaskFuture<?> pending = executor.submit(() -> ran.set(true));
        Aside<Object> closer = Aside.run(executor::close).awaitParked();
        assertTrue(executor.isShutdown());
        assertFalse(executor.isTerminated());
        task.letGo();
        closer.value();
        assertTrue(executor.isTerminated());
        assertTrue(ran.get());
        assertEquals(TaskStatus.SUCCESS, pending.status());
        assertFalse(closer.leftInterrupted());
        assertFalse(task.wasInterrupted());
    }

    /** 8 */
    @Test
    void closeThatIsInterruptedStopsTheTasksAndStillWaits() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = stubborn();
        executor.execute(task::run);
        task.awaitBegun();
        TaskFuture<String> pending = limitsWorkers() ? executor.submit(() -> "never") : null;
        Aside<Object> closer = Aside.run(executor::close).awaitParked().interrupt();
        task.awaitInterrupted();
        closer.awaitParked().interrupt();
        closer.awaitParked();
        assertFalse(closer.hasEnded());
        assertTrue(pending == null || pending.isCancelled());
        task.letGo();
        closer.value();
        assertTrue(closer.leftInterrupted());
        assertTrue(executor.isTerminated());
    }

    /** 8 */
    @Test
    void closeWithAnInterruptPendingStopsTheTasks() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = polite();
        executor.execute(task::run);
        task.awaitBegun();
        Thread.currentThread().interrupt();
        executor.close();
        assertTrue(Thread.interrupted());
        assertTrue(task.wasInterrupted());
        assertTrue(executor.isTerminated());
    }

    /** 8 */
    @Test
    void closeIsIdempotentAndDoesNotHearAnInterruptWhenNothingIsLeft() throws Exception {
        TaskExecutorService executor = open(1);
        executor.submit(() -> {}).get();
        executor.close();
        assertTrue(executor.isTerminated());
        executor.close();
        Thread.currentThread().interrupt();
        executor.close();
        assertTrue(Thread.interrupted());
        assertTrue(executor.isTerminated());
        assertTrue(executor.close(Duration.ofDays(1)).isTerminated());
    }

    /** 8 */
    @Test
    void tryWithResourcesFinishesTheWork() {
        AtomicInteger ran = new AtomicInteger();
        try (TaskExecutorService executor = open(2)) {
            for (int i = 0; i < 100; i++) {
                executor.execute(ran::incrementAndGet);
            }
        }
        assertEquals(100, ran.get());
    }

    /** Ours: drain, then cancel, then interrupt, then report. */
    @Test
    void closeWithADurationReportsWhoRefusesToEnd() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = stubborn();
        TaskFuture<String> running = executor.submit(task, TaskOptions.named("refuses"));
        task.awaitBegun();
        if (limitsWorkers()) {
            executor.submit(() -> "never", TaskOptions.named("late"));
        }
        ShutdownReport report = executor.close(Duration.ofMillis(1));
        assertFalse(report.isTerminated());
        assertEquals(limitsWorkers() ? List.of("late") : List.of(), report.cancelled());
        assertEquals(List.of("refuses"), report.interrupted());
        assertEquals(1, report.stragglers().size(), report::toString);
        assertEquals("refuses", report.stragglers().get(0).taskName());
        assertTrue(
                report.stragglers().get(0).stack().stream()
                        .anyMatch(frame -> frame.getClassName().equals(HeldTask.class.getName())),
                report::toString);
        assertTrue(task.wasInterrupted());
        task.letGo();
        assertEquals("let go", running.get());
    }

    @Test
    void closeWithADurationLetsWorkEnd() throws Exception {
        TaskExecutorService executor = open(1);
        TaskFuture<String> future = executor.submit(() -> "value");
        ShutdownReport report = executor.close(Duration.ofSeconds(PATIENCE_SECONDS));
        assertTrue(report.isTerminated());
        assertEquals(List.of(), report.cancelled());
        assertEquals(List.of(), report.interrupted());
        assertEquals(List.of(), report.stragglers());
        assertEquals("value", future.resultNow());
    }

    // ---- 11: invokeAny ----

    /** 11 */
    @Test
    void invokeAnyOfNoTasksIsRefused() {
        TaskExecutorService executor = open(1);
        assertThrows(IllegalArgumentException.class, () -> executor.invokeAny(List.of()));
        assertThrows(IllegalArgumentException.class, () -> executor.invokeAny(List.of(), 1, TimeUnit.DAYS));
    }

    /** 11 */
    @Test
    void invokeAnyReturnsTheValueOfOneThatSucceeded() throws Exception {
        TaskExecutorService executor = open(2);
        Callable<String> fails = () -> {
            throw new IOException("no");
        };
        assertEquals("value", executor.invokeAny(tasks(() -> "value")));
        assertEquals("value", executor.invokeAny(tasks(fails, fails, () -> "value")));
        assertEquals("value", executor.invokeAny(tasks(fails, () -> "value"), 1, TimeUnit.DAYS));
        assertEquals("value", executor.invokeAny(tasks(() -> "value", fails), PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertNull(executor.invokeAny(tasks(fails, () -> null)));
    }

    /** 11 */
    @Test
    void invokeAnyOfTasksThatAllFailThrowsOneOfTheirExceptions() {
        TaskExecutorService executor = open(2);
        Set<Throwable> failures = new HashSet<>();
        List<Callable<String>> tasks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Exception failure = new IOException("number " + i);
            failures.add(failure);
            tasks.add(() -> {
                throw failure;
            });
        }
        Throwable cause = assertThrows(ExecutionException.class, () -> executor.invokeAny(tasks))
                .getCause();
        assertTrue(failures.contains(cause));
        cause = assertThrows(ExecutionException.class, () -> executor.invokeAny(tasks, 1, TimeUnit.DAYS))
                .getCause();
        assertTrue(failures.contains(cause));
    }

    /** 11 */
    @Test
    void theWinnersReturnInterruptsRunningLosersAndUnstartedOnesNeverRun() throws Exception {
        for (int round = 0; round < 30; round++) {
            TaskExecutorService executor = open(2);
            HeldTask loser = polite();
            AtomicInteger begun = new AtomicInteger();
            List<Callable<String>> tasks = new ArrayList<>();
            tasks.add(loser);
            tasks.add(() -> {
                loser.awaitBegun();
                return "won";
            });
            for (int i = 0; i < 10; i++) {
                tasks.add(() -> {
                    begun.incrementAndGet();
                    return HeldTask.polite().call();
                });
            }
            assertEquals("won", executor.invokeAny(tasks));
            loser.awaitInterrupted().awaitLeft();
            finish(executor);
            // The winner's worker may take one more before the losers are cancelled; the loser's must not.
            assertTrue(!limitsWorkers() || begun.get() <= 1, () -> begun + " began");
        }
    }

    /** 11 */
    @Test
    void invokeAnyThatIsInterruptedCancelsAndInterruptsItsTasks() throws Exception {
        for (boolean timed : new boolean[] {false, true}) {
            TaskExecutorService executor = open(1);
            HeldTask running = polite();
            AtomicBoolean ran = new AtomicBoolean();
            List<Callable<String>> tasks = limitsWorkers()
                    ? List.of(running, () -> {
                        ran.set(true);
                        return "never";
                    })
                    : List.of(running);
            Aside<String> caller =
                    Aside.call(() -> timed ? executor.invokeAny(tasks, 1, TimeUnit.DAYS) : executor.invokeAny(tasks));
            running.awaitBegun();
            caller.awaitParked().interrupt();
            caller.thrown(InterruptedException.class);
            assertFalse(caller.leftInterrupted());
            running.awaitInterrupted();
            finish(executor);
            assertFalse(ran.get());
        }
    }

    /** 11. In real time: 50 ms and not a nanosecond less. */
    @Test
    void invokeAnyThatRunsOutOfTimeThrowsAndInterruptsItsTasks() throws Exception {
        TaskExecutorService executor = open(2);
        HeldTask first = polite();
        HeldTask second = polite();
        long start = System.nanoTime();
        assertThrows(TimeoutException.class, () -> executor.invokeAny(tasks(first, second), 50, TimeUnit.MILLISECONDS));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(50));
        finish(executor);
        for (HeldTask task : List.of(first, second)) {
            assertTrue(!task.hasBegun() || task.wasInterrupted());
        }
    }

    /** 11 */
    @Test
    void invokeAnyWithoutTimeGivesUpAtOnce() {
        TaskExecutorService executor = open(1);
        for (long none : NO_TIME) {
            for (TimeUnit unit : List.of(TimeUnit.NANOSECONDS, TimeUnit.SECONDS)) {
                assertGivesUpAtOnce(() ->
                        assertThrows(TimeoutException.class, () -> executor.invokeAny(tasks(polite()), none, unit)));
            }
        }
    }

    /** Ends by an interrupt what does not return by itself. */
    private static void assertGivesUpAtOnce(Executable code) {
        Aside<Object> aside = Aside.run(() -> {
            try {
                code.execute();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        });
        try {
            aside.thread().join(AT_ONCE.toMillis());
            boolean ended = aside.hasEnded();
            aside.interrupt();
            assertTrue(ended, "still waits");
            aside.value();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- 12: invokeAll ----

    /** 12 */
    @Test
    void invokeAllOfNoTasksIsAnEmptyList() throws Exception {
        TaskExecutorService executor = open(1);
        assertEquals(List.of(), executor.invokeAll(List.of()));
        assertEquals(List.of(), executor.invokeAll(List.of(), 1, TimeUnit.DAYS));
        assertEquals(List.of(), executor.invokeAll(List.of(), 0, TimeUnit.DAYS));
    }

    /** 12 */
    @Test
    void invokeAllReturnsDoneFuturesInTheOrderOfTheTasks() throws Exception {
        TaskExecutorService executor = open(2);
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            int number = i;
            tasks.add(() -> {
                if (number % 3 == 0) {
                    throw new IOException("number " + number);
                }
                return number;
            });
        }
        for (List<Future<Integer>> futures :
                List.of(executor.invokeAll(tasks), executor.invokeAll(tasks, 1, TimeUnit.DAYS))) {
            assertEquals(30, futures.size());
            for (int i = 0; i < 30; i++) {
                Future<Integer> future = futures.get(i);
                assertTrue(future.isDone());
                assertFalse(future.isCancelled());
                if (i % 3 == 0) {
                    assertEquals(
                            "number " + i,
                            assertThrows(ExecutionException.class, future::get)
                                    .getCause()
                                    .getMessage());
                } else {
                    assertEquals(i, future.get());
                }
            }
        }
    }

    /** 12 */
    @Test
    void invokeAllWaitsForTheLast() throws Exception {
        TaskExecutorService executor = open(2);
        HeldTask task = polite();
        Aside<List<Future<String>>> caller = Aside.call(() -> executor.invokeAll(tasks(task, () -> "quick")));
        task.awaitBegun();
        caller.awaitParked();
        task.letGo();
        assertEquals("let go", caller.value().get(0).get());
        assertEquals("quick", caller.value().get(1).get());
    }

    /** 12. In real time: 300 ms and not a nanosecond less; the quick task has so long to end. */
    @Test
    void timedInvokeAllCancelsExactlyTheUnfinished() throws Exception {
        TaskExecutorService executor = open(2);
        HeldTask running = polite();
        HeldTask second = polite();
        HeldTask third = polite();
        long start = System.nanoTime();
        List<Future<String>> futures =
                executor.invokeAll(tasks(running, () -> "quick", second, third), 300, TimeUnit.MILLISECONDS);
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(300));
        assertEquals(4, futures.size());
        for (Future<String> future : futures) {
            assertTrue(future.isDone());
        }
        assertTrue(futures.get(0).isCancelled());
        assertEquals("quick", futures.get(1).get());
        assertTrue(futures.get(2).isCancelled());
        assertTrue(futures.get(3).isCancelled());
        running.awaitInterrupted();
        finish(executor);
        assertTrue(!limitsWorkers() || !third.hasBegun());
    }

    /** 12 */
    @Test
    void timedInvokeAllReturnsAtOnceWhenAllAreDone() throws Exception {
        TaskExecutorService executor = open(1);
        List<Future<String>> futures = executor.invokeAll(tasks(() -> "a", () -> "b"), Long.MAX_VALUE, TimeUnit.DAYS);
        assertEquals("a", futures.get(0).get());
        assertEquals("b", futures.get(1).get());
    }

    /** 12 */
    @Test
    void invokeAllWithoutTimeGivesUpAtOnce() {
        TaskExecutorService executor = open(1);
        for (long none : NO_TIME) {
            for (TimeUnit unit : List.of(TimeUnit.NANOSECONDS, TimeUnit.SECONDS)) {
                assertGivesUpAtOnce(() -> {
                    List<Future<String>> futures = executor.invokeAll(tasks(polite(), polite()), none, unit);
                    assertEquals(2, futures.size());
                    assertTrue(futures.get(0).isCancelled());
                    assertTrue(futures.get(1).isCancelled());
                });
            }
        }
    }

    /** 12 */
    @Test
    void invokeAllThatIsInterruptedCancelsAndInterruptsItsTasks() throws Exception {
        for (boolean timed : new boolean[] {false, true}) {
            TaskExecutorService executor = open(1);
            HeldTask running = polite();
            AtomicBoolean ran = new AtomicBoolean();
            List<Callable<String>> tasks = limitsWorkers()
                    ? List.of(running, () -> {
                        ran.set(true);
                        return "never";
                    })
                    : List.of(running);
            Aside<Object> caller =
                    Aside.call(() -> timed ? executor.invokeAll(tasks, 1, TimeUnit.DAYS) : executor.invokeAll(tasks));
            running.awaitBegun();
            caller.awaitParked().interrupt();
            caller.thrown(InterruptedException.class);
            assertFalse(caller.leftInterrupted());
            running.awaitInterrupted();
            finish(executor);
            assertFalse(ran.get());
        }
    }

    /** 12 */
    @Test
    void invokeAllWithAnInterruptPendingThrowsAndLeavesNothingRunning() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask task = polite();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> executor.invokeAll(tasks(task)));
        assertFalse(Thread.interrupted());
        finish(executor);
        assertTrue(!task.hasBegun() || task.wasInterrupted());
    }

    /** A task may itself invoke; on a pool whose workers are all busy, see the pool's own contract. */
    @Test
    void invokeAllAndInvokeAnyWorkInsideATask() throws Exception {
        TaskExecutorService executor = open(3);
        TaskFuture<String> outer = executor.submit(() -> {
            String all = executor.invokeAll(tasks(() -> "a", () -> "b")).get(1).get();
            return all + executor.invokeAny(tasks(() -> "c"));
        });
        assertEquals("bc", outer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    // ---- 13: ExecutorCompletionService ----

    /** 13 */
    @Test
    void completionServiceHandsOutFuturesInTheOrderOfFinishing() throws Exception {
        TaskExecutorService executor = open(2);
        ExecutorCompletionService<String> service = new ExecutorCompletionService<>(executor);
        HeldTask slow = polite();
        Future<String> first = service.submit(slow);
        slow.awaitBegun();
        assertNull(service.poll());
        service.submit(() -> "quick");
        assertEquals("quick", service.take().get());
        assertNull(service.poll());
        service.submit(() -> {}, "result");
        assertEquals("result", service.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).get());
        slow.letGo();
        Future<String> last = service.take();
        assertEquals("let go", last.get());
        assertEquals("let go", first.get());
    }

    /** 13 */
    @Test
    void completionServiceHandsOutFailedAndCancelledFutures() throws Exception {
        TaskExecutorService executor = open(1);
        ExecutorCompletionService<String> service = new ExecutorCompletionService<>(executor);
        IOException failure = new IOException("no");
        service.submit(() -> {
            throw failure;
        });
        Future<String> failed = service.take();
        assertSame(failure, assertThrows(ExecutionException.class, failed::get).getCause());
        HeldTask task = polite();
        Future<String> running = service.submit(task);
        task.awaitBegun();
        running.cancel(true);
        assertTrue(service.take().isCancelled());
        task.awaitInterrupted();
    }

    /** 13 */
    @Test
    void completionServiceOfAnExecutorThatIsShutDownRefuses() {
        TaskExecutorService executor = open(1);
        ExecutorCompletionService<String> service = new ExecutorCompletionService<>(executor);
        executor.shutdown();
        assertThrows(RejectedExecutionException.class, () -> service.submit(() -> "never"));
    }

    /** Not {@code submit(Runnable, T)}, which would take the options for a result. */
    @Test
    void aTaskWithoutAValueMayHaveOptions() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask held = polite();
        TaskFuture<?> task =
                executor.submit(() -> held.run(), TaskOptions.named("held").withTimeout(SOON));
        assertEquals("held", task.name());
        assertInstanceOf(
                TaskTimeoutException.class,
                assertThrows(ExecutionException.class, task::get).getCause());
    }

    private static final Duration SOON = Duration.ofMillis(20);
}
