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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The end of a view, which is that of the views within it too, and the end of its pool. */
class ViewShutdownTest extends ContractFixture {
    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.of(maxWorkers);
    }

    private ThreadPool pool(int maxWorkers) {
        return open(ThreadPool.builder().name("io").maxWorkers(maxWorkers).build());
    }

    private HeldTask hold(TaskExecutorService executor) throws InterruptedException {
        return hold(executor, polite());
    }

    private static HeldTask hold(TaskExecutorService executor, HeldTask task) throws InterruptedException {
        executor.execute(task::run);
        return task.awaitBegun();
    }

    private static <T> T value(TaskFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void assertTerminates(TaskExecutorService executor) throws InterruptedException {
        assertTrue(
                Aside.call(() -> executor.awaitTermination(5, TimeUnit.SECONDS)).value(),
                () -> executor + " does not terminate");
        assertTrue(executor.isTerminated());
    }

    // ---- of a view ----

    @Test
    void shutdownOfAViewLetsItsAcceptedTasksRunAndLeavesAllElseOpen() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService view = pool.limited(1);
        TaskExecutorService other = pool.limited(1);
        HeldTask holder = hold(pool);
        TaskFuture<String> accepted = view.submit(() -> "accepted");
        view.shutdown();
        assertTrue(view.isShutdown());
        assertFalse(view.isTerminated());
        assertThrows(RejectedExecutionException.class, () -> view.submit(() -> "never"));
        TaskFuture<String> inOther = other.submit(() -> "other");
        TaskFuture<String> inPool = pool.submit(() -> "pool");
        holder.letGo();
        assertTerminates(view);
        assertEquals("accepted", accepted.resultNow());
        assertEquals("other", value(inOther));
        assertEquals("pool", value(inPool));
        assertFalse(other.isShutdown() || pool.isShutdown());
    }

    @Test
    void aViewThatNeverHadATaskIsTerminatedByItsShutdown() {
        TaskExecutorService view = pool(1).limited(1);
        view.shutdown();
        assertTrue(view.isTerminated());
    }

    @Test
    void shutdownAndCancelPendingCancelsTheViewsTasksOnly() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(1);
        HeldTask running = hold(view);
        hold(pool);
        TaskFuture<String> pending = view.submit(() -> "never");
        TaskFuture<String> within = view.limited(1).submit(() -> "never");
        TaskFuture<String> inPool = pool.submit(() -> "pool");
        TaskFuture<String> inOther = pool.limited(1).submit(() -> "other");
        view.shutdownAndCancelPending();
        assertTrue(pending.isCancelled());
        assertTrue(within.isCancelled());
        assertFalse(running.wasInterrupted());
        running.letGo();
        assertTerminates(view);
        assertEquals("pool", value(inPool));
        assertEquals("other", value(inOther));
    }

    @Test
    void shutdownNowReturnsTheViewsCodeAndInterruptsTheViewsTasksOnly() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(1);
        HeldTask running = hold(view);
        HeldTask inPool = hold(pool);
        List<Runnable> code = List.of(() -> {}, () -> {}, () -> {});
        view.execute(code.get(0));
        TaskFuture<?> second = view.submit(code.get(1));
        pool.execute(() -> {});
        pool.limited(1).execute(() -> {});
        view.limited(1).execute(code.get(2));
        List<Runnable> dropped = view.shutdownNow();
        assertEquals(3, dropped.size());
        for (int i = 0; i < 3; i++) {
            assertSame(code.get(i), dropped.get(i));
        }
        assertTrue(second.isCancelled());
        running.awaitInterrupted();
        assertTerminates(view);
        assertFalse(inPool.wasInterrupted());
        assertEquals("pool", value(pool.submit(() -> "pool")));
    }

    @Test
    void shutdownNowInterruptsATaskThatItsWaiterRuns() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService view = pool.limited(1);
        HeldTask inner = polite();
        TaskFuture<Object> outer = pool.submit(() -> {
            try {
                return view.submit(inner).get();
            } catch (ExecutionException e) {
                return Thread.currentThread().isInterrupted() ? "interrupted" : e.getCause();
            }
        });
        inner.awaitBegun();
        view.shutdownNow();
        assertInstanceOf(InterruptedException.class, value(outer));
        assertTerminates(view);
    }

    @Test
    void closeWaitsForTheViewsTasksAndLeavesThePoolOpen() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(1);
        hold(pool);
        HeldTask running = hold(view);
        TaskFuture<String> pending = view.submit(() -> "pending");
        Aside<Object> closer = Aside.run(view::close).awaitParked();
        running.letGo();
        closer.value();
        assertEquals("pending", pending.resultNow());
        assertTrue(view.isTerminated());
        assertFalse(pool.isShutdown());
    }

    @Test
    void closeWithADurationGivesUpTheViewsTasksOnly() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(1);
        HeldTask inPool = hold(pool);
        HeldTask running = polite();
        view.submit(running, TaskOptions.named("running"));
        running.awaitBegun();
        view.submit(() -> "never", TaskOptions.named("pending"));
        TaskFuture<String> poolsPending = pool.submit(() -> "pool");
        ShutdownReport report = view.close(Duration.ZERO);
        assertTrue(report.isTerminated());
        assertEquals(List.of("pending"), report.cancelled());
        assertEquals(List.of("running"), report.interrupted());
        assertEquals(List.of(), report.stragglers());
        assertFalse(inPool.wasInterrupted());
        assertEquals("pool", value(poolsPending));
    }

    @Test
    void closeWithADurationNamesTheViewsTaskThatRefuses() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(1);
        hold(pool);
        HeldTask refuses = stubborn();
        view.submit(refuses, TaskOptions.named("refuses"));
        refuses.awaitBegun();
        ShutdownReport report = view.close(Duration.ZERO);
        assertFalse(report.isTerminated());
        assertEquals(1, report.stragglers().size());
        assertEquals("refuses", report.stragglers().get(0).taskName());
        refuses.letGo();
        assertTerminates(view);
    }

    @Test
    void aTaskThatASubmitterRunsInPlaceIsReportedOnce() throws Exception {
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.BLOCK)
                .build());
        TaskExecutorService lane = pool.limited(1);
        HeldTask refuses = stubborn();
        pool.submit(() -> lane.submit(refuses, TaskOptions.named("refuses")));
        refuses.awaitBegun();
        ShutdownReport report = pool.close(Duration.ZERO);
        assertEquals(List.of("refuses"), report.interrupted());
        assertEquals(1, report.stragglers().size());
        refuses.letGo();
    }

    @Test
    void awaitTerminationOfAViewWaitsForCallbacks() throws Exception {
        TaskExecutorService view = pool(2).limited(1);
        HeldTask task = polite();
        HeldTask inCallback = polite();
        view.submit(task).onDone(f -> inCallback.run());
        view.shutdown();
        task.letGo();
        inCallback.awaitBegun();
        assertFalse(view.isTerminated());
        Aside<Boolean> waiter = Aside.call(() -> view.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .awaitParked();
        inCallback.letGo();
        assertTrue(waiter.value());
    }

    @Test
    void whoWaitsForRoomInAViewThatIsShutDownIsRefused() throws Exception {
        ThreadPool pool = open(ThreadPool.builder()
                .name("io")
                .maxWorkers(2)
                .boundedQueue(1, WhenFull.BLOCK)
                .build());
        TaskExecutorService lane = pool.limited(1);
        HeldTask holder = hold(lane);
        lane.submit(() -> {});
        Aside<Object> blocked = Aside.<Object>call(() -> lane.submit(() -> {})).awaitParked();
        Aside<Object> within =
                Aside.<Object>call(() -> lane.limited(1).submit(() -> {})).awaitParked();
        TaskFuture<String> inLine = lane.submitWhenRoom(() -> "never");
        lane.shutdown();
        blocked.thrown(RejectedExecutionException.class);
        within.thrown(RejectedExecutionException.class);
        assertInstanceOf(
                RejectedExecutionException.class,
                assertThrows(ExecutionException.class, inLine::get).getCause());
        assertFalse(lane.isTerminated());
        holder.letGo();
        assertTerminates(lane);
    }

    @Test
    void shutdownOfAViewMayComeFromItsOwnTaskAndCloseMayNot() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService view = pool.limited(1);
        TaskExecutorService within = view.limited(1);
        for (TaskExecutorService closed : List.of(within, view, pool)) {
            value(within.submit(() -> {
                assertThrows(IllegalStateException.class, closed::close);
                assertThrows(IllegalStateException.class, () -> closed.close(Duration.ZERO));
                assertThrows(IllegalStateException.class, () -> closed.awaitTermination(0, TimeUnit.SECONDS));
                assertFalse(closed.isShutdown());
            }));
        }
        value(view.submit(view::shutdown));
        assertTerminates(view);
    }

    // ---- of the view above ----

    @Test
    void shutdownOfAViewShutsTheViewsOfItDown() throws Exception {
        TaskExecutorService outer = pool(2).limited(2);
        TaskExecutorService inner = outer.limited(1);
        TaskExecutorService idle = outer.limited(1);
        HeldTask holder = hold(inner);
        TaskFuture<String> accepted = inner.submit(() -> "accepted");
        outer.shutdown();
        assertTrue(inner.isShutdown());
        assertTrue(idle.isShutdown());
        assertFalse(inner.isTerminated());
        assertThrows(RejectedExecutionException.class, () -> inner.submit(() -> "never"));
        holder.letGo();
        assertTerminates(outer);
        assertEquals("accepted", accepted.resultNow());
        assertTrue(inner.isTerminated());
        assertTrue(idle.isTerminated());
    }

    @Test
    void aViewWhoseViewWasShutDownTerminatesForWhoWaitsLater() throws Exception {
        TaskExecutorService outer = pool(2).limited(2);
        TaskExecutorService inner = outer.limited(1);
        value(inner.submit(() -> {}));
        outer.shutdown();
        assertTerminates(inner);
    }

    @Test
    void aViewWhoseViewIsShutDownTerminatesForWhoWaitsAlready() throws Exception {
        TaskExecutorService outer = pool(2).limited(2);
        TaskExecutorService inner = outer.limited(1).limited(1);
        HeldTask holder = hold(inner);
        Aside<Boolean> waiter =
                Aside.call(() -> inner.awaitTermination(5, TimeUnit.SECONDS)).awaitParked();
        outer.shutdown();
        holder.letGo();
        assertTrue(waiter.value());
    }

    @Test
    void closeOfAViewWhoseViewWasShutDownReturns() throws Exception {
        TaskExecutorService outer = pool(2).limited(2);
        TaskExecutorService inner = outer.limited(1);
        outer.close();
        Aside<Object> closer = Aside.run(inner::close);
        try {
            Waiting.until(() -> closer.hasEnded() || closer.thread().getState() == Thread.State.TIMED_WAITING);
            assertTrue(closer.hasEnded(), "close waits for the end of a view that has ended");
        } finally {
            closer.interrupt();
            inner.shutdownNow();
        }
    }

    @Test
    void shutdownOfAViewLeavesTheViewAboveOpen() throws Exception {
        TaskExecutorService outer = pool(2).limited(2);
        TaskExecutorService inner = outer.limited(1);
        inner.close();
        assertFalse(outer.isShutdown());
        assertEquals("open", value(outer.submit(() -> "open")));
        assertEquals("open", value(outer.limited(1).submit(() -> "open")));
    }

    // ---- of the pool ----

    @Test
    void shutdownOfThePoolIncludesItsViews() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService view = pool.limited(1);
        TaskExecutorService idle = pool.limited(1);
        HeldTask holder = hold(pool);
        TaskFuture<String> accepted = view.submit(() -> "accepted");
        pool.shutdown();
        assertTrue(view.isShutdown());
        assertTrue(idle.isTerminated());
        assertThrows(RejectedExecutionException.class, () -> view.submit(() -> "never"));
        assertThrows(RejectedExecutionException.class, () -> pool.limited(1).submit(() -> "never"));
        holder.letGo();
        assertTerminates(view);
        assertTerminates(idle);
        assertTerminates(pool);
        assertEquals("accepted", accepted.resultNow());
    }

    @Test
    void anUnclosedViewNeverDelaysThePoolsEnd() throws Exception {
        ThreadPool pool = pool(1);
        List<TaskExecutorService> views = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            TaskExecutorService view = pool.limited(1);
            view.submit(() -> {});
            view.limited(1).submit(() -> {});
            views.add(view);
        }
        Aside.run(pool::close).value();
        for (TaskExecutorService view : views) {
            assertTrue(view.isTerminated());
            Aside.run(view::close).value();
        }
    }

    @Test
    void whoWaitsForAViewsEndHearsOfThePools() throws Exception {
        ThreadPool pool = pool(1);
        TaskExecutorService view = pool.limited(1);
        Aside<Boolean> waiter = Aside.call(() -> view.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .awaitParked();
        pool.shutdown();
        assertTrue(waiter.value());
    }

    @Test
    void shutdownNowOfThePoolInterruptsAndCancelsInItsViews() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(1);
        HeldTask running = hold(view);
        HeldTask within = hold(pool.limited(1).limited(1));
        Runnable code = () -> {};
        view.execute(code);
        TaskFuture<String> pending = view.limited(1).submit(() -> "never");
        List<Runnable> dropped = pool.shutdownNow();
        assertEquals(2, dropped.size());
        assertSame(code, dropped.get(0));
        assertTrue(pending.isCancelled());
        running.awaitInterrupted();
        within.awaitInterrupted();
        assertTerminates(view);
        assertTerminates(pool);
    }

    @Test
    void shutdownNowOfThePoolStopsAChunkInAViewBeforeItsNextItem() throws Exception {
        ThreadPool pool = pool(1);
        HeldTask first = stubborn();
        List<Integer> ran = new CopyOnWriteArrayList<>();
        ThrowingFunction<Integer, Integer> item = i -> {
            ran.add(i);
            first.run();
            return i;
        };
        Stream<Integer> results = pool.limited(1).map(List.of(0, 1), item, MapOptions.chunk(2));
        first.awaitBegun();
        pool.shutdownNow();
        first.letGo();
        assertTerminates(pool);
        results.close();
        assertEquals(List.of(0), ran);
    }

    @Test
    void aBrokenPoolFailsWhatPendsInItsViews() throws Exception {
        HeldTask initializer = polite();
        ThreadPool pool = open(ThreadPool.builder()
                .name("io")
                .maxWorkers(1)
                .initializer(() -> {
                    initializer.run();
                    throw new IllegalStateException("no");
                })
                .build());
        TaskExecutorService view = pool.limited(1);
        List<TaskFuture<?>> pending = List.of(
                view.submit(() -> {}), view.submit(() -> {}), view.limited(1).submit(() -> {}));
        initializer.awaitBegun().letGo();
        for (TaskFuture<?> task : pending) {
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> task.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertInstanceOf(BrokenPoolException.class, failed.getCause());
        }
        assertThrows(BrokenPoolException.class, () -> view.submit(() -> {}));
        view.shutdown();
        assertTerminates(view);
    }

    @Test
    void whenNoThreadCanBeHadWhatPendsInAViewFails() throws Exception {
        FakeBackend backend = new FakeBackend();
        ThreadPool pool =
                open(ThreadPool.builder().maxWorkers(1).backend(backend).build());
        TaskExecutorService view = pool.limited(1);
        backend.failNextStart(new OutOfMemoryError("no thread today"));
        assertThrows(RejectedExecutionException.class, () -> view.submit(() -> "never"));
        assertEquals("value", value(view.submit(() -> "value")));
        view.shutdown();
        assertTerminates(view);
    }

    // ---- words ----

    private static String refusal(TaskExecutorService executor) {
        return assertThrows(
                        RejectedExecutionException.class,
                        () -> executor.submit(() -> "never", TaskOptions.named("late")))
                .getMessage();
    }

    @Test
    void aRefusalNamesTheViewAndItsState() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(2);
        HeldTask holder = hold(view);
        view.shutdown();
        assertEquals(
                "io/limited(2) takes no new tasks: shut down, finishing its work (task late refused)", refusal(view));
        holder.letGo();
        assertTerminates(view);
        assertEquals("io/limited(2) takes no new tasks: terminated (task late refused)", refusal(view));
    }

    @Test
    void aRefusalByAViewWhoseViewWasShutDownSaysSo() throws Exception {
        TaskExecutorService outer = pool(2).limited(2);
        TaskExecutorService inner = outer.limited(1);
        HeldTask holder = hold(outer);
        outer.shutdown();
        assertFalse(refusal(inner).contains("running"), () -> refusal(inner));
        assertFalse(inner.toString().contains("limited(1), running"), inner::toString);
        holder.letGo();
    }

    @Test
    void aViewOfAPoolThatWasShutDownSaysSo() throws Exception {
        ThreadPool pool = pool(2);
        TaskExecutorService view = pool.limited(1);
        pool.shutdown();
        assertEquals("io takes no new tasks: terminated (task late refused)", refusal(view));
        assertFalse(view.toString().contains("limited(1), running"), view::toString);
    }
}
