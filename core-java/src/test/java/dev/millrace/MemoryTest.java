// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Promise 6: after a task ends, nothing in the pool refers to it, its arguments or its result. */
class MemoryTest {
    private static final int MANY = 1_000_000;

    @Test
    void anIdlePoolRefersToNoFinishedTask() {
        try (ThreadPool pool = ThreadPool.of(2)) {
            WeakReference<Object> argument = new WeakReference<>(new Object());
            WeakReference<TaskFuture<Object>> future = submit(pool, argument);
            WeakReference<TaskFuture<?>> failed = submitFailing(pool);
            assertCollected(argument);
            assertCollected(future);
            assertCollected(failed);
        }
    }

    /** In a frame of its own, which holds the only strong references. */
    private static WeakReference<TaskFuture<Object>> submit(ThreadPool pool, WeakReference<Object> argument) {
        Object strong = argument.get();
        TaskFuture<Object> future = pool.submit(() -> strong);
        future.join();
        return new WeakReference<>(future);
    }

    private static WeakReference<TaskFuture<?>> submitFailing(ThreadPool pool) {
        TaskFuture<?> future = pool.submit(() -> {
            throw new IllegalStateException("seen");
        });
        assertThrows(IllegalStateException.class, future::join);
        return new WeakReference<>(future);
    }

    @Test
    void aFutureThatIsKeptDoesNotKeepTheCode() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            List<TaskFuture<?>> kept = new ArrayList<>();
            WeakReference<Object> argument = submitKeeping(pool, kept);
            assertCollected(argument);
            assertEquals(TaskStatus.SUCCESS, kept.get(0).status());
        }
    }

    private static WeakReference<Object> submitKeeping(ThreadPool pool, List<TaskFuture<?>> kept) {
        Object argument = new Object();
        TaskFuture<Integer> future = pool.submit(argument::hashCode);
        future.join();
        kept.add(future);
        return new WeakReference<>(argument);
    }

    @Test
    void aFutureThatIsKeptDoesNotKeepTheCodeOfATaskThatWasCancelledWhileItRan() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            List<TaskFuture<?>> kept = new ArrayList<>();
            assertCollected(cancelRunningKeeping(pool, kept));
            assertCollected(pool.submit(() -> cancelOnTopKeeping(pool, kept)).join());
            assertEquals(
                    List.of(TaskStatus.CANCELLED, TaskStatus.CANCELLED),
                    List.of(kept.get(0).status(), kept.get(1).status()));
        }
    }

    private static WeakReference<Object> cancelRunningKeeping(ThreadPool pool, List<TaskFuture<?>> kept)
            throws Exception {
        HeldTask held = HeldTask.stubborn();
        TaskFuture<String> future = pool.submit(held);
        held.awaitBegun();
        future.cancel(false);
        held.letGo();
        assertTrue(future.awaitExit(Duration.ofSeconds(Aside.PATIENCE_SECONDS)));
        kept.add(future);
        return new WeakReference<>(held);
    }

    /** In a task of that pool's only worker, which runs the other one itself. */
    private static WeakReference<Object> cancelOnTopKeeping(ThreadPool pool, List<TaskFuture<?>> kept) {
        Object argument = new Object();
        TaskFuture<?> future = pool.submit(() -> {
            TaskFuture.current().cancel(false);
            return argument;
        });
        assertThrows(TaskCancelledException.class, future::join);
        kept.add(future);
        return new WeakReference<>(argument);
    }

    @Test
    void aFutureThatIsKeptDoesNotKeepThoseThatWaitedBesideIt() {
        CountDownLatch go = new CountDownLatch(1);
        List<TaskFuture<?>> kept = new ArrayList<>();
        try (ThreadPool pool = ThreadPool.of(1);
                ThreadPool bounded = ThreadPool.builder()
                        .maxWorkers(1)
                        .boundedQueue(2, WhenFull.REJECT)
                        .build()) {
            pool.submit(() -> Waiting.await(go));
            bounded.submit(() -> Waiting.await(go));
            WeakReference<TaskFuture<?>> after = submitBeside(pool, kept);
            WeakReference<TaskFuture<?>> afterInQueue = submitBeside(bounded, kept);
            go.countDown();
            assertCollected(after);
            assertCollected(afterInQueue);
            assertCollected(pool.submit(() -> runNewest(pool, kept)).join());
            assertEquals(3, kept.size());
        }
    }

    private static WeakReference<TaskFuture<?>> submitBeside(ThreadPool pool, List<TaskFuture<?>> kept) {
        kept.add(pool.submit(() -> {}));
        return new WeakReference<>(pool.submit(() -> {}));
    }

    /** In a task of that pool's only worker: the second is taken out of the middle of those that have come. */
    private static WeakReference<TaskFuture<?>> runNewest(ThreadPool pool, List<TaskFuture<?>> kept) {
        WeakReference<TaskFuture<?>> before = new WeakReference<>(pool.submit(() -> {}));
        TaskFuture<?> newest = pool.submit(() -> {});
        newest.join();
        kept.add(newest);
        return before;
    }

    @Test
    void aFutureThatIsKeptDoesNotKeepTheThreadThatRanIt() {
        ThreadPool.Builder builder = ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(1);
        try (ThreadPool pool = builder.build()) {
            TaskFuture<WeakReference<Thread>> kept = pool.submit(() -> new WeakReference<>(Thread.currentThread()));
            WeakReference<Thread> thread = kept.join();
            Waiting.until(() -> {
                // A pool remembers a thread that has left until the next one leaves.
                pool.submit(() -> {}).join();
                System.gc();
                return thread.get() == null;
            });
            assertTrue(kept.isDone());
        }
    }

    @Test
    void aCancelledTaskLetsGoOfItsCodeThoughTheOnlyWorkerIsBusyForEver() {
        CountDownLatch go = new CountDownLatch(1);
        try (ThreadPool pool = ThreadPool.of(1)) {
            pool.submit(() -> Waiting.await(go));
            List<TaskFuture<?>> kept = new ArrayList<>();
            WeakReference<Object> argument = cancelKeeping(pool, kept);
            WeakReference<TaskFuture<?>> dropped = cancelDropping(pool);
            assertCollected(argument);
            assertCollected(dropped);
            go.countDown();
        }
    }

    private static WeakReference<Object> cancelKeeping(ThreadPool pool, List<TaskFuture<?>> kept) {
        Object argument = new Object();
        TaskFuture<Integer> future = pool.submit(argument::hashCode);
        future.cancel(true);
        kept.add(future);
        return new WeakReference<>(argument);
    }

    private static WeakReference<TaskFuture<?>> cancelDropping(ThreadPool pool) {
        TaskFuture<?> future = pool.submit(() -> {});
        future.cancel(true);
        return new WeakReference<>(future);
    }

    @Test
    void aMillionPendingTasksCostAtMost48BytesEachBeyondTheCallable() {
        CountDownLatch go = new CountDownLatch(1);
        Callable<Integer> shared = () -> 1;
        try (ThreadPool pool = ThreadPool.of(1)) {
            pool.submit(() -> Waiting.await(go));
            long before = usedBytes();
            for (int i = 0; i < MANY; i++) {
                pool.submit(shared);
            }
            double each = (usedBytes() - before) / (double) MANY;
            // What other threads of this JVM allocate meanwhile is the tolerance: half a megabyte.
            assertTrue(each <= 48.5, each + " bytes a pending task");
            go.countDown();
        }
    }

    @Test
    void cancellingHalfOfAMillionGivesTheirMemoryBackThoughTheWorkerIsBusy() {
        CountDownLatch go = new CountDownLatch(1);
        Callable<Integer> shared = () -> 1;
        try (ThreadPool pool = ThreadPool.of(1)) {
            pool.submit(() -> Waiting.await(go));
            long before = usedBytes();
            List<TaskFuture<Integer>> half = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                TaskFuture<Integer> future = pool.submit(shared);
                if (i % 2 == 0) {
                    half.add(future);
                }
            }
            half.forEach(future -> future.cancel(true));
            half.clear();
            half = null;
            double each = (usedBytes() - before) / (MANY / 2.0);
            assertTrue(each <= 49, each + " bytes a task that still pends");
            go.countDown();
        }
    }

    @Test
    void aCallbackThatWasTakenBackIsNotHeldByAFutureThatLivesLong() {
        TaskPromise<Integer> longLived = new TaskPromise<>();
        WeakReference<Object> argument = register(longLived.future());
        assertCollected(argument);
        longLived.succeed(1);
    }

    private static WeakReference<Object> register(TaskFuture<Integer> future) {
        Object argument = new Object();
        Registration registration = future.onDone(f -> System.err.println(argument));
        assertTrue(registration.remove());
        return new WeakReference<>(argument);
    }

    @Test
    void waitsThatGaveUpAreNotHeldByAFutureThatLivesLong() throws Exception {
        TaskPromise<Integer> longLived = new TaskPromise<>();
        List<TaskFuture<Integer>> one = List.of(longLived.future());
        long before = usedBytes();
        for (int i = 0; i < 100_000; i++) {
            TaskFutures.waitFor(one, ReturnWhen.FIRST_COMPLETED, Duration.ZERO);
            TaskFutures.waitFor(one, ReturnWhen.ALL_COMPLETED, Duration.ofNanos(1));
            // That one may find that its time is over and never wait; this one waits.
            longLived.future().awaitExit(Duration.ofNanos(1));
        }
        // A listener takes more than twenty bytes.
        assertTrue(usedBytes() - before < 2_000_000, usedBytes() - before + " bytes for 300,000 waits");
        longLived.succeed(1);
    }

    @Test
    void aPoolThatIsForgottenIsCollectedOnceItsWorkersHaveLeft() {
        FakeBackend backend = new FakeBackend();
        WeakReference<ThreadPool> pool = forget(backend);
        backend.advance(Duration.ofSeconds(10));
        assertCollected(pool);
    }

    private static WeakReference<ThreadPool> forget(FakeBackend backend) {
        ThreadPool pool = ThreadPool.builder().maxWorkers(1).backend(backend).build();
        pool.submit(() -> {}).join();
        try {
            backend.awaitSleepers(1);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return new WeakReference<>(pool);
    }

    private static void assertCollected(WeakReference<?> reference) {
        Waiting.until(() -> {
            System.gc();
            return reference.get() == null;
        });
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }
}
