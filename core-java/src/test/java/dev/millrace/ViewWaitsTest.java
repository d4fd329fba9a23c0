// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tasks that wait for tasks of views: they finish on any pool, or the cycle is named. */
class ViewWaitsTest extends ContractFixture {
    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.of(maxWorkers);
    }

    private ThreadPool pool(int maxWorkers) {
        return open(ThreadPool.builder().name("n").maxWorkers(maxWorkers).build());
    }

    private static <T> T value(TaskFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    // ---- trees ----

    private static int fibonacci(int n, TaskExecutorService executor) {
        if (n < 2) {
            return n;
        }
        TaskFuture<Integer> one = executor.submit(() -> fibonacci(n - 1, executor));
        TaskFuture<Integer> two = executor.submit(() -> fibonacci(n - 2, executor));
        return one.join() + two.join();
    }

    @Test
    void treesOfWaitsInsideOneViewFinish() throws Exception {
        for (int workers : new int[] {1, 2, 3}) {
            for (int limit : new int[] {1, 2, 4}) {
                TaskExecutorService view = pool(workers).limited(limit);
                assertEquals(610, value(view.submit(() -> fibonacci(15, view))), workers + " workers, limit " + limit);
            }
        }
    }

    /** Nobody else could: its thread is the only one, and what stands before the map must run first. */
    @Test
    void anInterruptDoesNotKeepAJoinFromRunningTheMapItWaitsFor() throws Exception {
        TaskExecutorService lane = pool(1).limited(1);
        TaskFuture<Boolean> joined = lane.submit(() -> {
            for (int i = 0; i < 3; i++) {
                lane.execute(() -> {});
            }
            TaskFuture<List<Integer>> map = lane.mapAsync(List.of(1), i -> i);
            Thread.currentThread().interrupt();
            assertEquals(List.of(1), map.join());
            return Thread.interrupted();
        });
        assertTrue(value(joined));
    }

    /** The number of leaves of a tree whose every level waits for the next, which runs on the next of the executors. */
    private static int leaves(int level, List<TaskExecutorService> executors) throws Exception {
        if (level == executors.size()) {
            return 1;
        }
        List<Callable<Integer>> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(() -> leaves(level + 1, executors));
        }
        int sum = 0;
        for (var child : executors.get(level).invokeAll(children)) {
            sum += child.get();
        }
        return sum;
    }

    @Test
    void treesOfWaitsFromViewToViewFinish() throws Exception {
        for (int workers : new int[] {1, 2}) {
            for (int round = 0; round < 30; round++) {
                ThreadPool pool = pool(workers);
                List<TaskExecutorService> lanes =
                        List.of(pool, pool.limited(1), pool.limited(2), pool.limited(1), pool.limited(1));
                assertEquals(243, value(pool.submit(() -> leaves(0, lanes))));
            }
        }
    }

    @Test
    void treesOfWaitsFromAViewToTheViewsOfItFinish() throws Exception {
        for (int workers : new int[] {1, 2}) {
            for (int round = 0; round < 300; round++) {
                TaskExecutorService outer = pool(workers).limited(2);
                TaskExecutorService inner = outer.limited(1);
                List<TaskExecutorService> lanes = List.of(outer, inner, inner.limited(1));
                assertEquals(27, value(outer.submit(() -> leaves(0, lanes))));
            }
        }
    }

    @Test
    void aTaskOfThePoolWaitsForOneOfAViewAndTheReverse() throws Exception {
        for (int workers : new int[] {1, 2}) {
            ThreadPool pool = pool(workers);
            for (int limit : new int[] {1, 2}) {
                TaskExecutorService view = pool.limited(limit);
                for (int i = 0; i < 500; i++) {
                    assertEquals("view", value(pool.submit(() -> view.submit(() -> "view")
                            .get())));
                    assertEquals("pool", value(view.submit(() -> pool.submit(() -> "pool")
                            .join())));
                    assertEquals("both", value(pool.submit(() -> view.submit(
                                    () -> pool.submit(() -> "both").join())
                            .join())));
                }
            }
        }
    }

    @Test
    void aChainOfAThousandWaitsThroughAViewFitsIntoTheDefaultStack() throws Exception {
        TaskExecutorService lane = pool(1).limited(1);
        assertEquals(1_000, value(lane.submit(() -> chain(lane, 1_000))));
    }

    private static int chain(TaskExecutorService executor, int length) throws Exception {
        return length == 0
                ? 0
                : 1 + executor.submit(() -> chain(executor, length - 1)).get();
    }

    @Test
    void waitsForSeveralTasksOfAViewFinishOnOneWorker() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService lane = pool.limited(1);
        Callable<Integer> one = () -> 1;
        for (TaskExecutorService from : List.of(pool, lane, pool.limited(1))) {
            assertEquals(
                    2, value(from.submit(() -> lane.invokeAll(List.of(one, one)).size())));
            assertEquals(1, value(from.submit(() -> lane.invokeAny(List.of(one, one)))));
            for (ReturnWhen when : ReturnWhen.values()) {
                assertTrue(
                        value(from.submit(() -> TaskFutures.waitFor(List.of(lane.submit(one), lane.submit(one)), when)
                                        .done()
                                        .size()))
                                >= 1);
            }
            assertEquals(2, value(from.submit(() -> {
                int sum = 0;
                for (TaskFuture<Integer> next : TaskFutures.asCompleted(List.of(lane.submit(one), lane.submit(one)))) {
                    sum += next.join();
                }
                return sum;
            })));
        }
    }

    // ---- all workers wait, and a permit is given back by one that goes on waiting ----

    /** Two workers; each waits for a task of the lane, then the first waits for the second. */
    private void assertTheSecondRunsItsOwn(ThrowingFunction<TaskFuture<String>, String> wait) throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService lane = pool.limited(1);
        HeldTask inLane = polite();
        AtomicReference<Thread> second = new AtomicReference<>();
        AtomicReference<TaskFuture<String>> secondTask = new AtomicReference<>();
        CountDownLatch bothRun = new CountDownLatch(1);
        TaskFuture<String> first = pool.submit(() -> {
            Waiting.await(bothRun);
            lane.submit(inLane).join();
            return secondTask.get().join();
        });
        secondTask.set(pool.submit(() -> {
            bothRun.countDown();
            inLane.awaitBegun();
            TaskFuture<String> mine = lane.submit(() -> "second");
            second.set(Thread.currentThread());
            return wait.apply(mine);
        }));
        Waiting.until(() -> second.get() != null);
        Waiting.until(() -> second.get().getState() == Thread.State.WAITING);
        inLane.letGo();
        assertEquals("second", value(first));
    }

    @Test
    void aWaiterWhoseViewWasFullRunsItsTaskWhenAHelperGivesThePermitBack() throws Exception {
        assertTheSecondRunsItsOwn(TaskFuture::get);
        assertTheSecondRunsItsOwn(TaskFuture::join);
    }

    @Test
    void aWaiterForOneOfSeveralDoesSoToo() throws Exception {
        assertTheSecondRunsItsOwn(
                mine -> TaskFutures.asCompleted(List.of(mine)).iterator().next().join());
        assertTheSecondRunsItsOwn(mine -> {
            TaskFutures.waitFor(List.of(mine), ReturnWhen.FIRST_COMPLETED);
            return mine.resultNow();
        });
    }

    @Test
    void aWaiterForAllDoesSoToo() throws Exception {
        assertTheSecondRunsItsOwn(mine -> {
            TaskFutures.waitFor(List.of(mine, mine), ReturnWhen.ALL_COMPLETED);
            return mine.resultNow();
        });
    }

    @Test
    void aWaiterForAMapDoesSoToo() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService lane = pool.limited(1);
        HeldTask inLane = polite();
        AtomicReference<Thread> second = new AtomicReference<>();
        AtomicReference<TaskFuture<List<Integer>>> secondTask = new AtomicReference<>();
        CountDownLatch bothRun = new CountDownLatch(1);
        TaskFuture<List<Integer>> first = pool.submit(() -> {
            Waiting.await(bothRun);
            lane.submit(inLane).join();
            return secondTask.get().join();
        });
        secondTask.set(pool.submit(() -> {
            bothRun.countDown();
            inLane.awaitBegun();
            TaskFuture<List<Integer>> mine = lane.mapAsync(List.of(1, 2, 3), i -> i);
            second.set(Thread.currentThread());
            return mine.join();
        }));
        Waiting.until(() -> second.get() != null);
        Waiting.until(() -> second.get().getState() == Thread.State.WAITING);
        inLane.letGo();
        assertEquals(List.of(1, 2, 3), value(first));
    }

    /** On top of the waiting task runs one of another pool, which ran in place. */
    @Test
    void aWaiterInATaskOfAnotherPoolDoesSoToo() throws Exception {
        ThreadPool other = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                .build());
        HeldTask holder = polite();
        other.submit(holder);
        holder.awaitBegun();
        assertTheSecondRunsItsOwn(mine -> other.submit(() -> mine.get()).get());
    }

    // ---- cycles ----

    @Test
    void aWaitThatClosesACycleThroughAFullViewFailsAndNamesTheTasks() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService lane = pool.limited(1);
        AtomicReference<TaskFuture<Object>> inLane = new AtomicReference<>();
        AtomicReference<TaskFuture<Object>> inPool = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        CountDownLatch poolWaits = new CountDownLatch(1);
        AtomicReference<Thread> waiter = new AtomicReference<>();
        inLane.set(lane.submit(
                () -> {
                    Waiting.await(poolWaits);
                    return inPool.get().get();
                },
                TaskOptions.named("holder")));
        inPool.set(pool.submit(
                () -> {
                    Waiting.await(known);
                    TaskFuture<Object> behind = lane.submit(() -> "behind", TaskOptions.named("behind"));
                    waiter.set(Thread.currentThread());
                    return behind.get();
                },
                TaskOptions.named("waiter")));
        known.countDown();
        Waiting.until(() -> waiter.get() != null);
        Waiting.untilBlocked(waiter.get());
        poolWaits.countDown();
        ExecutionException failed = assertThrows(ExecutionException.class, () -> value(inLane.get()));
        PoolDeadlockException deadlock = assertInstanceOf(PoolDeadlockException.class, failed.getCause());
        assertEquals(List.of("holder", "waiter", "behind"), deadlock.taskNames().subList(0, 3));
        // The holder has left: the other goes on.
        assertEquals("behind", value(inPool.get()));
    }

    @Test
    void ofACycleThroughTwoFullViewsExactlyOneWaiterFails() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService a = pool.limited(1);
        TaskExecutorService b = pool.limited(1);
        for (int round = 0; round < 1_000; round++) {
            CyclicBarrier together = new CyclicBarrier(2);
            TaskFuture<String> inA = a.submit(() -> {
                together.await();
                return b.submit(() -> "behind b").get();
            });
            TaskFuture<String> inB = b.submit(() -> {
                together.await();
                return a.submit(() -> "behind a").get();
            });
            int deadlocks = 0;
            for (TaskFuture<String> each : List.of(inA, inB)) {
                try {
                    value(each);
                } catch (ExecutionException e) {
                    assertInstanceOf(PoolDeadlockException.class, e.getCause());
                    deadlocks++;
                }
            }
            // None, if one of them ran both: then nobody waited.
            assertEquals(1, deadlocks, "round " + round);
        }
    }

    @Test
    void aFullViewInWhichOneCanGoOnIsNoCycle() throws Exception {
        ThreadPool pool = pool(3);
        TaskExecutorService view = pool.limited(2);
        HeldTask goesOn = polite();
        view.submit(goesOn);
        goesOn.awaitBegun();
        AtomicReference<TaskFuture<String>> waiter = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        AtomicReference<Thread> ofHolder = new AtomicReference<>();
        TaskFuture<String> holder = view.submit(() -> {
            ofHolder.set(Thread.currentThread());
            Waiting.await(known);
            return waiter.get().get();
        });
        Waiting.until(() -> ofHolder.get() != null);
        AtomicReference<Thread> thread = new AtomicReference<>();
        waiter.set(pool.submit(() -> {
            TaskFuture<String> behind = view.submit(() -> "behind");
            thread.set(Thread.currentThread());
            return behind.get();
        }));
        // It waits before the holder does, who would run it itself.
        Waiting.until(() -> thread.get() != null);
        Waiting.untilBlocked(thread.get());
        known.countDown();
        Waiting.until(() -> ofHolder.get().getState() == Thread.State.WAITING || holder.isDone());
        goesOn.letGo();
        assertEquals("behind", value(holder));
    }

    /**
     * Two in a full view, of whom neither can go on: one because it waits for another full view, in which somebody waits
     * for the first one; the other because it waits for a task that waits for the first view.
     */
    @Test
    void aCycleOfWhichEachWayOutIsClosedByTheOtherIsFound() throws Exception {
        ThreadPool pool = pool(4);
        TaskExecutorService v = pool.limited(2);
        TaskExecutorService w = pool.limited(1);
        CountDownLatch begun = new CountDownLatch(4);
        AtomicReference<TaskFuture<Object>> behindV = new AtomicReference<>();
        AtomicReference<TaskFuture<Object>> behindW = new AtomicReference<>();
        AtomicReference<TaskFuture<Object>> s = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        Callable<Object> waitsForW = waiting(begun, known, behindW);
        Callable<Object> waitsForV = waiting(begun, known, behindV);
        TaskFuture<Object> x = v.submit(waitsForW);
        TaskFuture<Object> y = v.submit(waiting(begun, known, s));
        TaskFuture<Object> z = w.submit(waitsForV);
        s.set(pool.submit(waitsForV));
        Waiting.await(begun);
        behindV.set(v.submit(() -> "behind v"));
        behindW.set(w.submit(() -> "behind w"));
        known.countDown();
        int deadlocks = 0;
        for (TaskFuture<Object> each : List.of(x, y, z, s.get())) {
            try {
                value(each);
            } catch (ExecutionException e) {
                assertInstanceOf(PoolDeadlockException.class, e.getCause());
                deadlocks += e.getCause() instanceof PoolDeadlockException ? 1 : 0;
            }
        }
        // Who fails may have been waited for, and fails its waiter with the same exception.
        assertTrue(deadlocks >= 1 && deadlocks <= 2, deadlocks + " deadlocks");
    }

    /** Try-with-resources in a task of a busy pool. */
    @Test
    void aTaskOfTheOnlyWorkerMayCloseAViewThatHasWork() throws Exception {
        ThreadPool pool = pool(1);
        List<Integer> ran = new CopyOnWriteArrayList<>();
        value(pool.submit(() -> {
            try (TaskExecutorService lane = pool.limited(1)) {
                TaskExecutorService within = lane.limited(1);
                for (int i = 0; i < 3; i++) {
                    int n = i;
                    lane.execute(() -> ran.add(n));
                    within.execute(() -> ran.add(10 + n));
                }
            }
            return ran.size();
        }));
        assertEquals(Set.of(0, 1, 2, 10, 11, 12), Set.copyOf(ran));
    }

    private static Callable<Object> waiting(
            CountDownLatch begun, CountDownLatch known, AtomicReference<TaskFuture<Object>> target) {
        return () -> {
            begun.countDown();
            Waiting.await(known);
            try {
                return target.get().get();
            } catch (ExecutionException e) {
                return "failed";
            }
        };
    }

    // ---- groups ----

    /** The waiter may see a task of the group before the view has it. */
    @Test
    void aGroupOfAViewToWhichOthersSubmitMeanwhileIsJoinedOnOneWorker() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService lane = pool.limited(1);
        AtomicBoolean more = new AtomicBoolean(true);
        try (TaskGroup group = lane.group()) {
            TaskFuture<?> owner = pool.submit(() -> {
                while (more.get()) {
                    group.join();
                }
                return null;
            });
            List<Aside<Object>> submitters = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                submitters.add(Aside.run(() -> {
                    for (int k = 0; k < 10_000; k++) {
                        group.submit(() -> {});
                    }
                }));
            }
            for (Aside<Object> submitter : submitters) {
                submitter.value();
            }
            more.set(false);
            value(owner);
        }
    }
}
