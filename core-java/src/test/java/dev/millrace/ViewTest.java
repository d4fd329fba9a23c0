// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Views: their limits, their order, their share of the workers and of the room. */
class ViewTest extends ContractFixture {
    private static final int FLOOD = 10_000;

    /** Who ran, in order; one letter a task. */
    private final List<String> ran = new CopyOnWriteArrayList<>();

    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.of(maxWorkers);
    }

    private ThreadPool pool(int maxWorkers) {
        return open(ThreadPool.builder().name("io").maxWorkers(maxWorkers).build());
    }

    private ThreadPool bounded(int maxWorkers, int capacity, WhenFull whenFull) {
        return open(ThreadPool.builder()
                .name("io")
                .maxWorkers(maxWorkers)
                .boundedQueue(capacity, whenFull)
                .build());
    }

    /** Begins a task there that runs until it is let go. */
    private HeldTask hold(TaskExecutorService executor) throws InterruptedException {
        HeldTask task = polite();
        executor.execute(task::run);
        return task.awaitBegun();
    }

    private static <T> T value(TaskFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    // ---- the limit ----

    @Test
    void noMoreThanTheLimitRunAlthoughWorkersAreFree() throws Exception {
        ThreadPool pool = pool(4);
        TaskExecutorService view = pool.limited(2);
        HeldTask first = hold(view);
        hold(view);
        HeldTask third = polite();
        view.submit(third);
        assertEquals("free", value(pool.submit(() -> "free")));
        assertFalse(third.hasBegun());
        first.letGo();
        third.awaitBegun();
    }

    @Test
    void aFloodStaysWithinTheLimit() throws Exception {
        TaskExecutorService view = pool(4).limited(2);
        Gauge gauge = new Gauge();
        for (int i = 0; i < 2_000; i++) {
            view.submit(gauge.idle());
        }
        finish(view);
        assertTrue(gauge.most() <= 2, () -> gauge.most() + " at once");
    }

    @Test
    void tasksThatWaitersRunThemselvesStayWithinTheLimit() throws Exception {
        ThreadPool pool = pool(4);
        TaskExecutorService view = pool.limited(2);
        Gauge gauge = new Gauge();
        List<TaskFuture<?>> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiters.add(pool.submit(() -> {
                for (int k = 0; k < 500; k++) {
                    view.submit(gauge.idle()).join();
                }
            }));
        }
        for (TaskFuture<?> waiter : waiters) {
            value(waiter);
        }
        assertTrue(gauge.most() <= 2, () -> gauge.most() + " at once");
    }

    @Test
    void tasksThatCallersRunThemselvesStayWithinTheLimit() throws Exception {
        TaskExecutorService view = bounded(1, 0, WhenFull.RUN_IN_CALLER).limited(2);
        Gauge gauge = new Gauge();
        List<Aside<Object>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(Aside.run(() -> {
                for (int k = 0; k < 500; k++) {
                    view.submit(gauge.idle());
                }
            }));
        }
        for (Aside<Object> caller : callers) {
            caller.value();
        }
        finish(view);
        assertTrue(gauge.most() <= 2, () -> gauge.most() + " at once");
    }

    /** The permit was given back before the callback; the thread has none any more. */
    @Test
    void aCallbackThatWaitsForATaskOfItsViewKeepsToTheLimit() throws Exception {
        TaskExecutorService lane = pool(2).limited(1);
        HeldTask first = polite();
        HeldTask second = polite();
        CountDownLatch decided = new CountDownLatch(1);
        AtomicReference<Thread> waiter = new AtomicReference<>();
        TaskPromise<Boolean> wasAlone = new TaskPromise<>();
        TaskFuture<String> task = lane.submit(first);
        task.onDone(f -> {
            try {
                second.awaitBegun();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            TaskFuture<Boolean> third = lane.submit(() -> {
                decided.countDown();
                return second.hasLeft();
            });
            waiter.set(Thread.currentThread());
            wasAlone.succeed(third.join());
        });
        lane.submit(second);
        first.awaitBegun().letGo();
        Waiting.until(() -> waiter.get() != null);
        // It runs the third at once, or waits.
        Waiting.until(() -> decided.getCount() == 0 || waiter.get().getState() == Thread.State.WAITING);
        second.letGo();
        assertTrue(value(wasAlone.future()), "two tasks of a lane ran at once");
    }

    @Test
    void aCallbackThatSubmitsToItsViewInAFullPoolKeepsToTheLimit() throws Exception {
        TaskExecutorService lane = bounded(2, 0, WhenFull.BLOCK).limited(1);
        HeldTask first = polite();
        HeldTask second = polite();
        TaskPromise<Boolean> wasAlone = new TaskPromise<>();
        TaskFuture<String> task = lane.submit(first);
        task.onDone(f -> {
            try {
                second.awaitBegun();
                TaskFuture<Boolean> third = lane.submit(second::hasLeft);
                second.letGo();
                third.onDone(g -> wasAlone.succeed(g.join()));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        first.awaitBegun();
        lane.submitWhenRoom(second);
        first.letGo();
        assertTrue(value(wasAlone.future()), "two tasks of a lane ran at once");
    }

    @Test
    void aCancelledTaskHoldsItsPlaceUntilItsCodeHasLeft() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService lane = pool.limited(1);
        HeldTask stubborn = stubborn();
        TaskFuture<String> cancelled = lane.submit(stubborn);
        stubborn.awaitBegun();
        HeldTask next = polite();
        lane.submit(next);
        assertTrue(cancelled.cancel(true));
        stubborn.awaitInterrupted();
        assertEquals("free", value(pool.submit(() -> "free")));
        assertFalse(next.hasBegun());
        stubborn.letGo();
        next.awaitBegun();
        assertTrue(stubborn.hasLeft());
    }

    @Test
    void aTaskThatWaiterRunsAndThatIsCancelledHoldsItsPlaceUntilItsCodeHasLeft() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService lane = pool.limited(1);
        HeldTask stubborn = stubborn();
        AtomicReference<TaskFuture<String>> cancelled = new AtomicReference<>();
        pool.submit(() -> {
            cancelled.set(lane.submit(stubborn));
            return cancelled.get().join();
        });
        stubborn.awaitBegun();
        pool.setMaxWorkers(2);
        cancelled.get().cancel(true);
        HeldTask next = polite();
        lane.submit(next);
        assertEquals("free", value(pool.submit(() -> "free")));
        assertFalse(next.hasBegun());
        stubborn.letGo();
        next.awaitBegun();
    }

    @Test
    void callbacksRunAfterThePermitWasGivenBack() throws Exception {
        TaskExecutorService lane = pool(2).limited(1);
        HeldTask first = polite();
        HeldTask second = polite();
        TaskPromise<String> told = new TaskPromise<>();
        lane.submit(first).onDone(f -> {
            try {
                second.awaitBegun();
                told.succeed("told");
            } catch (Throwable e) {
                told.fail(e);
            }
        });
        lane.submit(second);
        first.letGo();
        assertEquals("told", value(told.future()));
    }

    @Test
    void aViewOfAViewObeysBothLimits() throws Exception {
        ThreadPool pool = pool(4);
        TaskExecutorService outer = pool.limited(2);
        TaskExecutorService narrow = outer.limited(1);
        TaskExecutorService wide = outer.limited(5);
        HeldTask inNarrow = hold(narrow);
        HeldTask secondNarrow = polite();
        narrow.submit(secondNarrow);
        HeldTask inWide = hold(wide);
        HeldTask secondWide = polite();
        HeldTask inOuter = polite();
        wide.submit(secondWide);
        outer.submit(inOuter);
        assertEquals("free", value(pool.submit(() -> "free")));
        assertFalse(secondNarrow.hasBegun() || secondWide.hasBegun() || inOuter.hasBegun());
        inNarrow.letGo();
        Waiting.until(() -> secondNarrow.hasBegun() || secondWide.hasBegun() || inOuter.hasBegun());
        inWide.letGo();
        for (HeldTask task : List.of(secondNarrow, secondWide, inOuter)) {
            task.letGo();
        }
        for (HeldTask task : List.of(secondNarrow, secondWide, inOuter)) {
            task.awaitBegun();
        }
    }

    @Test
    void floodsInViewsOfAViewStayWithinAllLimits() throws Exception {
        TaskExecutorService outer = pool(6).limited(3);
        List<TaskExecutorService> inner =
                List.of(outer.limited(2), outer.limited(2), outer.limited(1).limited(4));
        int[] limits = {2, 2, 1};
        Gauge all = new Gauge();
        List<Gauge> gauges = List.of(new Gauge(), new Gauge(), new Gauge());
        for (int i = 0; i < 1_000; i++) {
            for (int k = 0; k < 3; k++) {
                inner.get(k).submit(all.around(gauges.get(k).idle()));
            }
            outer.submit(all.idle());
        }
        finish(outer);
        assertTrue(all.most() <= 3, () -> all.most() + " at once");
        for (int k = 0; k < 3; k++) {
            assertTrue(gauges.get(k).most() <= limits[k], "view " + k);
        }
    }

    // ---- the order ----

    private int counter;

    /** A plain field: what one task did happens-before the next. */
    @Test
    void aViewOfOneIsASerialLane() throws Exception {
        TaskExecutorService lane = pool(4).limited(1);
        int[] outOfOrder = new int[1];
        for (int i = 0; i < 100_000; i++) {
            int mine = i;
            lane.execute(() -> {
                if (counter != mine) {
                    outOfOrder[0]++;
                }
                counter++;
            });
        }
        lane.submit(() -> {}).get();
        assertEquals(100_000, counter);
        assertEquals(0, outOfOrder[0]);
    }

    @Test
    void aWaiterRunsTheViewsQueueInOrderUpToItsTask() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService lane = pool.limited(1);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        Thread waiter = value(pool.submit(() -> {
            List<TaskFuture<?>> futures = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                String name = "" + i;
                futures.add(lane.submit(() -> {
                    ran.add(name);
                    threads.add(Thread.currentThread());
                }));
            }
            futures.get(3).join();
            ran.add("done");
            assertTrue(futures.get(4).isPending());
            return Thread.currentThread();
        }));
        finish(lane);
        assertEquals(List.of("0", "1", "2", "3", "done", "4", "5"), ran);
        assertTrue(threads.stream().allMatch(thread -> thread == waiter));
    }

    @Test
    void aLaneKeepsItsOrderWhenManyWaitersHelp() throws Exception {
        ThreadPool pool = pool(3);
        TaskExecutorService lane = pool.limited(1);
        List<Integer> order = new ArrayList<>();
        List<TaskFuture<?>> futures = new ArrayList<>();
        HeldTask first = hold(lane);
        for (int i = 0; i < 1_000; i++) {
            int mine = i;
            futures.add(lane.submit(() -> order.add(mine)));
        }
        List<TaskFuture<?>> waiters = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int mine = i;
            waiters.add(pool.submit(() -> {
                for (int k = mine; k < 1_000; k += 7) {
                    futures.get(k).join();
                }
            }));
        }
        first.letGo();
        for (TaskFuture<?> waiter : waiters) {
            value(waiter);
        }
        finish(lane);
        assertEquals(IntStream.range(0, 1_000).boxed().collect(Collectors.toList()), order);
    }

    // ---- the share ----

    private void flood(TaskExecutorService executor, String name, int count) {
        for (int i = 0; i < count; i++) {
            executor.execute(() -> ran.add(name));
        }
    }

    private String firstThatRan(HeldTask holder, ThreadPool pool, int count) throws Exception {
        holder.letGo();
        Waiting.until(() -> ran.size() >= count);
        return String.join("", List.copyOf(ran).subList(0, count));
    }

    @Test
    void aFloodInOneViewDelaysAnotherByItsShareOnly() throws Exception {
        ThreadPool pool = pool(1);
        HeldTask holder = hold(pool);
        flood(pool.limited(2), "a", FLOOD / 10);
        flood(pool.limited(1), "b", 3);
        assertEquals("abababaaa", firstThatRan(holder, pool, 9));
    }

    @Test
    void threeViewsAndThePoolTakeTurns() throws Exception {
        ThreadPool pool = pool(1);
        HeldTask holder = hold(pool);
        flood(pool.limited(1), "a", FLOOD / 10);
        flood(pool.limited(2), "b", 3);
        flood(pool, "p", 2);
        flood(pool.limited(3), "c", 4);
        assertEquals("abpcabpcabcacaaa", firstThatRan(holder, pool, 16));
    }

    @Test
    void aFloodInThePoolDelaysAViewByItsShareOnly() throws Exception {
        ThreadPool pool = pool(1);
        HeldTask holder = hold(pool);
        flood(pool, "p", FLOOD / 10);
        flood(pool.limited(1), "a", 3);
        assertEquals("papapappp", firstThatRan(holder, pool, 9));
    }

    @Test
    void viewsOfAViewShareItsTurn() throws Exception {
        ThreadPool pool = pool(1);
        HeldTask holder = hold(pool);
        TaskExecutorService outer = pool.limited(1);
        flood(outer.limited(1), "a", FLOOD / 10);
        flood(outer.limited(1), "b", 2);
        flood(pool, "p", 6);
        assertEquals("apbpapbpapapaa", firstThatRan(holder, pool, 14));
    }

    @Test
    void whatComesInTheMiddleOfAFloodWaitsForOneTurnOnly() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService flooded = pool.limited(1);
        TaskExecutorService other = pool.limited(1);
        HeldTask holder = hold(pool);
        flooded.execute(() -> other.execute(() -> ran.add("o")));
        flood(flooded, "a", FLOOD / 10);
        // The first of the flood has begun the other: at most one more comes before it.
        assertTrue(firstThatRan(holder, pool, 3).substring(0, 2).contains("o"), () -> "" + List.copyOf(ran));
    }

    // ---- the room ----

    @Test
    void thePoolsCapacityCoversAllViewsTogether() throws Exception {
        ThreadPool pool = bounded(2, 3, WhenFull.REJECT);
        TaskExecutorService a = pool.limited(1);
        TaskExecutorService b = pool.limited(1);
        hold(a);
        hold(b);
        a.submit(() -> {});
        b.submit(() -> {});
        TaskFuture<?> last = pool.submit(() -> {});
        for (TaskExecutorService each : List.of(a, b, pool)) {
            assertThrows(RejectedExecutionException.class, () -> each.submit(() -> {}));
            assertEquals(Optional.empty(), each.trySubmit(() -> 1, Duration.ZERO));
        }
        last.cancel(false);
        a.submit(() -> {});
        assertThrows(RejectedExecutionException.class, () -> b.submit(() -> {}));
    }

    @Test
    void aFullQueueKeepsNothingFromAFreeWorker() throws Exception {
        ThreadPool pool = bounded(3, 2, WhenFull.REJECT);
        TaskExecutorService lane = pool.limited(1);
        hold(lane);
        lane.submit(() -> {});
        lane.submit(() -> {});
        assertThrows(RejectedExecutionException.class, () -> lane.submit(() -> {}));
        hold(pool.limited(1));
        hold(pool);
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
    }

    @Test
    void eachAfterTheLastOnesResultFitsAViewWithoutAnyQueue() throws Exception {
        TaskExecutorService lane = bounded(1, 0, WhenFull.REJECT).limited(1);
        for (int i = 0; i < 2_000; i++) {
            int mine = i;
            assertEquals(mine, lane.submit(() -> mine).join());
        }
    }

    @Test
    void blockedSubmittersOfAFullViewHoldUpNobodyElse() throws Exception {
        ThreadPool pool = bounded(2, 1, WhenFull.BLOCK);
        TaskExecutorService lane = pool.limited(1);
        TaskExecutorService other = pool.limited(1);
        HeldTask holder = hold(lane);
        lane.submit(() -> ran.add("1"));
        Aside<TaskFuture<?>> blocked =
                Aside.<TaskFuture<?>>call(() -> lane.submit(() -> ran.add("2"))).awaitParked();
        TaskFuture<?> inLine = lane.submitWhenRoom(() -> ran.add("3"));
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    "other",
                    Aside.call(() -> value(other.submit(() -> "other"))).value());
            assertEquals(
                    "pool", Aside.call(() -> value(pool.submit(() -> "pool"))).value());
        }
        assertFalse(blocked.hasEnded());
        holder.letGo();
        value(blocked.value());
        value(inLine);
        assertEquals(List.of("1", "2", "3"), ran);
    }

    @Test
    void whoWaitsInLineForAFullViewIsPassedByWhoWaitsForThePool() throws Exception {
        ThreadPool pool = bounded(2, 0, WhenFull.BLOCK);
        TaskExecutorService view = pool.limited(1);
        HeldTask inView = hold(view);
        HeldTask inPool = hold(pool);
        Aside<TaskFuture<String>> first =
                Aside.call(() -> view.submit(() -> "view")).awaitParked();
        Aside<TaskFuture<String>> second =
                Aside.call(() -> pool.submit(() -> "pool")).awaitParked();
        inPool.letGo();
        assertEquals("pool", value(second.value()));
        assertFalse(first.hasEnded());
        inView.letGo();
        assertEquals("view", value(first.value()));
    }

    @Test
    void aCallerDoesNotOvertakeTheQueueOfItsView() throws Exception {
        ThreadPool pool = bounded(1, 1, WhenFull.RUN_IN_CALLER);
        TaskExecutorService view = pool.limited(1);
        HeldTask holder = hold(pool);
        view.submit(() -> ran.add("a"));
        Aside<TaskFuture<Boolean>> caller = Aside.call(() -> view.submit(() -> ran.add("b")));
        caller.awaitParked();
        holder.letGo();
        assertTrue(value(caller.value()));
        assertEquals(List.of("a", "b"), ran);
    }

    @Test
    void aTaskThatIsOutOfTimeBeforeItsCallerRunsItLeavesItsPermit() {
        FakeBackend backend = new FakeBackend();
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                .backend(backend)
                .build());
        TaskExecutorService view = pool.limited(1);
        HeldTask holder = polite();
        pool.execute(holder::run);
        backend.ringAtOnce();
        TaskFuture<String> late = view.submit(() -> "never", TaskOptions.timeout(Duration.ofNanos(1)));
        assertThrows(TaskTimeoutException.class, late::join);
        assertSame(Thread.currentThread(), view.submit(Thread::currentThread).resultNow());
        holder.letGo();
    }

    @Test
    void aTaskOfThePoolThatSubmitsToAFullViewIsNotHeldUp() throws Exception {
        ThreadPool pool = bounded(2, 0, WhenFull.BLOCK);
        TaskExecutorService lane = pool.limited(1);
        HeldTask holder = hold(lane);
        TaskFuture<String> inLane = value(pool.submit(() -> lane.submit(() -> "in the lane")));
        assertTrue(inLane.isPending());
        holder.letGo();
        assertEquals("in the lane", value(inLane));
    }

    @Test
    void aCancelledTaskOfAViewGivesItsPlaceBackAtOnce() throws Exception {
        TaskExecutorService lane = bounded(1, 1, WhenFull.REJECT).limited(1);
        hold(lane);
        for (int i = 0; i < 100; i++) {
            assertTrue(lane.submit(() -> {}).cancel(false));
        }
    }

    // ---- workers ----

    @Test
    void submitsThatFollowEachOthersResultsUseOneThread() throws Exception {
        FakeBackend backend = new FakeBackend();
        ThreadPool pool =
                open(ThreadPool.builder().maxWorkers(4).backend(backend).build());
        TaskExecutorService view = pool.limited(2);
        for (int i = 0; i < 2_000; i++) {
            view.submit(() -> {}).get();
        }
        assertEquals(1, backend.started());
    }

    @Test
    void viewsWithoutWorkStartNoThread() {
        FakeBackend backend = new FakeBackend();
        ThreadPool pool =
                open(ThreadPool.builder().maxWorkers(4).backend(backend).build());
        for (int i = 0; i < 100; i++) {
            pool.limited(1).limited(1).shutdown();
            pool.limited(3);
        }
        assertEquals(0, backend.started());
    }

    /** Counted towards the tasks of its worker as any other that runs on top. */
    @Test
    void aTaskOfThePoolThatATaskOfAViewRunsCountsTowardsTheTasksOfItsWorker() throws Exception {
        ThreadPool pool =
                open(ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(2).build());
        Thread first = value(pool.limited(1).submit(() -> {
            pool.submit(() -> {}).join();
            return Thread.currentThread();
        }));
        assertNotSame(first, value(pool.submit(Thread::currentThread)));
    }

    @Test
    void aTaskOfAViewThatATaskOfThePoolRunsCountsTowardsTheTasksOfItsWorker() throws Exception {
        ThreadPool pool =
                open(ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(3).build());
        TaskExecutorService lane = pool.limited(1);
        Thread first = value(pool.submit(() -> {
            lane.submit(() -> {}).join();
            return Thread.currentThread();
        }));
        assertSame(first, value(pool.submit(Thread::currentThread)));
        assertNotSame(first, value(pool.submit(Thread::currentThread)));
    }

    @Test
    void aWorkerWhoseCallbackHasRunATaskStillCountsAsBusy() throws Exception {
        for (boolean throughAView : new boolean[] {false, true}) {
            ThreadPool pool = pool(1);
            TaskExecutorService executor = throughAView ? pool.limited(1) : pool;
            HeldTask task = polite();
            HeldTask inCallback = polite();
            executor.submit(task).onDone(f -> {
                executor.submit(() -> {}).join();
                inCallback.run();
            });
            task.letGo();
            inCallback.awaitBegun();
            TaskFuture<String> waits = pool.submit(() -> "ran");
            assertTrue(waits.isPending());
            pool.setMaxWorkers(2);
            assertEquals("ran", value(waits));
            assertEquals("ran", value(pool.submit(() -> "ran")));
            inCallback.letGo();
            finish(pool);
        }
    }

    // ---- memory ----

    @Test
    void aViewThatIsIdleAndForgottenIsCollectedWhileThePoolLives() throws Exception {
        ThreadPool pool = pool(2);
        List<WeakReference<?>> views = new ArrayList<>();
        use(pool, views);
        Waiting.until(() -> {
            System.gc();
            return views.stream().allMatch(view -> view.get() == null);
        });
        assertEquals("alive", value(pool.submit(() -> "alive")));
    }

    /** In a frame of its own, which holds the only strong references. */
    private static void use(ThreadPool pool, List<WeakReference<?>> views) throws Exception {
        TaskExecutorService outer = pool.limited(2);
        TaskExecutorService inner = outer.limited(1);
        value(inner.submit(() -> {}));
        value(pool.submit(() -> inner.submit(() -> {}).join()));
        assertFalse(outer.awaitTermination(0, TimeUnit.SECONDS));
        for (TaskExecutorService view : List.of(outer, inner, pool.limited(3))) {
            views.add(new WeakReference<>(view));
        }
        TaskExecutorService ended = pool.limited(1);
        value(ended.submit(() -> {}));
        finish(ended);
        views.add(new WeakReference<>(ended));
    }

    @Test
    void aViewThatNobodyRefersToFinishesItsWork() throws Exception {
        ThreadPool pool = pool(1);
        HeldTask holder = hold(pool);
        CountDownLatch done = new CountDownLatch(100);
        leaveWork(pool, done);
        System.gc();
        holder.letGo();
        assertTrue(done.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    private static void leaveWork(ThreadPool pool, CountDownLatch done) {
        TaskExecutorService view = pool.limited(1);
        for (int i = 0; i < 100; i++) {
            view.execute(done::countDown);
        }
    }

    // ---- all that an executor can do ----

    @Test
    void mapsOnAViewStayWithinTheLimit() throws Exception {
        TaskExecutorService view = pool(4).limited(2);
        Gauge gauge = new Gauge();
        List<Integer> inputs = IntStream.range(0, 300).boxed().collect(Collectors.toList());
        ThrowingFunction<Integer, Integer> fn = i -> gauge.around(() -> i).call();
        try (Stream<Integer> mapped = view.map(inputs, fn)) {
            assertEquals(inputs, mapped.collect(Collectors.toList()));
        }
        try (Stream<Integer> mapped = view.map(inputs, fn, MapOptions.unordered())) {
            assertEquals(inputs, mapped.sorted().collect(Collectors.toList()));
        }
        assertEquals(inputs, value(view.mapAsync(inputs, fn)));
        assertTrue(gauge.most() <= 2, () -> gauge.most() + " at once");
    }

    @Test
    void mapOnAViewFromATaskOfItsOnlyWorkerFinishes() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService lane = pool.limited(1);
        List<Integer> inputs = IntStream.range(0, 100).boxed().collect(Collectors.toList());
        for (TaskExecutorService from : List.of(pool, lane)) {
            assertEquals(inputs, value(from.submit(() -> {
                try (Stream<Integer> mapped = lane.map(inputs, i -> i)) {
                    return mapped.collect(Collectors.toList());
                }
            })));
            assertEquals(inputs, value(from.submit(() -> lane.mapAsync(inputs, i -> i)
                    .join())));
        }
    }

    @Test
    void invokeAllAndInvokeAnyOnAViewStayWithinTheLimit() throws Exception {
        TaskExecutorService view = pool(4).limited(2);
        Gauge gauge = new Gauge();
        List<Callable<String>> tasks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            tasks.add(gauge.idle());
        }
        assertEquals(300, view.invokeAll(tasks).size());
        assertEquals("idle", view.invokeAny(tasks));
        finish(view);
        assertTrue(gauge.most() <= 2, () -> gauge.most() + " at once");
    }

    @Test
    void aTimeLimitEndsATaskThatWaitsForItsView() throws Exception {
        FakeBackend backend = new FakeBackend();
        ThreadPool pool =
                open(ThreadPool.builder().maxWorkers(2).backend(backend).build());
        TaskExecutorService lane = pool.limited(1);
        HeldTask holder = hold(lane);
        TaskFuture<String> late = lane.submit(() -> "never", TaskOptions.timeout(Duration.ofSeconds(3)));
        TaskFuture<String> next = lane.submit(() -> "next");
        backend.advance(Duration.ofSeconds(3));
        assertEquals(
                TaskTimeoutException.Phase.QUEUED,
                assertThrows(TaskTimeoutException.class, late::join).phase());
        holder.letGo();
        assertEquals("next", value(next));
    }

    @Test
    void theCurrentTaskOfAViewIsKnownAndNamedAfterIt() throws Exception {
        TaskExecutorService view = pool(1).limited(2);
        TaskFuture<TaskFuture<?>> task = view.submit(() -> TaskFuture.current());
        assertSame(task, value(task));
        assertTrue(task.name().startsWith("io/limited(2)-task@"), task::name);
    }

    // ---- words ----

    @Test
    void aLimitOfLessThanOneIsRefusedWithTheValue() {
        ThreadPool pool = pool(1);
        for (int limit : new int[] {0, -1, Integer.MIN_VALUE}) {
            for (TaskExecutorService of : List.of(pool, pool.limited(1))) {
                assertEquals(
                        "maxConcurrency must be at least 1: " + limit,
                        assertThrows(IllegalArgumentException.class, () -> of.limited(limit))
                                .getMessage());
            }
        }
    }

    @Test
    void aViewSaysWhoItIsAndWhatItDoes() throws Exception {
        ThreadPool pool = pool(3);
        TaskExecutorService inner = pool.limited(2).limited(1);
        HeldTask holder = hold(inner);
        inner.submit(() -> {});
        assertEquals(
                "View[io/limited(2)/limited(1), running, 1 of 1 running, 1 tasks waiting; "
                        + "io, running, 1 of 3 workers busy, 1 tasks waiting]",
                inner.toString());
        holder.letGo();
    }
}
