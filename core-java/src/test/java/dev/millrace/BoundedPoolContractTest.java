// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of pools whose queue is bounded, one nested class a {@link WhenFull}, and the bound itself. */
class BoundedPoolContractTest extends ContractFixture {
    /** So small that the contract's larger tests meet the bound. */
    @Nested
    class Blocking extends PoolContract {
        @Override
        ThreadPool.Builder builder(int maxWorkers) {
            return ThreadPool.builder().maxWorkers(maxWorkers).boundedQueue(4, WhenFull.BLOCK);
        }
    }

    /** So large that nothing is refused. */
    @Nested
    class Rejecting extends PoolContract {
        @Override
        ThreadPool.Builder builder(int maxWorkers) {
            return ThreadPool.builder().maxWorkers(maxWorkers).boundedQueue(1_000_000, WhenFull.REJECT);
        }
    }

    /** So large that the caller runs nothing: one that does runs more at once than there are workers. */
    @Nested
    class RunningInCaller extends PoolContract {
        @Override
        ThreadPool.Builder builder(int maxWorkers) {
            return ThreadPool.builder().maxWorkers(maxWorkers).boundedQueue(1_000_000, WhenFull.RUN_IN_CALLER);
        }
    }

    @Override
    TaskExecutorService create(int maxWorkers) {
        return bounded(maxWorkers, 4, WhenFull.BLOCK);
    }

    private ThreadPool bounded(int maxWorkers, int capacity, WhenFull whenFull) {
        return open(ThreadPool.builder()
                .maxWorkers(maxWorkers)
                .boundedQueue(capacity, whenFull)
                .build());
    }

    /** One of one worker and one place, both taken. */
    private ThreadPool full(WhenFull whenFull, HeldTask holder) throws InterruptedException {
        ThreadPool pool = bounded(1, 1, whenFull);
        pool.submit(holder);
        holder.awaitBegun();
        pool.submit(() -> {});
        return pool;
    }

    // ---- 3: saturation ----

    /** 3 */
    @Test
    void saturationIsExactlyMaxWorkersPlusCapacity() {
        for (int round = 0; round < 100; round++) {
            for (int[] size : new int[][] {{1, 1}, {1, 0}, {2, 0}, {3, 2}}) {
                try (ThreadPool pool = bounded(size[0], size[1], WhenFull.REJECT)) {
                    HeldTask task = polite();
                    for (int i = 0; i < size[0] + size[1]; i++) {
                        pool.submit(task);
                    }
                    assertThrows(RejectedExecutionException.class, () -> pool.submit(task));
                    assertThrows(RejectedExecutionException.class, () -> pool.execute(task::run));
                    assertEquals(Optional.empty(), pool.trySubmit(task, Duration.ZERO));
                    task.letGo();
                }
            }
        }
    }

    /** 3: who has a result may submit the next task; the worker is free by then. */
    @Test
    void capacityZeroTakesATaskWheneverAWorkerIsFree() throws Exception {
        ThreadPool pool = bounded(1, 0, WhenFull.REJECT);
        for (int i = 0; i < 2_000; i++) {
            assertEquals("value", pool.submit(() -> "value").get());
        }
    }

    // ---- 6: after shutdown ----

    /** 6 */
    @Test
    void runInCallerRunsNothingAfterShutdown() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = full(WhenFull.RUN_IN_CALLER, holder);
        AtomicBoolean ran = new AtomicBoolean();
        pool.shutdown();
        assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> ran.set(true)));
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> ran.set(true)));
        assertThrows(RejectedExecutionException.class, () -> pool.invokeAll(tasks(() -> ran.getAndSet(true))));
        holder.letGo();
        finish(pool);
        assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> ran.set(true)));
        assertFalse(ran.get());
    }

    // ---- RUN_IN_CALLER ----

    @Test
    void runInCallerRunsTheTaskBeforeSubmitReturns() throws Exception {
        ThreadPool pool = full(WhenFull.RUN_IN_CALLER, polite());
        TaskFuture<Thread> future = pool.submit(Thread::currentThread);
        assertSame(Thread.currentThread(), future.resultNow());
    }

    @Test
    void whatRunsInTheCallerSeesNoInterruptOfTheCallersAndLeavesItAlone() throws Exception {
        ThreadPool pool = full(WhenFull.RUN_IN_CALLER, polite());
        Thread.currentThread().interrupt();
        TaskFuture<Boolean> future = pool.submit(() -> {
            boolean seen = Thread.currentThread().isInterrupted();
            Thread.currentThread().interrupt();
            return seen;
        });
        assertTrue(Thread.interrupted());
        assertFalse(future.resultNow());
    }

    @Test
    void whatRunsInTheCallerMayBeCancelledAndLeavesNoInterruptBehind() throws Exception {
        ThreadPool pool = full(WhenFull.RUN_IN_CALLER, polite());
        TaskFuture<Boolean> future = pool.submit(() -> TaskFuture.current().cancel(true));
        assertTrue(future.isCancelled());
        assertFalse(Thread.interrupted());
    }

    @Test
    void anInterruptOfTheCallerThatComesWhileATaskRunsInItIsNotLost() throws Exception {
        ThreadPool pool = full(WhenFull.RUN_IN_CALLER, polite());
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean go = new AtomicBoolean();
        Aside<TaskFuture<?>> caller = Aside.call(() -> pool.submit(() -> {
            begun.countDown();
            while (!go.get()) {
                Thread.onSpinWait();
            }
        }));
        begun.await();
        caller.interrupt();
        go.set(true);
        assertEquals(TaskStatus.SUCCESS, caller.value().status());
        assertTrue(caller.leftInterrupted());
    }

    @Test
    void shutdownNowInterruptsWhatRunsInACaller() throws Exception {
        ThreadPool pool = full(WhenFull.RUN_IN_CALLER, polite());
        HeldTask task = polite();
        Aside<TaskFuture<String>> caller = Aside.call(() -> pool.submit(task));
        task.awaitBegun();
        pool.shutdownNow();
        assertEquals(TaskStatus.FAILED, caller.value().status());
        assertTrue(task.wasInterrupted());
        assertFalse(caller.leftInterrupted());
        finish(pool);
    }

    // ---- BLOCK ----

    @Test
    void blockedSubmittersComeInAsRoomComesInTheirOrder() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = full(WhenFull.BLOCK, holder);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Aside<TaskFuture<?>>> submitters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            submitters.add(Aside.<TaskFuture<?>>call(() -> pool.submit(() -> order.add(number)))
                    .awaitParked());
        }
        holder.letGo();
        for (Aside<TaskFuture<?>> submitter : submitters) {
            submitter.value().get();
        }
        assertEquals(List.of(0, 1, 2, 3, 4), order);
    }

    @Test
    void aCancelledPendingTaskGivesItsPlaceToWhoWaitsForIt() throws Exception {
        ThreadPool pool = bounded(1, 1, WhenFull.BLOCK);
        HeldTask holder = polite();
        pool.submit(holder);
        holder.awaitBegun();
        TaskFuture<?> pending = pool.submit(() -> {});
        Aside<TaskFuture<String>> submitter =
                Aside.call(() -> pool.submit(() -> "value")).awaitParked();
        pending.cancel(false);
        assertTrue(submitter.value().isPending());
    }

    @Test
    void aSubmitterThatIsInterruptedWhileItWaitsForRoomIsRefusedWithTheFlagSet() throws Exception {
        ThreadPool pool = full(WhenFull.BLOCK, polite());
        AtomicBoolean ran = new AtomicBoolean();
        Aside<Object> submitter =
                Aside.run(() -> pool.submit(() -> ran.set(true))).awaitParked().interrupt();
        assertInstanceOf(
                InterruptedException.class,
                submitter.thrown(RejectedExecutionException.class).getCause());
        assertTrue(submitter.leftInterrupted());
        Aside<Object> executor =
                Aside.run(() -> pool.execute(() -> ran.set(true))).awaitParked().interrupt();
        executor.thrown(RejectedExecutionException.class);
        pool.shutdownNow();
        finish(pool);
        assertFalse(ran.get());
    }

    @Test
    void submittersThatWaitForRoomAreRefusedByAShutdown() throws Exception {
        for (boolean now : new boolean[] {false, true}) {
            HeldTask holder = polite();
            ThreadPool pool = full(WhenFull.BLOCK, holder);
            Aside<Object> submit = Aside.run(() -> pool.submit(() -> {})).awaitParked();
            Aside<Object> execute = Aside.run(() -> pool.execute(() -> {})).awaitParked();
            Aside<Object> timed = Aside.run(() -> pool.trySubmit(() -> "never", Duration.ofDays(1)))
                    .awaitParked();
            TaskFuture<String> inLine = pool.submitWhenRoom(() -> "never");
            if (now) {
                pool.shutdownNow();
            } else {
                pool.shutdown();
            }
            submit.thrown(RejectedExecutionException.class);
            execute.thrown(RejectedExecutionException.class);
            timed.thrown(RejectedExecutionException.class);
            assertInstanceOf(
                    RejectedExecutionException.class,
                    assertThrows(ExecutionException.class, inLine::get).getCause());
            holder.letGo();
            finish(pool);
        }
    }

    @Test
    void aTaskThatSubmitsToItsOwnFullPoolRunsTheNewOneInPlace() throws Exception {
        ThreadPool pool = bounded(1, 0, WhenFull.BLOCK);
        TaskFuture<Boolean> outer = pool.submit(() -> {
            Thread here = Thread.currentThread();
            return pool.submit(Thread::currentThread).resultNow() == here;
        });
        assertTrue(outer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** In real time: 50 ms and not a nanosecond less. */
    @Test
    void trySubmitWaitsSoLongForRoomAndNoLess() throws Exception {
        for (WhenFull whenFull : WhenFull.values()) {
            HeldTask holder = polite();
            ThreadPool pool = full(whenFull, holder);
            long start = System.nanoTime();
            assertEquals(Optional.empty(), pool.trySubmit(() -> "never", Duration.ofMillis(50)));
            assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(50));
            assertEquals(Optional.empty(), pool.trySubmit(() -> "never", Duration.ZERO));
            assertEquals(Optional.empty(), pool.trySubmit(() -> "never", Duration.ofSeconds(Long.MIN_VALUE)));
            Aside<Optional<TaskFuture<String>>> waiter = Aside.call(
                            () -> pool.trySubmit(() -> "value", Duration.ofSeconds(Long.MAX_VALUE)))
                    .awaitParked();
            holder.letGo();
            assertEquals("value", waiter.value().orElseThrow().get());
        }
    }

    @Test
    void submitWhenRoomPendsInTheLineAndCanBeWithdrawn() throws Exception {
        for (WhenFull whenFull : WhenFull.values()) {
            HeldTask holder = polite();
            ThreadPool pool = full(whenFull, holder);
            AtomicBoolean ran = new AtomicBoolean();
            TaskFuture<Boolean> withdrawn = pool.submitWhenRoom(() -> ran.getAndSet(true));
            TaskFuture<String> next = pool.submitWhenRoom(() -> "value");
            assertTrue(withdrawn.isPending());
            assertTrue(next.isPending());
            assertTrue(withdrawn.cancel(false));
            holder.letGo();
            assertEquals("value", next.get());
            assertFalse(ran.get());
        }
    }

    @Test
    void invokeAllAndInvokeAnyOfMoreTasksThanThereIsRoomWaitForRoom() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = full(WhenFull.BLOCK, holder);
        List<Callable<String>> twenty = Collections.nCopies(20, () -> "value");
        Aside<List<Future<String>>> all =
                Aside.call(() -> pool.invokeAll(twenty)).awaitParked();
        Aside<String> any = Aside.call(() -> pool.invokeAny(twenty)).awaitParked();
        holder.letGo();
        assertEquals(20, all.value().size());
        assertEquals("value", any.value());
    }

    // ---- REJECT ----

    @Test
    void aPendingTaskThatIsCancelledOrOutOfTimeGivesItsPlaceBackAtOnce() throws Exception {
        ThreadPool pool = bounded(1, 1, WhenFull.REJECT);
        HeldTask holder = polite();
        pool.submit(holder);
        holder.awaitBegun();
        for (int i = 0; i < 100; i++) {
            assertTrue(pool.submit(() -> {}).cancel(false));
        }
        TaskFuture<String> late = pool.submit(() -> "never", TaskOptions.timeout(Duration.ofMillis(1)));
        assertThrows(ExecutionException.class, () -> late.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        pool.awaitQuiescence(Duration.ofMillis(1));
        TaskFuture<?> next = pool.submit(() -> {});
        assertNotEquals(TaskStatus.CANCELLED, next.status());
    }

    @Test
    void aRejectedSubmitOfManyCancelsThoseThatWereTaken() throws Exception {
        ThreadPool pool = bounded(1, 2, WhenFull.REJECT);
        HeldTask holder = polite();
        pool.submit(holder);
        holder.awaitBegun();
        AtomicBoolean ran = new AtomicBoolean();
        assertThrows(
                RejectedExecutionException.class,
                () -> pool.invokeAll(Collections.nCopies(3, () -> ran.getAndSet(true))));
        assertThrows(
                RejectedExecutionException.class,
                () -> pool.invokeAny(Collections.nCopies(3, () -> ran.getAndSet(true))));
        holder.letGo();
        finish(pool);
        assertFalse(ran.get());
    }

    // ---- out of time before it was accepted ----

    @Test
    void aTaskThatIsOutOfTimeBeforeItIsAcceptedTakesNoPlace() throws Exception {
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.REJECT)
                .backend(SystemLike.ringsAtOnce())
                .build());
        HeldTask holder = polite();
        pool.submit(holder);
        holder.awaitBegun();
        TaskFuture<String> late = pool.submit(() -> "never", TaskOptions.timeout(Duration.ofNanos(1)));
        assertInstanceOf(TaskTimeoutException.class, late.exceptionNow());
        TaskFuture<String> next = pool.submit(() -> "value");
        holder.letGo();
        assertEquals("value", next.get());
    }

    @Test
    void aTaskThatIsOutOfTimeBeforeItWaitsForRoomDoesNotHoldItsSubmitter() throws Exception {
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.BLOCK)
                .backend(SystemLike.ringsAtOnce())
                .build());
        HeldTask holder = polite();
        pool.submit(holder);
        holder.awaitBegun();
        pool.submit(() -> {});
        Aside<TaskFuture<String>> submitter =
                Aside.call(() -> pool.submit(() -> "never", TaskOptions.timeout(Duration.ofNanos(1))));
        submitter.thread().join(AT_ONCE.toMillis());
        boolean returned = submitter.hasEnded();
        holder.letGo();
        assertInstanceOf(TaskTimeoutException.class, submitter.value().exceptionNow());
        assertTrue(returned, "the submitter waited for room for a task that was done");
    }
}
