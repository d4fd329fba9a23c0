package dev.millrace;

import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which of several futures is done next: those that are done when they are added come first, then the others in the
 * order in which they get done. One thread adds and takes. A future that was taken is let go of.
 */
final class NextDone<F extends TaskFuture<?>> {
    /** Not taken yet, in the order added. */
    private final Set<F> open = new LinkedHashSet<>();
    /** Done, in that order; filled by the threads that complete. */
    private final Queue<F> done = new ConcurrentLinkedQueue<>();

    private volatile @Nullable Thread waiter;
    private Backend backend = Backend.SYSTEM;

    void add(F future) {
        if (open.add(future)) {
            backend = future.home().backend;
            future.signal(f -> tell(future));
        }
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
        if (me == null || !open.stream().allMatch(TaskFuture::isPending)) {
            return;
        }
        for (F future : open) {
            Object code = future.claimToHelp(me);
            if (code != null) {
                me.runOnTop(future, code);
                return;
            }
        }
    }
}
