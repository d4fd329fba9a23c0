// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.google.common.util.concurrent.MoreExecutors;
import dev.millrace.ThreadPool;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.ExecutorsKt;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The executors that are compared. None gives up an idle worker within a minute: with what it costs to start one, no
 * cell but {@link Cold} would measure anything else.
 */
public enum Peer {
    MILLRACE,
    THREAD_POOL,
    /** {@link ThreadPoolExecutor}, whose queue is a {@link LinkedTransferQueue}. */
    THREAD_POOL_LTQ,
    FORK_JOIN,
    /** First in, first out. */
    FORK_JOIN_ASYNC,
    /** Its listening decorator, around a {@link ThreadPoolExecutor}. */
    GUAVA,
    JETTY,
    /** Has as many threads as processors, whatever is asked for. */
    KOTLINX_DEFAULT,
    /** Has as many threads as are asked for, up to 64. */
    KOTLINX_IO,
    /** A virtual thread for each task, as many as there are tasks; from JDK 21. */
    VIRTUAL;

    private static final Duration IDLE = Duration.ofMinutes(1);

    /** Whether this JDK has it. */
    public boolean isHere() {
        return this != VIRTUAL || Runtime.version().feature() >= 21;
    }

    /** How many threads it has when it is asked for so many. */
    int threads(int workers) {
        return this == KOTLINX_DEFAULT
                ? Math.min(workers, Math.max(2, Runtime.getRuntime().availableProcessors()))
                : workers;
    }

    /** Opens a pool of {@code workers}, to be closed by {@link #close}. */
    public ExecutorService open(int workers) {
        return switch (this) {
            case MILLRACE ->
                ThreadPool.builder().maxWorkers(workers).idleTimeout(IDLE).build();
            case THREAD_POOL -> Executors.newFixedThreadPool(workers);
            case THREAD_POOL_LTQ ->
                new ThreadPoolExecutor(
                        workers, workers, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedTransferQueue<>());
            case FORK_JOIN -> new ForkJoinPool(workers);
            case FORK_JOIN_ASYNC ->
                new ForkJoinPool(workers, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true);
            case GUAVA ->
                MoreExecutors.listeningDecorator(new ThreadPoolExecutor(
                        workers, workers, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>()));
            case JETTY -> openJetty(workers);
            case KOTLINX_DEFAULT ->
                SubmittingExecutor.over(
                        ExecutorsKt.asExecutor(Dispatchers.getDefault().limitedParallelism(workers, null)));
            case KOTLINX_IO ->
                SubmittingExecutor.over(
                        ExecutorsKt.asExecutor(Dispatchers.getIO().limitedParallelism(workers, null)));
            case VIRTUAL -> openVirtual();
        };
    }

    private static ExecutorService openJetty(int workers) {
        // No reserved threads: they would be taken from the workers.
        QueuedThreadPool pool = new QueuedThreadPool(workers, workers, (int) IDLE.toMillis(), 0, null, null);
        try {
            pool.start();
        } catch (Exception e) {
            throw new IllegalStateException("Jetty's pool did not start", e);
        }
        return SubmittingExecutor.over(pool, () -> {
            try {
                pool.stop();
            } catch (Exception e) {
                throw new IllegalStateException("Jetty's pool did not stop", e);
            }
        });
    }

    private static ExecutorService openVirtual() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            throw new UnsupportedOperationException("virtual threads need JDK 21: " + Runtime.version(), e);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Shuts down, and waits until the workers have ended. */
    public static void close(ExecutorService pool) {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("still runs a minute after its shutdown: " + pool);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while closing " + pool, e);
        }
    }
}
