// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Promise 1: every accepted task ends in exactly one of success, failure, cancelled. */
class EveryTaskEndsTest {
    /** More than the library's own calls need, in a JVM that has compiled nothing yet. */
    private static final int FRAMES = 300;

    private final FakeBackend backend = new FakeBackend();

    private ThreadPool.Builder pool(int workers) {
        return ThreadPool.builder().name("p").maxWorkers(workers).backend(backend);
    }

    @Test
    void shutdownRunsWhatWasAccepted() throws Exception {
        ThreadPool pool = pool(1).build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> first = pool.submit(() -> Waiting.await(go));
        TaskFuture<String> second = pool.submit(() -> "done");
        pool.shutdown();
        go.countDown();
        assertEquals("done", second.get());
        assertTrue(first.isDone());
        pool.close();
    }

    @Test
    void shutdownFromInsideATaskRunsWhatWasAccepted() {
        ThreadPool pool = pool(1).build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> first = pool.submit(() -> {
            Waiting.await(go);
            pool.shutdown();
        });
        TaskFuture<String> second = pool.submit(() -> "done");
        go.countDown();
        assertEquals("done", second.join());
        first.join();
        pool.close();
    }

    @Test
    void shutdownNowCancelsWhatItDrainsAndInterruptsTheRest() {
        ThreadPool pool = pool(1).build();
        CountDownLatch running = new CountDownLatch(1);
        TaskFuture<?> first = pool.submit(() -> {
            running.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        Runnable executed = () -> {};
        TaskFuture<String> second = pool.submit(() -> "never");
        pool.execute(executed);
        Waiting.await(running);
        List<Runnable> never = pool.shutdownNow();
        assertEquals(2, never.size());
        assertSame(executed, never.get(1));
        assertTrue(second.isCancelled());
        assertThrows(CancellationException.class, second::join);
        ExecutionException failed = assertThrows(ExecutionException.class, first::get);
        assertInstanceOf(InterruptedException.class, failed.getCause());
        pool.close();
    }

    @Test
    void shutdownAndCancelPendingLetsTheRunningOneFinish() {
        ThreadPool pool = pool(1).build();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<String> first = pool.submit(() -> {
            running.countDown();
            Waiting.await(go);
            return "finished";
        });
        TaskFuture<?> second = pool.submit(() -> {});
        Waiting.await(running);
        pool.shutdownAndCancelPending();
        assertTrue(second.isCancelled());
        go.countDown();
        assertEquals("finished", first.join());
        pool.close();
    }

    @Test
    void anInitializerThatThrowsInTheFirstWorkerFailsAllThatPends() {
        IllegalStateException broken = new IllegalStateException("no driver");
        CountDownLatch go = new CountDownLatch(1);
        ThreadPool pool = pool(1).initializer(() -> {
                    Waiting.await(go);
                    throw broken;
                })
                .build();
        TaskFuture<?> cancelled = pool.submit(() -> {});
        TaskFuture<?> pending = pool.submit(() -> {});
        // CPython's clean-up stumbles over an item that its user has cancelled.
        cancelled.cancelIfPending();
        go.countDown();
        BrokenPoolException failure = assertThrows(BrokenPoolException.class, pending::join);
        assertSame(broken, failure.getCause());
        assertThrows(BrokenPoolException.class, () -> pool.submit(() -> {}));
        assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
        pool.close();
        assertTrue(cancelled.isCancelled());
    }

    @Test
    void anInitializerThatThrowsInALaterWorkerLeavesWhatRunsToFinish() {
        AtomicInteger workers = new AtomicInteger();
        ThreadPool pool = pool(2).initializer(() -> {
                    if (workers.incrementAndGet() == 2) {
                        throw new AssertionError("second");
                    }
                })
                .build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<String> running = pool.submit(() -> {
            Waiting.await(go);
            return "finished";
        });
        Waiting.until(running::isRunning);
        TaskFuture<?> pending = pool.submit(() -> {});
        assertThrows(BrokenPoolException.class, pending::join);
        go.countDown();
        assertEquals("finished", running.join());
        pool.close();
    }

    @Test
    void anInitializerIsInterruptedByShutdownNow() {
        CountDownLatch begun = new CountDownLatch(1);
        ThreadPool pool = pool(1).initializer(() -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .build();
        TaskFuture<?> pending = pool.submit(() -> {});
        Waiting.await(begun);
        pool.shutdownNow();
        assertTrue(pending.isCancelled());
        pool.close();
    }

    @Test
    void aThreadThatCannotBeStartedFailsTheSubmitIfThereIsNoOther() {
        ThreadPool pool = pool(2).build();
        OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread");
        backend.failNextStart(noThread);
        RejectedExecutionException refused =
                assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> "never"));
        assertSame(noThread, refused.getCause());
        assertEquals("later", pool.submit(() -> "later").join());
        pool.close();
    }

    @Test
    void aThreadThatCannotBeStartedLeavesTheTaskToTheOthers() {
        ThreadPool pool = pool(2).build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> first = pool.submit(() -> Waiting.await(go));
        Waiting.until(first::isRunning);
        backend.failNextStart(new OutOfMemoryError("unable to create native thread"));
        TaskFuture<String> second = pool.submit(() -> "waits for the first worker");
        assertTrue(second.isPending());
        go.countDown();
        assertEquals("waits for the first worker", second.join());
        pool.close();
    }

    @Test
    void aTaskDoesNotWaitForAThreadThatIsBeingMadeWhileAWorkerIsIdle() throws Exception {
        assertNoTaskWaitsForAThreadThatIsBeingMade(pool(2));
    }

    @Test
    void norDoesATaskOfABoundedPool() throws Exception {
        assertNoTaskWaitsForAThreadThatIsBeingMade(pool(2).boundedQueue(1, WhenFull.REJECT));
    }

    private void assertNoTaskWaitsForAThreadThatIsBeingMade(ThreadPool.Builder builder) throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger threads = new AtomicInteger();
        ThreadPool pool = builder.threadFactory(worker -> {
                    if (threads.incrementAndGet() == 2) {
                        making.countDown();
                        Waiting.await(go);
                        return null;
                    }
                    return new Thread(worker);
                })
                .build();
        CountDownLatch end = new CountDownLatch(1);
        TaskFuture<?> first = pool.submit(() -> Waiting.await(end));
        Waiting.until(first::isRunning);
        Thread submitter = new Thread(() -> pool.submit(() -> "second").join());
        submitter.start();
        Waiting.await(making);
        // The first worker is done with both tasks and parks, while the other's thread is still being made.
        end.countDown();
        backend.awaitSleepers(1);
        assertEquals("third", pool.submit(() -> "third").join());
        backend.awaitSleepers(1);
        go.countDown();
        submitter.join();
        pool.close();
    }

    @Test
    void aStartThatFailsWhileOthersWaitForTheSameWorkerFailsThemAll() {
        List<TaskFuture<?>> futures = new CopyOnWriteArrayList<>();
        ThreadPool[] own = new ThreadPool[1];
        ThreadPool pool = pool(1).threadFactory(worker -> {
                    // While the only thread is being made, others come: they rely on it.
                    futures.add(own[0].submit(() -> "one"));
                    futures.add(own[0].submit(() -> "two"));
                    return null;
                })
                .build();
        own[0] = pool;
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> "zero"));
        assertEquals(2, futures.size());
        for (TaskFuture<?> future : futures) {
            assertThrows(RejectedExecutionException.class, future::join);
        }
        pool.close();
        assertTrue(pool.isTerminated());
    }

    @Test
    void aThreadFactoryThatReturnsNullOrThrowsFailsTheSubmitAndThePoolStillTerminates() {
        AtomicInteger calls = new AtomicInteger();
        ThreadPool pool = pool(1).threadFactory(worker -> {
                    if (calls.incrementAndGet() == 1) {
                        return null;
                    }
                    throw new IllegalStateException("no thread");
                })
                .build();
        assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
        RejectedExecutionException refused =
                assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
        assertInstanceOf(IllegalStateException.class, refused.getCause());
        pool.shutdown();
        assertTrue(pool.isTerminated());
    }

    @Test
    void aFailedStartRefusesThoseWhoWaitForRoomToo() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ThreadPool pool = pool(1).boundedQueue(0, WhenFull.BLOCK)
                .threadFactory(worker -> {
                    making.countDown();
                    Waiting.await(go);
                    return null;
                })
                .build();
        TaskPromise<Throwable> first = new TaskPromise<>();
        Thread submitter = new Thread(
                () -> first.succeed(assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}))));
        submitter.start();
        Waiting.await(making);
        TaskFuture<?> waiting = pool.submitWhenRoom(() -> null);
        assertTrue(waiting.isPending());
        go.countDown();
        assertThrows(RejectedExecutionException.class, waiting::join);
        submitter.join();
        assertTrue(first.future().isDone());
        pool.close();
    }

    @Test
    void aTaskThatThrowsAnErrorFailsAndTheWorkerLivesOn() throws Exception {
        ThreadPool pool = pool(1).build();
        AssertionError error = new AssertionError("boom");
        TaskFuture<?> failing = pool.submit(() -> {
            throw error;
        });
        assertSame(error, assertThrows(ExecutionException.class, failing::get).getCause());
        assertSame(error, assertThrows(AssertionError.class, failing::join));
        assertEquals("next", pool.submit(() -> "next").get());
        assertEquals(1, backend.started());
        pool.close();
    }

    @Test
    void aTaskThatOverflowsTheStackFailsAlsoWhenThatIsTheFirstFailureOfAll() {
        ThreadPool pool = pool(1).build();
        TaskFuture<Integer> deep = pool.submit(() -> nest(pool, 1_000_000));
        Throwable failure = assertThrows(Throwable.class, deep::get);
        for (int i = 0; i < 1_000_000 && failure.getCause() != null; i++) {
            failure = failure.getCause();
        }
        assertInstanceOf(StackOverflowError.class, failure);
        assertEquals("next", pool.submit(() -> "next").join());
        pool.close();
    }

    private static int nest(ThreadPool pool, int depth) throws Exception {
        return depth == 0 ? 0 : 1 + pool.submit(() -> nest(pool, depth - 1)).get();
    }

    @Test
    void whatExecuteThrowsGoesToTheUncaughtExceptionHandler() {
        TaskPromise<Throwable> seen = new TaskPromise<>();
        ThreadPool pool = pool(1).threadFactory(worker -> {
                    Thread thread = new Thread(worker, "handled");
                    thread.setUncaughtExceptionHandler((t, thrown) -> seen.succeed(thrown));
                    return thread;
                })
                .build();
        AssertionError error = new AssertionError("boom");
        pool.execute(() -> {
            throw error;
        });
        assertSame(error, seen.future().join());
        assertEquals("next", pool.submit(() -> "next").join());
        assertEquals(1, backend.started());
        pool.close();
    }

    @Test
    void aCallbackThatThrowsAnErrorStopsNeitherTheOthersNorTheWorker() {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        ThreadPool pool = pool(1).threadFactory(worker -> {
                    Thread thread = new Thread(worker, "handled");
                    thread.setUncaughtExceptionHandler((t, thrown) -> {
                        uncaught.add(thrown);
                        throw new IllegalStateException("the handler fails as well");
                    });
                    return thread;
                })
                .build();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
        AssertionError error = new AssertionError("boom");
        task.onDone(f -> {
            throw error;
        });
        task.onDone(f -> second.countDown());
        go.countDown();
        Waiting.await(second);
        assertEquals("next", pool.submit(() -> "next").join());
        assertEquals(List.of(error), uncaught);
        assertEquals(1, backend.started());
        pool.close();
    }

    @Test
    void aBlockedSubmitterIsRefusedWhenThePoolIsShutDown() throws Exception {
        ThreadPool pool = pool(1).boundedQueue(0, WhenFull.BLOCK).build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> running = pool.submit(() -> Waiting.await(go));
        TaskPromise<Throwable> outcome = new TaskPromise<>();
        Thread submitter = new Thread(
                () -> outcome.succeed(assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}))));
        submitter.start();
        Waiting.untilBlocked(submitter);
        TaskFuture<?> inLine = pool.submitWhenRoom(() -> null);
        pool.shutdown();
        assertTrue(outcome.future().join().getMessage().contains("p takes no new tasks: shut down"));
        assertThrows(RejectedExecutionException.class, inLine::join);
        go.countDown();
        running.join();
        submitter.join();
        pool.close();
    }

    @Test
    void aTimeLimitEndsATaskOfAWorkerThatNeverReturns() {
        ThreadPool pool = pool(1).build();
        TaskPromise<Thread> worker = new TaskPromise<>();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> stuck = pool.submit(
                () -> {
                    worker.succeed(Thread.currentThread());
                    awaitIgnoringInterrupts(go);
                    return null;
                },
                TaskOptions.named("stuck").withTimeout(Duration.ofSeconds(2)));
        TaskFuture<?> queued =
                pool.submit(() -> "never", TaskOptions.named("queued").withTimeout(Duration.ofSeconds(1)));
        // It is the stack of the wait that the exception is to show, not of the way there.
        Waiting.untilBlocked(worker.future().join());
        backend.advance(Duration.ofSeconds(1));
        TaskTimeoutException inQueue = assertThrows(TaskTimeoutException.class, queued::join);
        assertEquals(TaskTimeoutException.Phase.QUEUED, inQueue.phase());
        assertTrue(queued.hasExited());
        backend.advance(Duration.ofSeconds(1));
        TaskTimeoutException inCode = assertThrows(TaskTimeoutException.class, stuck::join);
        assertEquals(TaskTimeoutException.Phase.RUNNING, inCode.phase());
        assertTrue(List.of(inCode.getStackTrace()).toString().contains("awaitIgnoringInterrupts"));
        assertEquals(false, stuck.hasExited());
        go.countDown();
        Waiting.until(stuck::hasExited);
        pool.close();
    }

    @Test
    void anAlarmIsDisarmedWhenItsTaskEnds() {
        ThreadPool pool = pool(1).build();
        TaskOptions limited = TaskOptions.timeout(Duration.ofHours(1));
        pool.submit(() -> "quick", limited).join();
        Waiting.until(() -> backend.armed() == 0);
        CountDownLatch go = new CountDownLatch(1);
        pool.submit(() -> Waiting.await(go));
        pool.submit(() -> "cancelled", limited).cancel(true);
        assertEquals(0, backend.armed());
        go.countDown();
        pool.close();
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> "refused", limited));
        assertEquals(0, backend.armed());
    }

    static void awaitIgnoringInterrupts(CountDownLatch go) {
        boolean done = false;
        while (!done) {
            try {
                go.await();
                done = true;
            } catch (InterruptedException ignored) {
                // The code under test is one that does not react.
            }
        }
    }

    @Test
    void cancelEndsATaskInEachState() {
        ThreadPool pool = pool(1).build();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> events = new ArrayList<>();
        TaskFuture<?> first = pool.submit(() -> {
            running.countDown();
            awaitIgnoringInterrupts(go);
            return "late";
        });
        TaskFuture<?> pending = pool.submit(() -> events.add("ran"));
        Waiting.await(running);
        assertTrue(pending.cancel(true));
        assertTrue(pending.hasExited());
        assertTrue(first.cancel(true));
        assertTrue(first.isCancelled());
        assertEquals(false, first.hasExited());
        assertEquals(false, first.cancel(true));
        assertThrows(TaskCancelledException.class, first::join);
        go.countDown();
        Waiting.until(first::hasExited);
        assertEquals(TaskStatus.CANCELLED, first.status());
        TaskFuture<String> done = pool.submit(() -> "done");
        assertEquals("done", done.join());
        assertEquals(false, done.cancel(true));
        assertEquals(List.of(), events);
        pool.close();
    }

    @Test
    void cancelWhileRunningFreesTheWorkerOnlyWhenTheCodeReturns() {
        ThreadPool pool = pool(1).build();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> events = new CopyOnWriteArrayList<>();
        TaskFuture<?> first = pool.submit(
                () -> {
                    running.countDown();
                    awaitIgnoringInterrupts(go);
                    return "late";
                },
                TaskOptions.named("first").withOnLateOutcome((value, thrown) -> events.add("late " + value)));
        first.onDone(f -> events.add("done"));
        first.onExit(() -> events.add("exit"));
        Waiting.await(running);
        TaskFuture<?> second = pool.submit(() -> events.add("second"));
        first.cancel(false);
        assertEquals(List.of("done"), events);
        assertTrue(second.isPending());
        go.countDown();
        second.join();
        assertEquals(List.of("done", "late late", "exit", "second"), events);
        pool.close();
    }

    /** What is drained may be timing out at that very moment: its code is no longer there, and its state not yet changed. */
    @Test
    void aTaskThatTimesOutWhileItIsDrainedDoesNotStopTheShutdown() throws Exception {
        TaskHome home = new TaskPromise<>("home").future().home();
        AtomicReference<TaskFuture<?>> next = new AtomicReference<>();
        Aside<?> timer = Aside.run(() -> {
            for (int round = 0; round < 200_000; round++) {
                TaskFuture<?> task = next.get();
                for (int looks = 1; task == null; looks++) {
                    yieldAtTimes(looks);
                    task = next.get();
                }
                task.failPending(new IllegalStateException("time is over"));
                task.exceptionNow();
                next.set(null);
            }
        });
        for (int round = 0; round < 200_000; round++) {
            TaskFuture<?> task = TaskFuture.of(home, () -> "never");
            next.set(task);
            for (int looks = 1; next.get() != null; looks++) {
                yieldAtTimes(looks);
                task.asDropped();
            }
        }
        timer.value();
    }

    /** Two threads that spin for each other want a processor each; on a busy machine there may be one for both. */
    private static void yieldAtTimes(int looks) {
        if (looks % 1_000 == 0) {
            Thread.yield();
        }
    }

    @Test
    void aStartThatFailsWithWhatCannotTellFailsTheSubmitAndLeavesNoWorkerOnTheBooks() {
        ThreadPool pool = pool(1).build();
        Mute mute = new Mute();
        backend.failNextStart(mute);
        RejectedExecutionException refused =
                assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> "never"));
        assertSame(mute, refused.getCause());
        assertTrue(refused.getMessage().contains(Mute.class.getName()));
        assertEquals("later", pool.submit(() -> "later").join());
        pool.close();
    }

    @Test
    void anInitializerThatThrowsWhatCannotTellFailsAllThatPends() {
        CountDownLatch go = new CountDownLatch(1);
        Mute mute = new Mute();
        ThreadPool pool = pool(1).initializer(() -> {
                    Waiting.await(go);
                    throw mute;
                })
                .build();
        TaskFuture<?> first = pool.submit(() -> {});
        TaskFuture<?> second = pool.submit(() -> {});
        go.countDown();
        assertSame(mute, assertThrows(BrokenPoolException.class, first::join).getCause());
        assertThrows(BrokenPoolException.class, second::join);
        assertThrows(BrokenPoolException.class, () -> pool.submit(() -> {}));
        assertTrue(pool.toString().contains(Mute.class.getName()));
        pool.close();
    }

    @Test
    void whatATaskThrewIsTheCauseThoughItCannotTell() {
        ThreadPool pool = pool(1).build();
        Mute mute = new Mute();
        TaskFuture<?> failed = pool.submit(() -> {
            throw mute;
        });
        assertSame(mute, assertThrows(ExecutionException.class, failed::get).getCause());
        pool.close();
    }

    @Test
    void aSubmitThatOverflowsTheStackLeavesThePoolInOrder() throws Exception {
        List<ThreadPool> pools = new ArrayList<>();
        List<TaskExecutorService> executors = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            ThreadPool.Builder builder = ThreadPool.builder().maxWorkers(1);
            ThreadPool pool =
                    i % 3 == 0 ? builder.boundedQueue(9, WhenFull.BLOCK).build() : builder.build();
            pools.add(pool);
            executors.add(i % 3 == 1 ? pool.limited(1) : pool);
        }
        List<TaskFuture<Integer>> accepted = new CopyOnWriteArrayList<>();
        EndOfStack.callAtEachOfTheLast(
                FRAMES, i -> accepted.add(executors.get(i).submit(() -> i)));
        for (TaskFuture<Integer> task : accepted) {
            task.get(Duration.ofSeconds(10));
        }
        for (TaskExecutorService executor : executors) {
            assertEquals("next", executor.submit(() -> "next").get(Duration.ofSeconds(10)));
        }
        pools.forEach(ThreadPool::close);
    }

    @Test
    void aCancelThatOverflowsTheStackLeavesThePoolInOrder() throws Exception {
        ThreadPool pool = ThreadPool.of(FRAMES);
        CountDownLatch running = new CountDownLatch(FRAMES);
        CountDownLatch told = new CountDownLatch(2 * FRAMES);
        List<TaskFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 2 * FRAMES; i++) {
            TaskFuture<?> task = pool.submit(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return null;
            });
            task.onDone(f -> told.countDown());
            all.add(task);
        }
        Waiting.await(running);
        EndOfStack.callAtEachOfTheLast(FRAMES, i -> all.get(FRAMES + i).cancel(true));
        EndOfStack.callAtEachOfTheLast(FRAMES, i -> all.get(i).cancel(true));
        all.forEach(task -> task.cancel(true));
        Waiting.await(told);
        for (TaskFuture<?> task : all) {
            assertTrue(task.awaitExit(Duration.ofSeconds(10)));
        }
        assertEquals("next", pool.submit(() -> "next").get(Duration.ofSeconds(10)));
        pool.close();
    }

    @Test
    void aShutdownNowThatOverflowsTheStackLosesNoPendingTask() throws Exception {
        List<ThreadPool> pools = new ArrayList<>();
        List<TaskFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            ThreadPool pool = ThreadPool.of(1);
            pools.add(pool);
            CountDownLatch running = new CountDownLatch(1);
            all.add(pool.submit(() -> {
                running.countDown();
                return new CountDownLatch(1).await(1, TimeUnit.DAYS);
            }));
            Waiting.await(running);
            all.add(pool.submit(() -> {}));
            all.add(pool.limited(1).submit(() -> {}));
            all.get(all.size() - 1).onDone(f -> {});
        }
        EndOfStack.callAtEachOfTheLast(FRAMES, i -> pools.get(i).shutdownNow());
        for (ThreadPool pool : pools) {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS), pool::toString);
        }
        assertEquals(List.of(), all.stream().filter(task -> !task.isDone()).toList());
    }

    @Test
    void aStartThatFailsWhereTheStackEndsLeavesThePoolInOrder() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        List<ThreadPool> pools = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            ThreadPool.Builder builder = ThreadPool.builder().maxWorkers(1).threadFactory(worker -> {
                if (fails.get()) {
                    throw new IllegalStateException("no thread");
                }
                return new Thread(worker);
            });
            pools.add(
                    i % 2 == 0
                            ? builder.build()
                            : builder.boundedQueue(1, WhenFull.REJECT).build());
        }
        EndOfStack.callAtEachOfTheLast(FRAMES, i -> {
            try {
                pools.get(i).submit(() -> {}).onDone(f -> {});
            } catch (RejectedExecutionException noWorker) {
                // As it should be.
            }
        });
        fails.set(false);
        for (ThreadPool pool : pools) {
            assertEquals("next", pool.submit(() -> "next").get(Duration.ofSeconds(10)));
            assertTrue(pool.close(Duration.ofSeconds(10)).isTerminated(), pool::toString);
        }
    }
}
