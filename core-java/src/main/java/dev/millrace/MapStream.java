// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the stream that map returns. The consumer's thread does everything but run the items: it reads the
 * input when it comes for the next result, submits, and waits. So a source that blocks holds up nobody else, and no
 * thread stands by. Only {@link #close} may come from another thread.
 */
final class MapStream<A extends @Nullable Object, R extends @Nullable Object, E extends @Nullable Object>
        implements Spliterator<E> {
    private final MapCall<A, R> map;
    private final MapFeed<A, R> feed;
    /** Of a map without order: which chunk is done next. */
    private final @Nullable NextDone<TaskFuture<?>> nextDone;
    /** The chunk that is being handed out, and its future. */
    private @Nullable MapChunk<A, R> current;

    private @Nullable TaskFuture<?> currentFuture;
    private long handedOut;
    /** The end was reached, or thrown. */
    private boolean over;

    private MapStream(MapCall<A, R> map, Iterator<? extends A> inputs) {
        this.map = map;
        NextDone<TaskFuture<?>> next = map.options.isUnordered ? new NextDone<>() : null;
        nextDone = next;
        feed = new MapFeed<>(map, inputs, next == null ? future -> {} : next::add);
    }

    static <A extends @Nullable Object, R extends @Nullable Object, E extends @Nullable Object> Stream<E> start(
            MapCall<A, R> map, Iterable<? extends A> inputs) {
        MapStream<A, R, E> stream = new MapStream<>(map, inputs.iterator());
        boolean begun = false;
        try {
            stream.feed.readAhead();
            begun = true;
        } finally {
            if (!begun) {
                stream.close();
            }
        }
        return StreamSupport.<E>stream(stream, false).onClose(stream::close);
    }

    // ---- what the stream asks ----

    @Override
    public boolean tryAdvance(Consumer<? super E> action) {
        if (over) {
            return false;
        }
        boolean handed = false;
        try {
            MapChunk<A, R> chunk = findNext();
            if (chunk != null) {
                action.accept(next(chunk));
                handed = true;
            }
        } finally {
            // The end, or a failure: of an item, of the source, of the consumer.
            if (!handed) {
                over = true;
                close();
            }
        }
        return handed;
    }

    /** Cannot be split: one thread takes the results, on a parallel stream too. */
    @Override
    public @Nullable Spliterator<E> trySplit() {
        return null;
    }

    @Override
    public long estimateSize() {
        return Long.MAX_VALUE;
    }

    /** The order in which results are done is one, too: without one, a limit on a parallel stream would take too many. */
    @Override
    public int characteristics() {
        return ORDERED;
    }

    /** Cancels what is left, if there is something left. From any thread. */
    private void close() {
        feed.close(true);
        map.over();
    }

    // ---- inside ----

    @SuppressWarnings({"unchecked", "NullAway"}) // results, or futures of results where failures are collected
    private E next(MapChunk<A, R> chunk) {
        feed.handedOut(1);
        handedOut++;
        return (E) chunk.next();
    }

    /** A chunk that has an element to hand out; null at the end. */
    private @Nullable MapChunk<A, R> findNext() {
        ensureNotClosed();
        // First of all, so that the workers have something to do while the consumer is busy with what it gets now.
        feed.readAhead();
        for (; ; ) {
            MapChunk<A, R> chunk = current;
            if (chunk != null && chunk.hasMore()) {
                return chunk;
            }
            if (chunk != null) {
                leave(chunk);
                feed.readAhead();
            }
            Throwable failure = feed.failure();
            if (failure != null && (feed.isEmpty() || map.options.isUnordered)) {
                throw unchecked(failure);
            }
            if (feed.isEmpty()) {
                ensureNotClosed();
                if (!feed.isReadToTheEnd()) {
                    throw map.timedOut(handedOut, 0);
                }
                return null;
            }
            current = awaitNext();
        }
    }

    /** All that was good in the chunk has been handed out. */
    private void leave(MapChunk<A, R> chunk) {
        TaskFuture<?> future = Objects.requireNonNull(currentFuture);
        current = null;
        currentFuture = null;
        if (future.status() != TaskStatus.SUCCESS) {
            throw unchecked(map.failureOf(future));
        }
        map.learnFrom(chunk);
    }

    /** Waits for the next chunk: the first, or whichever is done. */
    private MapChunk<A, R> awaitNext() {
        TaskFuture<?> next = null;
        try {
            next = nextDone == null ? awaitFirst() : awaitAny(nextDone);
        } catch (InterruptedException e) {
            Callbacks.interruptHere();
            throw new CompletionException(
                    "interrupted while " + feed.inFlight() + " items of the map were unfinished", e);
        }
        ensureNotClosed();
        if (next == null) {
            throw map.timedOut(handedOut, feed.inFlight());
        }
        currentFuture = next;
        MapChunk<A, R> chunk = Objects.requireNonNull(feed.take(next));
        if (next.isCancelled()) {
            // Its code may still run, and write to the chunk.
            throw unchecked(map.failureOf(next));
        }
        return chunk;
    }

    private @Nullable TaskFuture<?> awaitFirst() throws InterruptedException {
        TaskFuture<?> first = feed.first();
        boolean came = first.isDone() || cameSoon(first) || TaskFutures.awaitAll(List.of(first), map.nanosLeft());
        return came ? first : null;
    }

    /** Behind the first is a window at most; but a worker may run what pends, and an interrupt is to be heard. */
    private static boolean cameSoon(TaskFuture<?> first) {
        return Runner.current() == null && !Thread.currentThread().isInterrupted() && first.comesSoon(false);
    }

    private @Nullable TaskFuture<?> awaitAny(NextDone<TaskFuture<?>> nextDone) throws InterruptedException {
        return nextDone.take(map.nanosLeft());
    }

    /** Never an early end that looks like the end. */
    private void ensureNotClosed() {
        if (feed.isClosed()) {
            throw new IllegalStateException("the stream of the map over "
                    + map.executor.home().name() + " was closed after " + handedOut + " elements, before its end");
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error) {
            throw (Error) failure;
        }
        return failure instanceof RuntimeException
                ? (RuntimeException) failure
                : new CompletionException(Failure.describe(failure), failure);
    }
}
