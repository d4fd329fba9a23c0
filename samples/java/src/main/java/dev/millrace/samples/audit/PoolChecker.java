package dev.millrace.samples.audit;

import dev.millrace.TaskFuture;
import dev.millrace.ThreadPool;
import dev.millrace.WhenFull;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Checks several files at a time, on a pool. Its queue is bounded: a repository of a million files has some thousand of
 * them in memory, and the walk waits while that many are ahead of the workers.
 */
final class PoolChecker implements Checker {
    private static final int MAX_WAITING = 4096;

    private final ThreadPool pool;
    private final Consumer<Verdict> verdicts;
    /** The first thing thrown that no file can be blamed for. */
    private final AtomicReference<Throwable> bug = new AtomicReference<>();

    /** The workers call {@code verdicts}, several at a time. */
    PoolChecker(int workers, Consumer<Verdict> verdicts) {
        this.verdicts = verdicts;
        pool = ThreadPool.builder()
                .name("audit")
                .maxWorkers(workers)
                .boundedQueue(MAX_WAITING, WhenFull.BLOCK)
                .build();
    }

    @Override
    public boolean check(FileCheck check) {
        try {
            pool.submit(check).onDone(this::take);
            return true;
        } catch (RejectedExecutionException e) {
            if (pool.isShutdown() || e.getCause() instanceof InterruptedException) {
                return false;
            }
            throw e;
        }
    }

    private void take(TaskFuture<Verdict> done) {
        switch (done.status()) {
            case SUCCESS -> verdicts.accept(done.resultNow());
            case FAILED -> {
                if (!(done.exceptionNow() instanceof InterruptedException)) {
                    bug.compareAndSet(null, done.exceptionNow());
                }
            }
            default -> {} // cancelled by stop()
        }
    }

    @Override
    public void finish() {
        pool.close();
        if (bug.get() != null) {
            throw new IllegalStateException("a check failed: " + bug.get(), bug.get());
        }
    }

    @Override
    public void stop() {
        pool.shutdownNow();
    }
}
