// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a map goes about its work: how far it reads ahead, in which order results come, how many items travel together.
 * Immutable; each {@code with…} returns a changed copy.
 *
 * <pre>{@code
 * pool.map(urls, this::fetch, MapOptions.unordered().withWindow(100).withTimeout(Duration.ofMinutes(1)));
 * }</pre>
 */
public final class MapOptions {
    /** As the size of a chunk: found from how long the first items take. */
    public static final int AUTO = Integer.MIN_VALUE;

    static final MapOptions DEFAULTS = new MapOptions(0, 1, false, null, null, 0);

    /** Zero: found from the executor. */
    final int window;

    final int chunk;
    final boolean isUnordered;
    final @Nullable Duration timeout;
    final @Nullable Consumer<? super MapProgress> progress;
    final int retries;

    private MapOptions(
            int window,
            int chunk,
            boolean isUnordered,
            @Nullable Duration timeout,
            @Nullable Consumer<? super MapProgress> progress,
            int retries) {
        if (window > 0 && chunk > window) {
            throw new IllegalArgumentException("chunk must not exceed the window, which counts items: chunk " + chunk
                    + ", window " + window + "; raise the window");
        }
        this.window = window;
        this.chunk = chunk;
        this.isUnordered = isUnordered;
        this.timeout = timeout;
        this.progress = progress;
        this.retries = retries;
    }

    /** Options with a window only: {@link #withWindow}. */
    public static MapOptions window(int items) {
        return DEFAULTS.withWindow(items);
    }

    /** Options with a chunk size only: {@link #withChunk}. */
    public static MapOptions chunk(int items) {
        return DEFAULTS.withChunk(items);
    }

    /** Options that give up the order only: {@link #withUnordered}. */
    public static MapOptions unordered() {
        return DEFAULTS.withUnordered();
    }

    /** Options with a time limit only: {@link #withTimeout}. */
    public static MapOptions timeout(Duration timeout) {
        return DEFAULTS.withTimeout(timeout);
    }

    /** Options with a listener only: {@link #withProgress}. */
    public static MapOptions progress(Consumer<? super MapProgress> listener) {
        return DEFAULTS.withProgress(listener);
    }

    /** Options that collect failures only: {@link #withCollectedFailures}. */
    public static CollectingFailures collectFailures() {
        return DEFAULTS.withCollectedFailures();
    }

    /**
     * A copy with this window: at most so many items are between being read from the input and being handed out, which
     * bounds what is in memory, and how far a slow first item lets the others run ahead. Python: {@code buffersize}.
     *
     * <p>By default four chunks for each worker: one that runs, one that waits so that the worker need not, and as much
     * again for results that wait for their turn. An adapted executor does not say how many workers it has: there the
     * window is 64 chunks, and as it is all that limits how many run at once, better set.
     *
     * @throws IllegalArgumentException if less than one, or less than the chunk
     */
    public MapOptions withWindow(int items) {
        ensureAtLeastOne("window", items);
        return new MapOptions(items, chunk, isUnordered, timeout, progress, retries);
    }

    /**
     * A copy that sends so many items as one task, which pays where an item takes less than some 10 µs. Order, the place
     * of a failure, progress and cancellation stay those of single items; but in a map without order the results of a
     * chunk come together. With {@link #AUTO} the size is found from how long items take, and follows when that
     * changes; it is at most 1,024, and with a window at most a half of each worker's share. Without this, each item is
     * a task. Python: {@code chunksize}.
     *
     * @throws IllegalArgumentException if less than one and not AUTO, or more than the window
     */
    public MapOptions withChunk(int items) {
        if (items != AUTO) {
            ensureAtLeastOne("chunk", items);
        }
        return new MapOptions(window, items, isUnordered, timeout, progress, retries);
    }

    /**
     * A copy that hands out results in the order in which they are done: a slow item holds nobody back, and a failure
     * comes at once. Python: {@code imap_unordered}.
     */
    public MapOptions withUnordered() {
        return new MapOptions(window, chunk, true, timeout, progress, retries);
    }

    /**
     * A copy with this limit for the whole map, counted from the call of {@code map} or {@code mapAsync}. What is ready
     * by then still comes; then {@link TaskTimeoutException} is thrown, and the rest cancelled. A wait with a limit
     * runs no pending item itself. Python: {@code timeout}.
     *
     * @throws IllegalArgumentException if the limit is zero or negative
     */
    public MapOptions withTimeout(Duration newTimeout) {
        Objects.requireNonNull(newTimeout, "timeout");
        if (newTimeout.isZero() || newTimeout.isNegative()) {
            throw new IllegalArgumentException("timeout must be positive: " + newTimeout);
        }
        return new MapOptions(window, chunk, isUnordered, newTimeout, progress, retries);
    }

    /**
     * A copy that tells {@code listener} how far the map has come: at most ten times a second as items end, and once at
     * the end. The listener is called on the thread of whoever ends an item or the map, never by two at once, and under
     * no lock; what it throws goes to that thread's uncaught-exception handler.
     */
    public MapOptions withProgress(Consumer<? super MapProgress> listener) {
        return new MapOptions(
                window, chunk, isUnordered, timeout, Objects.requireNonNull(listener, "listener"), retries);
    }

    /**
     * A copy for items that may run twice: a chunk whose worker is lost is sent again, so often at most. See
     * {@link TaskOptions#withRetries}.
     *
     * @throws IllegalArgumentException if negative
     */
    public MapOptions withRetries(int newRetries) {
        if (newRetries < 0) {
            throw new IllegalArgumentException("retries must be at least 0: " + newRetries);
        }
        return new MapOptions(window, chunk, isUnordered, timeout, progress, newRetries);
    }

    /** As these, but each result comes as a future that is done: a failure is one of them and ends nothing. */
    public CollectingFailures withCollectedFailures() {
        return new CollectingFailures(this);
    }

    private static void ensureAtLeastOne(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1: " + value);
        }
    }

    @Override
    public String toString() {
        return "MapOptions[window=" + (window == 0 ? "default" : window) + ", chunk=" + (chunk == AUTO ? "AUTO" : chunk)
                + (isUnordered ? ", unordered" : "") + (timeout == null ? "" : ", timeout=" + timeout)
                + (progress == null ? "" : ", progress")
                + (retries == 0 ? "" : ", retries=" + retries) + "]";
    }

    /**
     * Options of a map whose elements are futures: {@link MapOptions#withCollectedFailures}. A type of its own, because
     * the map's result is of another.
     *
     * <pre>{@code
     * pool.map(urls, this::fetch, MapOptions.collectFailures())
     *     .forEach(page -> show(page.status() == TaskStatus.FAILED ? page.exceptionNow() : page.join()));
     * }</pre>
     */
    public static final class CollectingFailures {
        final MapOptions options;

        private CollectingFailures(MapOptions options) {
            this.options = options;
        }

        @Override
        public String toString() {
            return options + " collecting failures";
        }
    }
}
