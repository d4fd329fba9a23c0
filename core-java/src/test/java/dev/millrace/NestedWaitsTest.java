// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks that wait for tasks of their own pool: they finish, or the cycle is named. */
class NestedWaitsTest {
    private ThreadPool pool = ThreadPool.builder().name("n").maxWorkers(1).build();

    @AfterEach
    void close() {
        pool.close();
    }

    private void workers(int workers) {
        pool.close();
        pool = ThreadPool.builder().name("n").maxWorkers(workers).build();
    }

    @Test
    void fibonacciBySubmitAndJoinFinishesOnAPoolOfAnySize() {
        for (int workers : new int[] {1, 2, 8}) {
            workers(workers);
            assertEquals(6_765, pool.submit(() -> fibonacci(20)).join());
        }
    }

    private int fibonacci(int n) {
        if (n < 2) {
            return n;
        }
        TaskFuture<Integer> one = pool.submit(() -> fibonacci(n - 1));
        TaskFuture<Integer> two = pool.submit(() -> fibonacci(n - 2));
        return one.join() + two.join();
    }

    @Test
    void aChainOfAThousandWaitsFitsIntoTheDefaultStack() {
        assertEquals(1_000, pool.submit(() -> chain(1_000)).join());
    }

    private int chain(int length) throws Exception {
        return length == 0 ? 0 : 1 + pool.submit(() -> chain(length - 1)).get();
    }

    @Test
    void aWaitForAPendingTaskRunsItOnTheWaitersThread() {
        assertTrue(pool.submit(() -> {
                    Thread me = Thread.currentThread();
                    return pool.submit(Thread::currentThread).get() == me;
                })
                .join());
    }

    @Test
    void aTaskSeesItselfAndThenTheOneBeneathAgain() {
        TaskFuture<Boolean> outer = pool.submit(
                () -> {
                    TaskFuture<?> me = TaskFuture.current();
                    TaskFuture<String> inner =
                            pool.submit(() -> TaskFuture.current().name(), TaskOptions.named("inner"));
                    return inner.join().equals("inner") && TaskFuture.current() == me;
                },
                TaskOptions.named("outer"));
        assertTrue(outer.join());
    }

    @Test
    void waitForAllAndInvokeAllRunWhatPends() {
        assertEquals(
                3,
                pool.submit(() -> {
                            List<TaskFuture<Integer>> three =
                                    List.of(pool.submit(() -> 1), pool.submit(() -> 1), pool.submit(() -> 1));
                            return TaskFutures.waitFor(three, ReturnWhen.ALL_COMPLETED)
                                    .done()
                                    .size();
                        })
                        .join());
        assertEquals(
                3,
                pool.submit(() -> {
                            Callable<Integer> one = () -> 1;
                            int sum = 0;
                            for (var future : pool.invokeAll(List.of(one, one, one))) {
                                sum += future.get();
                            }
                            return sum;
                        })
                        .join());
    }

    @Test
    void waitForAnyAndInvokeAnyAndAsCompletedRunWhatPendsIfAllPends() {
        Callable<Integer> one = () -> 1;
        assertEquals(1, pool.submit(() -> pool.invokeAny(List.of(one, one))).join());
        assertEquals(
                1,
                pool.submit(() -> TaskFutures.waitFor(
                                        List.of(pool.submit(one), pool.submit(one)), ReturnWhen.FIRST_COMPLETED)
                                .done()
                                .size())
                        .join());
        assertEquals(
                2,
                pool.submit(() -> TaskFutures.waitFor(
                                        List.of(pool.submit(one), pool.submit(one)), ReturnWhen.FIRST_EXCEPTION)
                                .done()
                                .size())
                        .join());
        assertEquals(
                3,
                pool.submit(() -> {
                            int sum = 0;
                            for (TaskFuture<Integer> future : TaskFutures.asCompleted(
                                    List.of(pool.submit(one), pool.submit(one), pool.submit(one)))) {
                                sum += future.join();
                            }
                            return sum;
                        })
                        .join());
    }

    @Test
    void aWaitThatComesInterruptedThrowsAndRunsNothing() {
        assertTrue(pool.submit(() -> {
                    TaskFuture<Integer> inner = pool.submit(() -> 1);
                    Thread.currentThread().interrupt();
                    assertThrows(InterruptedException.class, inner::get);
                    return inner.isPending();
                })
                .join());
    }

    @Test
    void aTimedWaitRunsNothingAndTimesOut() {
        assertTrue(pool.submit(() -> {
                    TaskFuture<Integer> inner = pool.submit(() -> 1);
                    assertThrows(TimeoutException.class, () -> inner.get(Duration.ofMillis(1)));
                    return inner.isPending();
                })
                .join());
    }

    @Test
    void aTaskRunOnTopCountsTowardsTheTasksOfItsWorker() {
        pool.close();
        pool = ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(2).build();
        Thread first = pool.submit(() -> {
                    pool.submit(() -> {}).join();
                    return Thread.currentThread();
                })
                .join();
        assertFalse(first == pool.submit(Thread::currentThread).join());
    }

    @Test
    void aTaskThatWaitsForItselfFailsAtOnce() {
        TaskFuture<?> self = pool.submit(() -> TaskFuture.current().get(), TaskOptions.named("narcissus"));
        ExecutionException failed = assertThrows(ExecutionException.class, self::get);
        PoolDeadlockException deadlock = assertInstanceOf(PoolDeadlockException.class, failed.getCause());
        assertEquals("this wait would never end: narcissus waits for narcissus (pool n)", deadlock.getMessage());
    }

    @Test
    void aTaskThatWaitsForTheOneBeneathFailsAtOnce() {
        TaskFuture<?> outer = pool.submit(
                () -> {
                    TaskFuture<?> me = TaskFuture.current();
                    return pool.submit(() -> me.get(), TaskOptions.named("inner"))
                            .get();
                },
                TaskOptions.named("outer"));
        Throwable cause =
                assertThrows(ExecutionException.class, outer::get).getCause().getCause();
        assertEquals(
                List.of("inner", "outer"),
                assertInstanceOf(PoolDeadlockException.class, cause).taskNames());
    }

    @Test
    void ofACycleOfWaitsExactlyOneFailsAndNamesTheTasks() throws Exception {
        workers(3);
        for (int round = 0; round < 2_000; round++) {
            AtomicReference<List<TaskFuture<Object>>> all = new AtomicReference<>();
            CyclicBarrier together = new CyclicBarrier(3);
            CountDownLatch known = new CountDownLatch(1);
            List<TaskFuture<Object>> cycle = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int next = (i + 1) % 3;
                cycle.add(pool.submit(
                        () -> {
                            Waiting.await(known);
                            together.await();
                            return all.get().get(next).get();
                        },
                        TaskOptions.named("task " + i)));
            }
            all.set(cycle);
            known.countDown();
            int deadlocks = 0;
            for (TaskFuture<Object> task : cycle) {
                Throwable cause =
                        assertThrows(ExecutionException.class, task::get).getCause();
                if (cause instanceof PoolDeadlockException) {
                    deadlocks++;
                    assertEquals(4, ((PoolDeadlockException) cause).taskNames().size(), cause.getMessage());
                }
            }
            assertEquals(1, deadlocks, "round " + round);
        }
    }

    @Test
    void aCycleThroughOneOfManyThatAreWaitedForIsFound() {
        workers(3);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicReference<TaskFuture<?>> first = new AtomicReference<>();
        AtomicReference<TaskFuture<?>> second = new AtomicReference<>();
        TaskFuture<?> slow = pool.submit(() -> Waiting.await(go));
        CountDownLatch known = new CountDownLatch(1);
        first.set(pool.submit(() -> {
            Waiting.await(known);
            waiting.countDown();
            return TaskFutures.waitFor(List.of(slow, second.get()), ReturnWhen.ALL_COMPLETED);
        }));
        second.set(pool.submit(() -> {
            Waiting.await(waiting);
            return first.get().get();
        }));
        known.countDown();
        // The slow one never ends by itself: the cycle is found behind it.
        TaskFuture<?> loser = TaskFutures.asCompleted(List.of(first.get(), second.get()))
                .iterator()
                .next();
        assertInstanceOf(PoolDeadlockException.class, loser.exceptionNow());
        go.countDown();
        slow.join();
    }

    @Test
    void twoWaitersOfOneTaskAreNoCycle() {
        workers(3);
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<Integer> shared = pool.submit(() -> {
            Waiting.await(go);
            return 1;
        });
        Waiting.until(shared::isRunning);
        TaskFuture<Integer> one = pool.submit(() -> shared.get());
        TaskFuture<Integer> two = pool.submit(() -> shared.get());
        Waiting.until(() -> one.isRunning() && two.isRunning());
        go.countDown();
        assertEquals(2, one.join() + two.join());
    }

    @Test
    void aWaitForACancelledTaskWhoseCodeRunsOnIsNoCycle() {
        workers(2);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> cancelled = pool.submit(() -> {
            running.countDown();
            EveryTaskEndsTest.awaitIgnoringInterrupts(go);
        });
        Waiting.await(running);
        cancelled.cancel(true);
        assertSame(
                TaskCancelledException.class,
                pool.submit(() -> {
                            try {
                                return cancelled.join();
                            } catch (TaskCancelledException e) {
                                return e.getClass();
                            }
                        })
                        .join());
        go.countDown();
    }

    @Test
    void closeAndItsLikeFromOnesOwnTaskAreRefused() {
        for (Callable<?> call : List.<Callable<?>>of(
                () -> {
                    pool.close();
                    return null;
                },
                () -> pool.close(Duration.ZERO),
                () -> pool.awaitTermination(1, java.util.concurrent.TimeUnit.DAYS),
                () -> pool.awaitQuiescence(Duration.ofDays(1)))) {
            ExecutionException failed = assertThrows(
                    ExecutionException.class, () -> pool.submit(call).get());
            assertInstanceOf(IllegalStateException.class, failed.getCause());
        }
        assertFalse(pool.isShutdown());
    }
}
