// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Promise 3: an interrupt meant for one task is never seen by another, nor by the pool's own waits. */
class InterruptTest {
    @Test
    @Tag("one-processor")
    void anInterruptThatRacesWithTheEndOfItsTaskNeverReachesTheNext() {
        AtomicInteger stray = new AtomicInteger();
        AtomicInteger delivered = new AtomicInteger();
        try (ThreadPool pool = ThreadPool.of(1)) {
            for (int round = 0; round < 100_000; round++) {
                int spins = round % 64;
                CountDownLatch running = new CountDownLatch(1);
                TaskFuture<?> first = pool.submit(() -> {
                    running.countDown();
                    for (int i = 0; i < spins; i++) {
                        if (Thread.currentThread().isInterrupted()) {
                            delivered.incrementAndGet();
                            return;
                        }
                    }
                });
                TaskFuture<?> second = pool.submit(() -> {
                    if (Thread.currentThread().isInterrupted()) {
                        stray.incrementAndGet();
                    }
                });
                if (round % 2 == 0) {
                    Waiting.await(running);
                }
                first.cancel(true);
                second.join();
                assertEquals(0, stray.get(), "round " + round);
            }
        }
    }

    @Test
    void theInterruptIsThereWhenCancelReturns() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            for (int round = 0; round < 1_000; round++) {
                CountDownLatch running = new CountDownLatch(1);
                AtomicBoolean cancelled = new AtomicBoolean();
                AtomicBoolean interrupted = new AtomicBoolean();
                TaskFuture<?> task = pool.submit(() -> {
                    running.countDown();
                    Waiting.until(cancelled::get);
                    interrupted.set(Thread.currentThread().isInterrupted());
                });
                Waiting.await(running);
                assertTrue(task.cancel(true));
                cancelled.set(true);
                Waiting.until(task::hasExited);
                assertTrue(interrupted.get());
            }
        }
    }

    @Test
    void aTaskCanTellAnInterruptOfItsExecutorFromOneOfItsOwn() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskFuture<Boolean> own = pool.submit(() -> {
                Thread.currentThread().interrupt();
                return TaskFuture.current().wasInterrupted();
            });
            assertFalse(own.join());
            CountDownLatch running = new CountDownLatch(1);
            TaskPromise<Boolean> seen = new TaskPromise<>();
            TaskFuture<?> cancelled = pool.submit(() -> {
                running.countDown();
                Waiting.until(() -> Thread.currentThread().isInterrupted());
                seen.succeed(TaskFuture.current().wasInterrupted());
            });
            Waiting.await(running);
            cancelled.cancel(true);
            assertTrue(seen.future().join());
        }
    }

    @Test
    void cancelWithoutInterruptNeverInterrupts() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            AtomicBoolean interrupted = new AtomicBoolean(true);
            TaskFuture<?> task = pool.submit(() -> {
                running.countDown();
                // An interrupt ends this wait with an error.
                Waiting.await(go);
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            Waiting.await(running);
            task.cancel(false);
            go.countDown();
            Waiting.until(task::hasExited);
            assertFalse(interrupted.get());
        }
    }

    @Test
    void aFlagThatATaskLeavesBehindIsCleared() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            pool.submit(() -> Thread.currentThread().interrupt()).join();
            assertFalse(
                    pool.submit(() -> Thread.currentThread().isInterrupted()).join());
            pool.execute(() -> Thread.currentThread().interrupt());
            assertFalse(
                    pool.submit(() -> Thread.currentThread().isInterrupted()).join());
        }
    }

    @Test
    void aFlagThatACallbackLeavesBehindIsCleared() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            CountDownLatch go = new CountDownLatch(1);
            TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
            task.onDone(f -> Thread.currentThread().interrupt());
            go.countDown();
            assertFalse(
                    pool.submit(() -> Thread.currentThread().isInterrupted()).join());
        }
    }

    @Test
    void aFlagThatACallbackLeavesBehindIsNotSeenByATaskThatWaitsAlready() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            CountDownLatch go = new CountDownLatch(1);
            TaskFuture<?> first = pool.submit(() -> Waiting.await(go));
            first.onDone(f -> Thread.currentThread().interrupt());
            TaskFuture<Boolean> next = pool.submit(() -> Thread.currentThread().isInterrupted());
            go.countDown();
            assertFalse(next.join());
        }
    }

    @Test
    void callbacksRunWithTheFlagClearAlsoAfterACancel() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            CountDownLatch running = new CountDownLatch(1);
            AtomicReference<Boolean> flag = new AtomicReference<>();
            TaskFuture<?> task = pool.submit(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return null;
            });
            CountDownLatch exited = new CountDownLatch(1);
            task.onExit(() -> {
                flag.set(Thread.currentThread().isInterrupted());
                exited.countDown();
            });
            Waiting.await(running);
            task.cancel(true);
            Waiting.await(exited);
            assertEquals(false, flag.get());
        }
    }

    @Test
    void anIdleWorkerThatIsInterruptedFromOutsideIsNotDisturbed() {
        FakeBackend backend = new FakeBackend();
        ThreadPool pool = ThreadPool.builder().maxWorkers(1).backend(backend).build();
        Thread worker = pool.submit(Thread::currentThread).join();
        Waiting.untilBlocked(worker);
        worker.interrupt();
        // With the flag set it could not park.
        Waiting.until(() -> !worker.isInterrupted());
        Waiting.untilBlocked(worker);
        assertFalse(pool.submit(() -> Thread.currentThread().isInterrupted()).join());
        assertEquals(1, backend.started());
        pool.close();
    }

    @Test
    void whileAnotherTaskRunsOnTopAnInterruptIsHeldUntilItEnds() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            CountDownLatch inner = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            AtomicBoolean innerSaw = new AtomicBoolean();
            AtomicBoolean outerSaw = new AtomicBoolean();
            TaskFuture<?> outer = pool.submit(() -> {
                pool.submit(() -> {
                            inner.countDown();
                            Waiting.await(go);
                            innerSaw.set(Thread.currentThread().isInterrupted());
                        })
                        .join();
                outerSaw.set(Thread.currentThread().isInterrupted());
            });
            Waiting.await(inner);
            assertTrue(outer.cancel(true));
            go.countDown();
            Waiting.until(outer::hasExited);
            assertFalse(innerSaw.get());
            assertTrue(outerSaw.get());
        }
    }

    @Test
    void anInterruptForTheTaskOnTopDoesNotReachTheOneBeneath() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            AtomicReference<TaskFuture<?>> inner = new AtomicReference<>();
            CountDownLatch running = new CountDownLatch(1);
            TaskFuture<Boolean> outer = pool.submit(() -> {
                inner.set(pool.submit(() -> {
                    running.countDown();
                    new CountDownLatch(1).await();
                    return null;
                }));
                assertThrows(CancellationException.class, () -> inner.get().join());
                return Thread.currentThread().isInterrupted();
            });
            Waiting.await(running);
            inner.get().cancel(true);
            assertFalse(outer.join());
        }
    }

    @Test
    void theFlagOfATaskIsThereAgainAfterAnotherRanOnTop() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            AtomicBoolean innerSaw = new AtomicBoolean();
            TaskFuture<Boolean> outer = pool.submit(() -> {
                Thread.currentThread().interrupt();
                pool.submit(() -> innerSaw.set(Thread.currentThread().isInterrupted()))
                        .join();
                return Thread.currentThread().isInterrupted();
            });
            assertTrue(outer.join());
            assertFalse(innerSaw.get());
        }
    }

    @Test
    void aTaskRunInItsCallerNeitherSeesNorDropsTheCallersFlag() {
        ThreadPool pool = fullPoolThatRunsInTheCaller();
        Thread.currentThread().interrupt();
        TaskFuture<Boolean> inCaller = pool.submit(() -> Thread.currentThread().isInterrupted());
        assertTrue(Thread.interrupted());
        assertFalse(inCaller.join());
        letGo(pool);
    }

    @Test
    void aCallersOwnInterruptThatComesWhileATaskRunsInItIsKept() {
        ThreadPool pool = fullPoolThatRunsInTheCaller();
        Thread caller = Thread.currentThread();
        pool.submit(caller::interrupt);
        assertTrue(Thread.interrupted());
        letGo(pool);
    }

    @Test
    void anInterruptForATaskThatRunsInItsCallerDoesNotStayWithTheCaller() throws Exception {
        ThreadPool pool = fullPoolThatRunsInTheCaller();
        AtomicReference<TaskFuture<?>> inCaller = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        Thread canceller = new Thread(() -> {
            Waiting.await(running);
            inCaller.get().cancel(true);
        });
        canceller.start();
        pool.submit(() -> {
            inCaller.set(TaskFuture.current());
            running.countDown();
            Waiting.until(() -> Thread.currentThread().isInterrupted());
        });
        assertFalse(Thread.interrupted());
        canceller.join();
        letGo(pool);
    }

    private final CountDownLatch workerMayEnd = new CountDownLatch(1);

    private ThreadPool fullPoolThatRunsInTheCaller() {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                .build();
        pool.submit(() -> Waiting.await(workerMayEnd));
        return pool;
    }

    private void letGo(ThreadPool pool) {
        workerMayEnd.countDown();
        pool.close();
    }

    @Test
    void aSecondInterruptIsDeliveredThoughTheFirstInterrupterHasNotComeBack() {
        CountDownLatch firstIsIn = new CountDownLatch(1);
        CountDownLatch firstMayReturn = new CountDownLatch(1);
        AtomicInteger interrupts = new AtomicInteger();
        class SlowToInterrupt extends Thread {
            SlowToInterrupt(Runnable worker) {
                super(worker);
            }

            @Override
            public void interrupt() {
                super.interrupt();
                if (interrupts.incrementAndGet() == 1) {
                    // As the close of a channel may.
                    firstIsIn.countDown();
                    Waiting.await(firstMayReturn);
                }
            }
        }
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .threadFactory(SlowToInterrupt::new)
                .build();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch seenFirst = new CountDownLatch(1);
        TaskFuture<?> task = pool.submit(() -> {
            running.countDown();
            while (!TaskFuture.current().isCancelled()) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    seenFirst.countDown();
                }
            }
        });
        Waiting.await(running);
        Thread stopper = new Thread(pool::shutdownNow);
        stopper.start();
        Waiting.await(firstIsIn);
        Waiting.await(seenFirst);
        assertTrue(task.cancel(true));
        firstMayReturn.countDown();
        Waiting.until(task::hasExited);
        pool.close();
    }

    @Test
    void anInterruptThatThrowsKeepsNobodyWaiting() {
        class Refusing extends Thread {
            Refusing(Runnable worker) {
                super(worker);
            }

            @Override
            public void interrupt() {
                throw new SecurityException("no interrupts here");
            }
        }
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger callbacks = new AtomicInteger();
        ThreadPool pool =
                ThreadPool.builder().maxWorkers(1).threadFactory(Refusing::new).build();
        TaskFuture<?> task = pool.submit(() -> {
            running.countDown();
            Waiting.await(go);
        });
        TaskFuture<?> pending = pool.submit(() -> {});
        task.onDone(f -> callbacks.incrementAndGet());
        Waiting.await(running);
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        AtomicReference<Throwable> told = new AtomicReference<>();
        Thread.currentThread().setUncaughtExceptionHandler((t, thrown) -> told.set(thrown));
        try {
            assertTrue(task.cancel(true));
            pool.shutdownNow();
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(before);
        }
        assertInstanceOf(SecurityException.class, told.get());
        assertEquals(1, callbacks.get());
        assertTrue(pending.isCancelled());
        go.countDown();
        pool.close();
    }

    @Test
    void aFlagThatOneCallbackLeavesBehindIsNotSeenByTheNext() {
        TaskPromise<Integer> promise = new TaskPromise<>();
        AtomicBoolean seen = new AtomicBoolean();
        promise.future().onDone(f -> Thread.currentThread().interrupt());
        promise.future().onDone(f -> seen.set(Thread.currentThread().isInterrupted()));
        promise.succeed(1);
        assertFalse(seen.get());
        assertTrue(Thread.interrupted());
    }

    @Test
    void shutdownNowReachesATaskThatRunsOnTopOfAnotherPoolsOnItsWorker() {
        ThreadPool mine = ThreadPool.of(1);
        ThreadPool other = fullPoolThatRunsInTheCaller();
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        mine.submit(() -> other.submit(() -> mine.submit(() -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                    }
                })
                .join()));
        Waiting.await(running);
        mine.shutdownNow();
        mine.close();
        assertTrue(interrupted.get());
        letGo(other);
    }

    @Test
    void shutdownNowInterruptsATaskThatRunsInItsCaller() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                .build();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        pool.submit(() -> EveryTaskEndsTest.awaitIgnoringInterrupts(go));
        TaskPromise<TaskFuture<?>> inCaller = new TaskPromise<>();
        Thread caller = new Thread(() -> inCaller.succeed(pool.submit(() -> {
            running.countDown();
            new CountDownLatch(1).await();
            return null;
        })));
        caller.start();
        Waiting.await(running);
        pool.shutdownNow();
        ExecutionException failed =
                assertThrows(ExecutionException.class, inCaller.future().join()::get);
        assertInstanceOf(InterruptedException.class, failed.getCause());
        go.countDown();
        caller.join();
        pool.close();
    }

    @Test
    void shutdownNowInterruptsTheTaskOnTopAndTheOnesBeneath() {
        ThreadPool pool = ThreadPool.of(1);
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean beneath = new AtomicBoolean();
        TaskFuture<?> outer = pool.submit(() -> {
            TaskFuture<?> inner = pool.submit(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return null;
            });
            assertThrows(Exception.class, inner::join);
            beneath.set(Thread.currentThread().isInterrupted());
        });
        Waiting.await(running);
        pool.shutdownNow();
        outer.join();
        assertTrue(beneath.get());
        pool.close();
    }

    @Test
    void aSubmitterThatIsInterruptedWhileItWaitsForRoomIsRefusedAndKeepsTheFlag() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.BLOCK)
                .build();
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        pool.submit(() -> Waiting.await(go));
        AtomicReference<RejectedExecutionException> refused = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread submitter = new Thread(() -> {
            refused.set(assertThrows(RejectedExecutionException.class, () -> pool.submit(runs::incrementAndGet)));
            flag.set(Thread.currentThread().isInterrupted());
        });
        submitter.start();
        Waiting.untilBlocked(submitter);
        submitter.interrupt();
        submitter.join();
        assertInstanceOf(InterruptedException.class, refused.get().getCause());
        assertTrue(flag.get());
        go.countDown();
        pool.close();
        assertEquals(0, runs.get());
    }

    /** One whose owner will not have it interrupted, not even by itself. */
    private static final class Refusing extends Thread {
        Refusing(Runnable code) {
            super(code);
            setUncaughtExceptionHandler((thread, thrown) -> {});
        }

        @Override
        public void interrupt() {
            throw new SecurityException("refused");
        }
    }

    @Test
    void aThreadThatRefusesTheInterruptOfATaskBeneathAnotherDisturbsNeither() throws Exception {
        ThreadPool pool =
                ThreadPool.builder().maxWorkers(1).threadFactory(Refusing::new).build();
        HeldTask held = HeldTask.stubborn();
        TaskPromise<Object> late = new TaskPromise<>();
        TaskFuture<?> outer = pool.submit(
                () -> pool.submit(held).join(),
                TaskOptions.named("outer")
                        .withOnLateOutcome((value, thrown) -> late.succeed(thrown == null ? value : thrown)));
        held.awaitBegun();
        outer.cancel(true);
        held.letGo();
        assertEquals("let go", late.future().join());
        assertEquals("next", pool.submit(() -> "next").join());
        pool.close();
    }

    @Test
    void aThreadThatRefusesItsInterruptInAStoppedPoolStillRunsItsTaskToTheEnd() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean died = new AtomicBoolean();
        AtomicBoolean initialized = new AtomicBoolean();
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .initializer(() -> initialized.set(true))
                .threadFactory(worker -> {
                    making.countDown();
                    Waiting.await(go);
                    return new Refusing(() -> {
                        died.set(true);
                        worker.run();
                        died.set(false);
                    });
                })
                .build();
        Aside<?> submitter = Aside.run(() -> pool.submit(() -> {}));
        Waiting.await(making);
        pool.shutdownNow();
        go.countDown();
        submitter.value();
        pool.close();
        assertTrue(initialized.get());
        assertFalse(died.get());
    }
}
