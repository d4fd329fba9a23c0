// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call of map or mapAsync: what it was asked for, with what was left open filled in for the executor. */
final class MapCall<A extends @Nullable Object, R extends @Nullable Object> {
    private static final int CHUNKS_PER_WORKER = 4;
    private static final int MAX_AUTO_CHUNK = 1024;
    /** Long enough that what a task costs is a few hundredths of it, short enough that the workers end together. */
    private static final long AUTO_CHUNK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    /** The same, where a task takes a message there and one back. */
    private static final long AUTO_CHUNK_NANOS_ELSEWHERE = TimeUnit.MILLISECONDS.toNanos(20);

    final AbstractTaskExecutor executor;
    final MapOptions options;
    /** Elements are futures, and a failure is one of them. */
    final boolean collectsFailures;
    /** All results come at once, and the inputs are in memory anyway. */
    private final boolean isAsync;

    final long startNanos;
    final @Nullable MapReports reports;
    private final ThrowingFunction<? super A, ? extends R> fn;
    /** Where its tasks belong. */
    final TaskHome taskHome;
    /** That of who called map. */
    final ContextCarrier.@Nullable Snapshot context;

    private final long autoChunkNanos;
    private final int maxChunksAhead;
    private final int maxChunk;
    /** Read and written by the thread that makes the chunks. */
    private int chunk;

    MapCall(
            AbstractTaskExecutor executor,
            Iterable<? extends A> inputs,
            ThrowingFunction<? super A, ? extends R> fn,
            MapOptions options,
            boolean collectsFailures,
            boolean isAsync) {
        this.executor = executor;
        this.fn = fn;
        this.options = options;
        this.collectsFailures = collectsFailures;
        this.isAsync = isAsync;
        Observer observer = executor.home().observer;
        context = observer == null ? null : observer.capture();
        Backend backend = executor.home().backend;
        startNanos = backend.nanoTime();
        reports = options.progress == null ? null : new MapReports(options.progress, backend, MapReports.total(inputs));
        taskHome = options.retries == 0
                ? executor.home()
                : new TaskHome.WithOptions(executor.home(), TaskOptions.NONE.withRetries(options.retries));
        autoChunkNanos = executor.capabilities().isElsewhere() ? AUTO_CHUNK_NANOS_ELSEWHERE : AUTO_CHUNK_NANOS;
        int workers = executor.workersForMap();
        boolean auto = options.chunk == MapOptions.AUTO;
        chunk = auto ? 1 : options.chunk;
        maxChunksAhead = (int) Math.min(Integer.MAX_VALUE, (long) CHUNKS_PER_WORKER * workers);
        maxChunk = !auto
                ? options.chunk
                : options.window == 0 ? MAX_AUTO_CHUNK : between(1, options.window / (2L * workers), MAX_AUTO_CHUNK);
    }

    private static int between(int least, long value, int most) {
        return (int) Math.max(least, Math.min(value, most));
    }

    /** How many items may now be between being read and being handed out. */
    int window() {
        if (options.window == 0 && isAsync && options.chunk != MapOptions.AUTO) {
            return Integer.MAX_VALUE;
        }
        return options.window > 0 ? options.window : (int) Math.min(Integer.MAX_VALUE, (long) maxChunksAhead * chunk);
    }

    int chunkSize() {
        return chunk;
    }

    /** What is known from a chunk that has run: one that grows does so in steps, as the first items warm the code up. */
    void learnFrom(MapChunk<A, R> ran) {
        if (options.chunk == MapOptions.AUTO && ran.nanosPerItem() >= 0) {
            long fitting = autoChunkNanos / Math.max(1, ran.nanosPerItem());
            chunk = between(1, Math.min(fitting, 4L * chunk), maxChunk);
        }
    }

    ThrowingFunction<? super A, ? extends R> fn() {
        return fn;
    }

    R apply(A input) throws Exception {
        return fn.apply(input);
    }

    void itemEnded(boolean succeeded) {
        if (reports != null) {
            reports.ended(succeeded);
        }
    }

    /** The map has ended: the last report. */
    void over() {
        if (reports != null) {
            reports.over();
        }
    }

    Backend backend() {
        return executor.home().backend;
    }

    /** What is left of the time; {@code Long.MAX_VALUE} stands for no limit. */
    long nanosLeft() {
        Duration limit = options.timeout;
        return limit == null
                ? Long.MAX_VALUE
                : Durations.limit(Durations.toNanos(limit)) - (backend().nanoTime() - startNanos);
    }

    TaskTimeoutException timedOut(long ended, int unfinished) {
        return TaskTimeoutException.ofMap(
                executor.home().name(),
                ended + (isAsync ? " items done, " : " items handed out, ") + unfinished + " unfinished",
                Objects.requireNonNull(options.timeout));
    }

    /** Why a chunk did not succeed: its failure, or the executor's end if that was the reason. */
    Throwable failureOf(TaskFuture<?> chunk) {
        boolean cancelled = chunk.isCancelled();
        Throwable failure = cancelled ? new TaskCancelledException(chunk.name()) : chunk.exceptionNow();
        return wasStopped(chunk) || (cancelled && executor.isShutdown())
                ? new RejectedExecutionException(
                        "the map over " + executor.home().name() + " cannot go on: the executor was shut down", failure)
                : failure;
    }

    /** Whether a chunk failed because the executor stopped what ran. */
    boolean wasStopped(TaskFuture<?> chunk) {
        return executor.home().isStopping()
                && chunk.status() == TaskStatus.FAILED
                && chunk.failureUnseen() instanceof InterruptedException;
    }
}
