// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches the thread that made it: if that makes no progress for so long, the stacks of all threads go to stderr, the
 * thread is interrupted, and {@link #close} fails; if that does not come either, the JVM is ended. Progress is what the thread, or one that works for it, says it is.
 */
final class StuckDetector implements AutoCloseable {
    private final Duration limit;
    private final Object what;
    private final Thread watched = Thread.currentThread();
    private final Thread watcher;
    private volatile long lastProgress = System.nanoTime();
    private volatile boolean closed;
    private volatile String stuck;

    private StuckDetector(Duration limit, Object what) {
        this.limit = limit;
        this.what = what;
        watcher = new Thread(this::watch, "stuck-detector");
        watcher.setDaemon(true);
    }

    /** Watches the calling thread from now on; {@code what} is asked for its words only when nothing moves. */
    static StuckDetector watch(Duration limit, Object what) {
        StuckDetector detector = new StuckDetector(limit, what);
        detector.watcher.start();
        return detector;
    }

    void progress() {
        lastProgress = System.nanoTime();
    }

    private void watch() {
        while (!closed && stuck == null) {
            long left = limit.toNanos() - (System.nanoTime() - lastProgress);
            if (left > 0) {
                LockSupport.parkNanos(left);
            } else {
                stuck = "no progress for " + limit + ": " + what;
                dump();
                watched.interrupt();
            }
        }
        awaitReaction();
    }

    /** A wait that ignores interrupts would hold up the build; what there is to say has been said. */
    private void awaitReaction() {
        long start = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(limit.toNanos() / 10);
            if (System.nanoTime() - start > limit.toNanos() / 2) {
                Runtime.getRuntime().halt(1);
            }
        }
    }

    private void dump() {
        StringBuilder text = new StringBuilder(stuck);
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            text.append(System.lineSeparator())
                    .append(thread.getKey())
                    .append(' ')
                    .append(thread.getKey().getState());
            for (StackTraceElement frame : thread.getValue()) {
                text.append(System.lineSeparator()).append("    at ").append(frame);
            }
        }
        System.err.println(text);
    }

    /** Fails if the thread was ever stuck. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watcher);
        String found = stuck;
        if (found != null) {
            throw new AssertionError(found);
        }
    }
}
