// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which of several futures is done next: those that are done when they are added come first, then the others in the
 * order in which they get done. One thread adds and takes. A future that was taken is let go of.
 */
final class NextDone<F extends TaskFuture<?>> {
    /** Not taken yet, in the order added, each with its place among the future's listeners. */
    private final Map<F, Registration> open = new LinkedHashMap<>();
    /** Done, in that order; filled by the threads that complete. */
    private final Queue<F> done = new ConcurrentLinkedQueue<>();

    private volatile @Nullable Thread waiter;
    private Backend backend = Backend.SYSTEM;

    void add(F future) {
        if (!open.containsKey(future)) {
            backend = future.home().backend;
            open.put(future, future.signal(f -> tell(future)));
        }
    }

    /** Nobody waits any more: futures that live long must not collect those who gave up. */
    void close() {
        open.values().forEach(Registration::remove);
    }

    private void tell(F future) {
        done.add(future);
        Thread thread = waiter;
        if (thread != null) {
            backend.unpark(thread);
        }
    }

    int open() {
        return open.size();
    }

    /** The next one that is done by now, or null. */
    @Nullable
    F poll() {
        F next = done.poll();
        if (next != null) {
            open.remove(next);
        }
        return next;
    }

    long nanoTime() {
        return backend.nanoTime();
    }

    /**
     * Waits for the next one, so long at most; null if none is done by then. {@code Long.MAX_VALUE} stands for no limit:
     * then a thread that runs tasks of the same pool runs a pending one itself, if all that is open is pending.
     */
    @Nullable
    F take(long nanos) throws InterruptedException {
        F next = poll();
        if (next != null) {
            return next;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (nanos == Long.MAX_VALUE) {
            return takeUntimed();
        }
        long start = backend.nanoTime();
        waiter = Thread.currentThread();
        try {
            for (next = poll(); next == null; next = poll()) {
                long left = nanos - (backend.nanoTime() - start);
                if (left <= 0) {
                    return null;
                }
                backend.parkNanos(this, left);
                ensureNotInterrupted();
            }
            return next;
        } finally {
            waiter = null;
        }
    }

    private F takeUntimed() throws InterruptedException {
        waiter = Thread.currentThread();
        try {
            for (; ; ) {
                List<Stall> stalls = help();
                try {
                    F next = poll();
                    if (next != null) {
                        return next;
                    }
                    // With the stalls registered: whatever ends one of them has come before, or wakes this thread.
                    if (stalls.stream().noneMatch(Stall::isOver)) {
                        backend.park(this);
                    }
                } finally {
                    stalls.forEach(Stall::remove);
                }
                ensureNotInterrupted();
            }
        } finally {
            waiter = null;
        }
    }

    /** What is done comes before an interrupt. */
    private void ensureNotInterrupted() throws InterruptedException {
        if (done.isEmpty() && Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Runs a pending one, if this thread may; otherwise returns the stalls in which it has to wait. */
    private List<Stall> help() {
        Runner me = Runner.current();
        List<Stall> stalls = new ArrayList<>();
        if (me == null
                || !done.isEmpty()
                || !open.keySet().stream()
                        .allMatch(f -> f.isPending() || f.home().isAssisted())) {
            return stalls;
        }
        for (F future : open.keySet()) {
            TaskHome home = future.home();
            // First: what changes while this thread looks whether it can help ends the stall, and it looks again.
            Stall stall = new Stall(future);
            home.stall(future, me, stall);
            stalls.add(stall);
            if (future.isPending() && home.help(future, me, true)) {
                break;
            }
            // A future that is made of tasks may take several before it, or another, is done.
            while (done.isEmpty() && !Thread.currentThread().isInterrupted() && home.assist(me, true)) {}
            if (!done.isEmpty()) {
                break;
            }
        }
        return stalls;
    }
}
