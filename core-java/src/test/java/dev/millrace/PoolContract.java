// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What binds our own pools beside {@link ExecutorContract}. */
abstract class PoolContract extends MapInPoolContract {
    /** Describes a pool that lets four tasks wait beside those that its workers have. */
    abstract ThreadPool.Builder builder(int maxWorkers);

    /** Threads of the kind that the pool is to have. */
    ThreadFactory threads() {
        return Thread::new;
    }

    @Override
    TaskExecutorService create(int maxWorkers) {
        return builder(maxWorkers).build();
    }

    /** One whose workers stay, whatever the kind. */
    private ThreadPool.Builder staying(int maxWorkers) {
        return builder(maxWorkers).maxTasksPerWorker(Integer.MAX_VALUE);
    }

    /** Notes the threads that it makes. */
    private final class Noting implements ThreadFactory {
        final List<Thread> made = Collections.synchronizedList(new ArrayList<>());

        @Override
        public Thread newThread(Runnable worker) {
            Thread thread = threads().newThread(worker);
            made.add(thread);
            return thread;
        }

        void awaitAllEnded() throws InterruptedException {
            for (Thread thread : List.copyOf(made)) {
                thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
                assertFalse(thread.isAlive(), () -> thread + " did not end");
            }
        }
    }

    /** The first so many threads are good ones; then {@code fault} decides. */
    private ThreadFactory failingAfter(int good, Function<Runnable, Thread> fault) {
        AtomicInteger asked = new AtomicInteger();
        return worker -> asked.getAndIncrement() < good ? threads().newThread(worker) : fault.apply(worker);
    }

    private static List<Function<Runnable, Thread>> faults() {
        return List.of(
                worker -> null,
                worker -> {
                    throw new IllegalStateException("no thread today");
                },
                worker -> {
                    throw new OutOfMemoryError("no thread today");
                },
                worker -> new Thread(worker) {
                    @Override
                    public synchronized void start() {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                });
    }

    // ---- 2: no thread before the first task ----

    /** 2 */
    @Test
    void noThreadIsMadeBeforeTheFirstTask() throws Exception {
        Noting threads = new Noting();
        ThreadPool pool = open(builder(3).threadFactory(threads).build());
        assertEquals(0, threads.made.size());
        pool.submit(() -> {}).get();
        assertEquals(1, threads.made.size());
    }

    /** 2 */
    @Test
    void shutdownOfAPoolThatNeverHadATaskLeavesItTerminatedOnReturn() {
        Noting threads = new Noting();
        ThreadPool pool = open(builder(3).threadFactory(threads).build());
        pool.shutdown();
        assertTrue(pool.isTerminated());
        ThreadPool other = open(builder(3).threadFactory(threads).build());
        assertEquals(List.of(), other.shutdownNow());
        assertTrue(other.isTerminated());
        ThreadPool third = open(builder(3).threadFactory(threads).build());
        third.close();
        assertTrue(third.isTerminated());
        assertEquals(0, threads.made.size());
    }

    // ---- 8: close leaves no thread ----

    /** 8: not only terminated, but every thread has ended. */
    @Test
    void noThreadOutlivesClose() throws Exception {
        Noting threads = new Noting();
        for (int round = 0; round < 50; round++) {
            ThreadPool pool = open(builder(2).threadFactory(threads).build());
            pool.submit(() -> {});
            pool.submit(() -> {});
            pool.close();
            for (Thread thread : List.copyOf(threads.made)) {
                assertFalse(thread.isAlive(), () -> thread + " outlived close");
            }
        }
    }

    // ---- 9: a factory that fails ----

    /** 9 */
    @Test
    void whileOneWorkerLivesAFactoryThatFailsLosesNoTask() throws Exception {
        for (Function<Runnable, Thread> fault : faults()) {
            ThreadPool pool =
                    open(staying(3).threadFactory(failingAfter(1, fault)).build());
            HeldTask holder = polite();
            pool.submit(holder);
            holder.awaitBegun();
            List<TaskFuture<String>> futures = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                futures.add(pool.submit(() -> "ran"));
            }
            holder.letGo();
            for (TaskFuture<String> future : futures) {
                assertEquals("ran", future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
            pool.close();
            assertTrue(pool.isTerminated());
        }
    }

    /** 9 */
    @Test
    void withoutALivingWorkerAFactoryThatFailsMakesTheSubmitFail() throws Exception {
        for (Function<Runnable, Thread> fault : faults()) {
            AtomicBoolean ran = new AtomicBoolean();
            ThreadPool pool =
                    open(builder(2).threadFactory(failingAfter(0, fault)).build());
            Callable<Boolean> task = () -> ran.getAndSet(true);
            assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> ran.set(true)));
            assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> ran.set(true)));
            assertThrows(RejectedExecutionException.class, () -> pool.submit(task));
            assertThrows(RejectedExecutionException.class, () -> pool.submit(task, TaskOptions.named("n")));
            assertThrows(RejectedExecutionException.class, () -> pool.trySubmit(task, Duration.ZERO));
            assertThrows(RejectedExecutionException.class, () -> pool.submitWhenRoom(task));
            assertThrows(RejectedExecutionException.class, () -> pool.invokeAll(tasks(task)));
            assertThrows(RejectedExecutionException.class, () -> pool.invokeAny(tasks(task)));
            pool.shutdown();
            assertTrue(pool.isTerminated());
            assertFalse(ran.get());
        }
    }

    /** 9 */
    @Test
    void aFactoryThatRecoversLeavesAPoolThatWorks() throws Exception {
        for (Function<Runnable, Thread> fault : faults()) {
            AtomicBoolean broken = new AtomicBoolean(true);
            ThreadPool pool = open(builder(2)
                    .threadFactory(worker ->
                            broken.get() ? fault.apply(worker) : threads().newThread(worker))
                    .build());
            assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> "never"));
            broken.set(false);
            assertEquals("value", pool.submit(() -> "value").get());
        }
    }

    /** 9 */
    @Test
    void whenTheLastWorkerLeavesAndNoneCanFollowPendingTasksFailWithTheCause() throws Exception {
        IllegalStateException noThread = new IllegalStateException("no thread today");
        ThreadPool pool = open(builder(1)
                .maxTasksPerWorker(1)
                .threadFactory(failingAfter(1, worker -> {
                    throw noThread;
                }))
                .build());
        HeldTask holder = polite();
        pool.submit(holder);
        holder.awaitBegun();
        TaskFuture<String> pending = pool.submit(() -> "never");
        holder.letGo();
        Throwable cause = assertThrows(ExecutionException.class, () -> pending.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .getCause();
        assertInstanceOf(RejectedExecutionException.class, cause);
        assertSame(noThread, cause.getCause());
        finish(pool);
    }

    /** 9 */
    @Test
    void shutdownTerminatesAPoolWhoseFactoryFails() throws Exception {
        for (Function<Runnable, Thread> fault : faults()) {
            ThreadPool pool =
                    open(staying(3).threadFactory(failingAfter(1, fault)).build());
            for (int i = 0; i < 3; i++) {
                pool.submit(() -> {});
            }
            finish(pool);
            assertTrue(pool.isTerminated());
        }
    }

    /** 9: a mistake that is easily made; {@code Thread.start} then throws although the worker runs. */
    @Test
    void aFactoryThatStartsItsThreadsItselfLeavesNoTaskOpenAndThePoolTerminates() throws Exception {
        for (int round = 0; round < 20; round++) {
            ThreadPool pool = staying(1)
                    .idleTimeout(Duration.ofMillis(100))
                    .threadFactory(worker -> {
                        Thread thread = threads().newThread(worker);
                        thread.start();
                        return thread;
                    })
                    .build();
            for (int i = 0; i < 3; i++) {
                // Whether it is taken, and runs or fails, is a matter of chance; that it ends is not.
                try {
                    TaskFuture<String> future = pool.submit(() -> "value");
                    assertTrue(future.awaitExit(AT_ONCE), future::toString);
                    future.onDone(f -> {});
                } catch (RejectedExecutionException e) {
                    assertFalse(pool.isShutdown());
                }
            }
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(AT_ONCE.toSeconds(), TimeUnit.SECONDS), pool::toString);
        }
    }

    // ---- 10: idle workers ----

    /** 10 */
    @Test
    void everyIdleWorkerEndsAfterTheIdleTimeoutAndLaterTasksGetNewOnes() throws Exception {
        Noting threads = new Noting();
        ThreadPool pool = open(staying(3)
                .threadFactory(threads)
                .idleTimeout(Duration.ofMillis(20))
                .build());
        for (int round = 1; round <= 3; round++) {
            List<HeldTask> tasks = List.of(polite(), polite(), polite());
            for (HeldTask task : tasks) {
                pool.submit(task);
            }
            for (HeldTask task : tasks) {
                task.awaitBegun();
            }
            tasks.forEach(HeldTask::letGo);
            threads.awaitAllEnded();
            assertEquals(3 * round, threads.made.size());
        }
        assertFalse(pool.isShutdown());
        pool.shutdown();
        assertTrue(pool.isTerminated());
    }

    /** 1, 10 */
    @Test
    void anIdleTimeoutOfZeroIsLegal() throws Exception {
        Noting threads = new Noting();
        ThreadPool pool = open(
                staying(2).threadFactory(threads).idleTimeout(Duration.ZERO).build());
        for (int i = 0; i < 100; i++) {
            assertEquals("value", pool.submit(() -> "value").get());
        }
        threads.awaitAllEnded();
    }

    /** 10 */
    @Test
    void anIdleWorkerThatSomebodyInterruptsStaysAndTakesTheNextTask() throws Exception {
        Noting threads = new Noting();
        ThreadPool pool = open(staying(1).threadFactory(threads).build());
        for (int i = 0; i < 100; i++) {
            TaskFuture<Boolean> task = pool.submit(() -> Thread.currentThread().isInterrupted());
            assertFalse(task.get());
            threads.made.get(0).interrupt();
        }
        assertEquals(1, threads.made.size());
    }

    /** 10 */
    @Test
    void anInterruptFlagThatATaskLeavesBehindIsNotSeenByTheNext() throws Exception {
        ThreadPool pool = open(builder(1).build());
        for (int i = 0; i < 100; i++) {
            pool.execute(() -> Thread.currentThread().interrupt());
            assertFalse(
                    pool.submit(() -> Thread.currentThread().isInterrupted()).get());
        }
    }

    /** 10 */
    @Test
    void anIdleWorkerIsUsedBeforeAnotherIsStarted() throws Exception {
        Noting threads = new Noting();
        ThreadPool pool = open(staying(4).threadFactory(threads).build());
        for (int i = 0; i < 1_000; i++) {
            pool.submit(() -> {}).get();
        }
        assertEquals(1, threads.made.size());
    }

    @Test
    void aWorkerRetiresAfterSoManyTasks() throws Exception {
        Noting threads = new Noting();
        ThreadPool pool =
                open(builder(1).maxTasksPerWorker(2).threadFactory(threads).build());
        List<Thread> ranOn = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ranOn.add(pool.submit(Thread::currentThread).get());
        }
        assertEquals(3, threads.made.size());
        assertSame(ranOn.get(0), ranOn.get(1));
        assertNotSame(ranOn.get(1), ranOn.get(2));
        assertSame(ranOn.get(4), ranOn.get(5));
    }

    // ---- 11, 12: giving up on several tasks ----

    /** 11, 12: otherwise the worker that an interrupt frees takes a task that is about to be cancelled. */
    @Test
    void whatPendsIsCancelledBeforeWhatRunsIsInterrupted() throws Exception {
        HeldTask running = polite();
        HeldTask pending = polite();
        ThreadPool pool = open(builder(1).build());
        Aside<List<Future<String>>> caller = Aside.call(() -> pool.invokeAll(tasks(
                () -> {
                    // Runs in the thread that cancels, between this task and the next.
                    TaskFuture.current().onDone(f -> giveTimeToBegin(pending, running));
                    return running.call();
                },
                pending)));
        running.awaitBegun();
        caller.awaitParked().interrupt();
        caller.thrown(InterruptedException.class);
        assertFalse(pending.hasBegun());
    }

    /** In real time: what must not begin gets 100 ms to do so. */
    private static void giveTimeToBegin(HeldTask task, HeldTask before) {
        try {
            before.awaitLeft();
            for (int i = 0; i < 100 && !task.hasBegun(); i++) {
                Thread.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- waits of tasks for their own pool ----

    @Test
    void aTaskMayWaitForTasksOfItsOwnFullPool() throws Exception {
        ThreadPool pool = open(builder(1).build());
        TaskFuture<String> outer = pool.submit(() -> {
            String got = pool.submit(() -> "got").get();
            String joined = pool.submit(() -> "joined").join();
            String all = pool.invokeAll(tasks(() -> "x", () -> "all")).get(1).get();
            String any = pool.invokeAny(tasks(() -> "any"));
            return String.join(" ", got, joined, all, any);
        });
        assertEquals("got joined all any", outer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void waitingForQuiescenceFromATaskIsRefused() throws Exception {
        ThreadPool pool = open(builder(1).build());
        pool.submit(() -> assertThrows(IllegalStateException.class, () -> pool.awaitQuiescence(Duration.ofDays(1))))
                .get();
    }

    /** Python: {@code queue.Queue.join}. */
    @Test
    void awaitQuiescenceWaitsForAllTasksAndTheirCallbacks() throws Exception {
        ThreadPool pool = open(builder(1).build());
        assertTrue(pool.awaitQuiescence(Duration.ZERO));
        HeldTask task = polite();
        AtomicBoolean called = new AtomicBoolean();
        pool.submit(task).onDone(f -> called.set(true));
        assertFalse(pool.awaitQuiescence(Duration.ZERO));
        assertFalse(pool.awaitQuiescence(Duration.ofSeconds(Long.MIN_VALUE)));
        Aside<Boolean> waiter = Aside.call(() -> pool.awaitQuiescence(Duration.ofSeconds(Long.MAX_VALUE)))
                .awaitParked();
        task.letGo();
        assertTrue(waiter.value());
        assertTrue(called.get());
        assertFalse(pool.isShutdown());
    }

    @Test
    void fewerWorkersLeaveAfterTheirTasksAndMoreComeAtOnce() throws Exception {
        ThreadPool pool = open(builder(1).build());
        HeldTask first = polite();
        HeldTask second = polite();
        pool.submit(first);
        pool.submit(second);
        first.awaitBegun();
        assertFalse(second.hasBegun());
        pool.setMaxWorkers(2);
        second.awaitBegun();
        pool.setMaxWorkers(1);
        HeldTask third = polite();
        HeldTask fourth = polite();
        pool.submit(third);
        pool.submit(fourth);
        first.letGo();
        second.letGo();
        third.awaitBegun();
        assertFalse(fourth.hasBegun());
    }
}
