// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The contract over the JDK's own pool, and what the adapter promises beside it. */
class AdapterContractTest extends ExecutorContract {
    @Override
    TaskExecutorService create(int maxWorkers) {
        return TaskExecutorService.adapt(
                new ThreadPoolExecutor(maxWorkers, maxWorkers, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
    }

    @Test
    void shuttingTheAdapterDownShutsTheExecutorDown() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        TaskExecutorService adapted = open(TaskExecutorService.adapt(executor));
        adapted.shutdown();
        assertTrue(executor.isShutdown());
    }

    @Test
    void shuttingTheExecutorDownShutsTheAdapterDown() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        TaskExecutorService adapted = open(TaskExecutorService.adapt(executor));
        executor.shutdown();
        assertTrue(adapted.isShutdown());
        assertThrows(RejectedExecutionException.class, () -> adapted.submit(() -> "never"));
        assertTrue(adapted.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** Whoever drains the original executor behind the adapter's back leaves nobody waiting after termination. */
    @Test
    void whatTheExecutorDroppedWithoutAWordIsCancelledOnTermination() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        TaskExecutorService adapted = open(TaskExecutorService.adapt(executor));
        HeldTask holder = polite();
        adapted.execute(holder::run);
        holder.awaitBegun();
        TaskFuture<String> dropped = adapted.submit(() -> "never");
        executor.shutdownNow();
        assertTrue(adapted.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertTrue(dropped.isCancelled());
    }

    @Test
    void shutdownNowReturnsWhatWasGivenToTheExecutorDirectlyToo() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        TaskExecutorService adapted = open(TaskExecutorService.adapt(executor));
        HeldTask holder = polite();
        adapted.execute(holder::run);
        holder.awaitBegun();
        Runnable direct = () -> {};
        Runnable ours = () -> {};
        executor.execute(direct);
        adapted.execute(ours);
        List<Runnable> dropped = adapted.shutdownNow();
        assertEquals(2, dropped.size());
        assertTrue(dropped.contains(direct));
        assertTrue(dropped.contains(ours));
    }

    @Test
    void aFullExecutorRefusesBySubmitAndSaysSoByTrySubmit() throws Exception {
        TaskExecutorService adapted = open(TaskExecutorService.adapt(
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1))));
        HeldTask holder = polite();
        adapted.execute(holder::run);
        holder.awaitBegun();
        TaskFuture<String> pending = adapted.submit(() -> "pending");
        assertThrows(RejectedExecutionException.class, () -> adapted.submit(() -> "never"));
        assertThrows(RejectedExecutionException.class, () -> adapted.execute(() -> {}));
        assertEquals(Optional.empty(), adapted.trySubmit(() -> "never", Duration.ofDays(1)));
        holder.letGo();
        assertEquals("pending", pending.get());
    }

    @Test
    void anExecutorThatRunsInItsCallerLeavesTheCallersInterruptAlone() throws Exception {
        TaskExecutorService adapted = open(TaskExecutorService.adapt(new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.CallerRunsPolicy())));
        HeldTask holder = polite();
        adapted.execute(holder::run);
        holder.awaitBegun();
        adapted.execute(() -> {});
        Thread.currentThread().interrupt();
        TaskFuture<Boolean> here = adapted.submit(() -> {
            boolean seen = Thread.currentThread().isInterrupted();
            TaskFuture.current().cancel(true);
            return seen;
        });
        assertTrue(Thread.interrupted());
        assertTrue(here.isCancelled());
        TaskFuture<Thread> thread = adapted.submit(Thread::currentThread);
        assertSame(Thread.currentThread(), thread.resultNow());
        assertFalse(Thread.interrupted());
    }

    /** Some executors drop a task although they took it: the discard policies. */
    @Test
    void aTaskThatTheExecutorDiscardedIsCancelledAtTheEnd() throws Exception {
        TaskExecutorService adapted = open(TaskExecutorService.adapt(new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.DiscardPolicy())));
        HeldTask holder = polite();
        adapted.execute(holder::run);
        holder.awaitBegun();
        adapted.execute(() -> {});
        TaskFuture<String> discarded = adapted.submit(() -> "never");
        holder.letGo();
        finish(adapted);
        assertTrue(discarded.isCancelled());
    }

    @Test
    void aTaskOfASubmitThatThrewNeverRunsThoughTheExecutorHasIt() throws Exception {
        List<Runnable> queued = new ArrayList<>();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
            @Override
            public void execute(Runnable task) {
                queued.add(task);
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
        TaskExecutorService adapted = open(TaskExecutorService.adapt(executor));
        AtomicInteger runs = new AtomicInteger();
        assertThrows(OutOfMemoryError.class, () -> adapted.submit(runs::incrementAndGet));
        queued.forEach(Runnable::run);
        assertEquals(0, runs.get());
    }

    /** One that runs in its callers drops what comes after its end without a word. */
    @Test
    void aTaskThatComesWhileTheExecutorEndsIsRefusedThoughTheExecutorSaysNothing() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(1),
                        new ThreadPoolExecutor.CallerRunsPolicy()) {
                    @Override
                    public void execute(Runnable task) {
                        shutdown();
                        super.execute(task);
                    }
                };
        TaskExecutorService adapted = open(TaskExecutorService.adapt(executor));
        assertThrows(RejectedExecutionException.class, () -> adapted.submit(() -> "never"));
    }
}
