// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts the items of a map and tells its listener, as {@link MapOptions#withProgress} promises. Whoever ends an item
 * comes by here. Nobody waits for the listener: who comes while it is being called goes on.
 */
final class MapReports {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /*
     *   QUIET ⇄ TELLING ──▶ LAST_IS_DUE ──▶ OVER     LAST_IS_DUE: the map ended while the listener was being called;
     *     └──────────────────────────────────▲       who called it makes the last call too
     */
    private enum Turn {
        QUIET,
        TELLING,
        LAST_IS_DUE,
        OVER
    }

    private final Consumer<? super MapProgress> listener;
    private final Backend backend;
    private final long total;
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.QUIET);
    /** Written by who has the turn. */
    private volatile long lastNanos;

    /** A negative total is unknown. */
    MapReports(Consumer<? super MapProgress> listener, Backend backend, long total) {
        this.listener = listener;
        this.backend = backend;
        this.total = total;
        lastNanos = backend.nanoTime();
    }

    static long total(Iterable<?> inputs) {
        return inputs instanceof Collection ? ((Collection<?>) inputs).size() : -1;
    }

    void ended(boolean succeeded) {
        (succeeded ? done : failed).increment();
        if (isDue() && turn.compareAndSet(Turn.QUIET, Turn.TELLING)) {
            // Again: another may have told in between.
            if (isDue()) {
                lastNanos = backend.nanoTime();
                tell();
            }
            if (!turn.compareAndSet(Turn.TELLING, Turn.QUIET)) {
                turn.set(Turn.OVER);
                tell();
            }
        }
    }

    private boolean isDue() {
        long last = lastNanos;
        return backend.nanoTime() - last >= INTERVAL_NANOS;
    }

    /** The map has ended; may be called again. */
    void over() {
        for (; ; ) {
            Turn now = turn.get();
            boolean mine = now == Turn.QUIET;
            if (now == Turn.LAST_IS_DUE || now == Turn.OVER) {
                return;
            }
            if (turn.compareAndSet(now, mine ? Turn.OVER : Turn.LAST_IS_DUE)) {
                if (mine) {
                    tell();
                }
                return;
            }
        }
    }

    private void tell() {
        try {
            listener.accept(new MapProgress(done.sum(), failed.sum(), total));
        } catch (Throwable thrown) {
            Callbacks.uncaught(thrown);
        }
    }
}
