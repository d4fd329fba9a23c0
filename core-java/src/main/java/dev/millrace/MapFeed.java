// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the input of a map, and submits it in chunks, as far ahead as the window and the executor's room allow. Used by
 * one thread at a time; only {@link #close} may come at any time from any other.
 */
final class MapFeed<A extends @Nullable Object, R extends @Nullable Object> {
    private static final int MAX_REFUSALS = 100;

    private final MapCall<A, R> map;
    private final Iterator<? extends A> inputs;
    /** Called with each future that the executor has accepted. */
    private final Consumer<TaskFuture<?>> onStart;
    /** Submitted and not taken, in the order of the input. Guarded by its monitor, for the sake of close. */
    private final Map<TaskFuture<?>, MapChunk<A, R>> ahead = new LinkedHashMap<>();

    private volatile boolean closed;
    private volatile boolean interrupts;
    /** How many items were read and not handed out. */
    private int inFlight;

    private long chunksRead;
    /** How often in a row there was no room although nothing is in flight. */
    private int refusals;

    private boolean readAll;
    /** What ended the reading early: the source, or the executor that takes no more. */
    private @Nullable Throwable failure;
    /** Read, but there was no room for it, and the executor has no line in which it could wait. */
    private @Nullable MapChunk<A, R> held;
    /** Waits for room in the executor's line, or did. */
    private @Nullable TaskFuture<?> inLine;

    MapFeed(MapCall<A, R> map, Iterator<? extends A> inputs, Consumer<TaskFuture<?>> onStart) {
        this.map = map;
        this.inputs = inputs;
        this.onStart = onStart;
    }

    /** Starts as much as may be in flight. Blocks where the source does. */
    void readAhead() {
        // Asked at each item: first what costs least.
        while ((held != null || !isWindowFull()) && hasRoomInLine()) {
            MapChunk<A, R> chunk = held != null ? held : read();
            held = null;
            if (chunk == null || !start(chunk)) {
                return;
            }
        }
    }

    /** At most one chunk waits in the executor's line for room: a map must not keep others from it. */
    private boolean hasRoomInLine() {
        if (inLine != null && !map.executor.standsInLine(inLine)) {
            inLine = null;
        }
        return inLine == null && !closed;
    }

    private boolean isWindowFull() {
        return inFlight + (long) map.chunkSize() > map.window();
    }

    /** The next chunk, which may have less than its size at the end; null if none may be read, or there is none. */
    private @Nullable MapChunk<A, R> read() {
        int size = map.chunkSize();
        if (readAll || failure != null || isWindowFull() || map.nanosLeft() <= 0) {
            return null;
        }
        MapChunk<A, R> chunk = new MapChunk<>(map, size, chunksRead++);
        try {
            while (!readAll && chunk.size() < size) {
                if (inputs.hasNext()) {
                    chunk.add(inputs.next());
                    inFlight++;
                } else {
                    readAll = true;
                }
            }
        } catch (Throwable fromSource) {
            failure = fromSource;
        }
        return chunk.size() == 0 ? null : chunk;
    }

    /** Returns whether there may be room for more. */
    private boolean start(MapChunk<A, R> chunk) {
        if (closed) {
            // While the source was being read.
            return false;
        }
        TaskFuture<?> future = TaskFuture.of(map.taskHome, chunk);
        boolean room;
        try {
            room = map.executor.acceptWhenRoom(future);
            inLine = room ? inLine : future;
        } catch (RejectedExecutionException refused) {
            if (map.executor.isShutdown() || (isEmpty() && !mayHaveRoomSoon())) {
                failure = refused;
                return false;
            }
            // Full, and without a line: with what is in flight the map goes on, and tries again.
            held = chunk;
            return isEmpty();
        } catch (IllegalArgumentException cannotTravel) {
            if (chunksRead == 1) {
                throw cannotTravel; // at the call, as it is most likely the function
            }
            failure = cannotTravel;
            return false;
        }
        refusals = 0;
        synchronized (ahead) {
            ahead.put(future, chunk);
        }
        onStart.accept(future);
        if (closed) {
            future.cancel(interrupts);
        }
        return room;
    }

    /**
     * An executor that hands tasks over without a queue refuses the next as long as the worker whose result we have
     * is not back for more, and has no way to tell. Waits a little, a little longer each time, some 50 ms in all.
     */
    private boolean mayHaveRoomSoon() {
        if (chunksRead < 2 || ++refusals > MAX_REFUSALS) {
            return false;
        }
        map.backend().parkNanos(this, Math.min(refusals, 100) * 10_000L);
        return true;
    }

    /** So many items have been handed out. */
    void handedOut(int items) {
        inFlight -= items;
    }

    int inFlight() {
        return inFlight;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Whether the source has no more; looks, which may block, if that is not known. */
    boolean isReadToTheEnd() {
        return readAll || !inputs.hasNext();
    }

    // ---- what is in flight ----

    boolean isEmpty() {
        return ahead.isEmpty();
    }

    /** The first in the order of the input. Only if not empty. */
    TaskFuture<?> first() {
        return ahead.keySet().iterator().next();
    }

    @Nullable
    MapChunk<A, R> take(TaskFuture<?> future) {
        synchronized (ahead) {
            return ahead.remove(future);
        }
    }

    List<TaskFuture<?>> futures() {
        synchronized (ahead) {
            return new ArrayList<>(ahead.keySet());
        }
    }

    /** Nothing is started any more; what pends is withdrawn, and what runs is cancelled. */
    void close(boolean mayInterrupt) {
        interrupts = mayInterrupt;
        closed = true;
        List<TaskFuture<?>> open = futures();
        // Those that have not begun first: a worker that a cancel sets free must find none of them.
        open.forEach(TaskFuture::cancelIfPending);
        for (TaskFuture<?> future : open) {
            if (!future.cancel(mayInterrupt) && map.wasStopped(future)) {
                // An item that the executor's end interrupted has no failure that somebody would have to look at.
                future.look();
            }
        }
    }

    boolean isClosed() {
        return closed;
    }
}
