// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Some items of a map that travel as one task. Each place holds the input until the item has run, and then what is to be
 * handed out. The first failure ends the chunk, and is the task's; what stands before it stays good.
 */
final class MapChunk<A extends @Nullable Object, R extends @Nullable Object> implements Callable<@Nullable Object> {
    private final MapCall<A, R> map;
    /** Its place among the chunks of the map. */
    final long number;

    private final @Nullable Object[] items;
    private int size;
    /** How many have run. Written by the thread that runs the chunk, read by others after it is done. */
    private int finished;

    private int handedOut;
    private long nanos = -1;

    MapChunk(MapCall<A, R> map, int capacity, long number) {
        this.map = map;
        this.number = number;
        items = new @Nullable Object[capacity];
    }

    // ---- before it runs ----

    ContextCarrier.@Nullable Snapshot context() {
        return map.context;
    }

    void add(A input) {
        items[size++] = input;
    }

    // ---- while it runs ----

    @Override
    public @Nullable Object call() throws Exception {
        TaskFuture<?> me = Objects.requireNonNull(TaskFuture.current());
        long start = map.backend().nanoTime();
        while (finished < size) {
            if (finished > 0) {
                me.betweenItems();
            }
            items[finished] = result(finished, me);
            finished++;
        }
        nanos = map.backend().nanoTime() - start;
        return null;
    }

    @SuppressWarnings({"unchecked", "NullAway", "FutureReturnValueIgnored"}) // what was added; a future may be a result
    private @Nullable Object result(int item, TaskFuture<?> me) throws Exception {
        Object result;
        try {
            result = map.apply((A) items[item]);
        } catch (Throwable thrown) {
            // An item that was interrupted because the map ended has not failed.
            if (!me.isDone()) {
                map.itemEnded(false);
            }
            if (!map.collectsFailures) {
                throw thrown;
            }
            return TaskFuture.failed(map.executor.home(), thrown);
        }
        map.itemEnded(true);
        return map.collectsFailures ? TaskFuture.succeeded(map.executor.home(), result) : result;
    }

    // ---- while it runs elsewhere ----

    /** What runs there in its place, or the rest of it, and returns what {@link #ranElsewhere} wants. */
    Callable<?> toSend() {
        return new SentChunk<>(map.fn(), Arrays.copyOfRange(items, finished, size), map.collectsFailures);
    }

    /** Takes what has run there; false if that is not all of it. Throws the failure that ended it, if one did. */
    boolean ranElsewhere(@Nullable Object outcome) {
        SentChunk.Outcome ran = (SentChunk.Outcome) Objects.requireNonNull(outcome);
        for (Object result : ran.results) {
            boolean failed = result instanceof SentChunk.Failed;
            map.itemEnded(!failed);
            items[finished++] = failed
                    ? TaskFuture.failed(map.executor.home(), ((SentChunk.Failed) result).thrown)
                    : map.collectsFailures ? TaskFuture.succeeded(map.executor.home(), result) : result;
        }
        if (ran.failure != null) {
            throw Carried.<RuntimeException>asUnchecked(ran.failure);
        }
        nanos = ran.nanos;
        return finished == size;
    }

    /** Another item has failed: thrown, or what came back, or did not, is its failure. */
    void failedElsewhere() {
        map.itemEnded(false);
    }

    // ---- when it is done ----

    int size() {
        return size;
    }

    /** Negative if it did not run to its end. */
    long nanosPerItem() {
        return nanos < 0 ? nanos : nanos / size;
    }

    boolean hasMore() {
        return handedOut < finished;
    }

    /** The next element, which is then let go of. */
    @Nullable
    Object next() {
        Object element = items[handedOut];
        items[handedOut++] = null;
        return element;
    }
}
