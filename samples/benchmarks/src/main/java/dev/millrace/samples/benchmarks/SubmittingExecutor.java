// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Gives what can only execute a {@code submit}, by the JDK's own means: a {@link java.util.concurrent.FutureTask}. */
final class SubmittingExecutor extends AbstractExecutorService {
    private final Executor executor;
    private final Runnable stop;
    private volatile boolean shutdown;

    private SubmittingExecutor(Executor executor, Runnable stop) {
        this.executor = executor;
        this.stop = stop;
    }

    /** For an executor whose threads are shared and go on. */
    static SubmittingExecutor over(Executor executor) {
        return over(executor, () -> {});
    }

    static SubmittingExecutor over(Executor executor, Runnable stop) {
        return new SubmittingExecutor(executor, stop);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    public void shutdown() {
        if (!shutdown) {
            shutdown = true;
            stop.run();
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutdown;
    }
}
