package dev.millrace;

import java.util.LinkedHashMap;
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
        boolean untimed = nanos == Long.MAX_VALUE;
        if (untimed) {
            help();
        }
        long start = untimed ? 0 : backend.nanoTime();
        waiter = Thread.currentThread();
        try {
            while ((next = poll()) == null) {
                long left = untimed ? 0 : nanos - (backend.nanoTime() - start);
                if (untimed) {
                    backend.park(this);
                } else if (left > 0) {
                    backend.parkNanos(this, left);
                } else {
                    return null;
                }
                if (done.isEmpty() && Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return next;
        } finally {
            waiter = null;
        }
    }

    private void help() {
        Runner me = Runner.current();
        if (me == null
                || !open.keySet().stream()
                        .allMatch(f -> f.isPending() || f.home().isAssisted())) {
            return;
        }
        // A future that is made of tasks may take several before it, or another, is done.
        for (F future : open.keySet()) {
            Object code = future.claimToHelp(me);
            if (code != null) {
                me.help(future, code);
                return;
            }
            while (done.isEmpty() && !future.isDone() && future.home().assist(me)) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
            if (!done.isEmpty()) {
                return;
            }
        }
    }
}
