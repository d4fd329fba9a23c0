// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Waiting for several futures. Python: {@code concurrent.futures.wait} and {@code as_completed}. */
public final class TaskFutures {
    private TaskFutures() {}

    /**
     * Waits until {@code when} holds. A future that stands there twice counts once; none at all: returns at once. A
     * task that waits for pending tasks of its own pool runs them itself. Python: {@code concurrent.futures.wait}.
     *
     * @throws InterruptedException if the calling thread is interrupted before
     * @throws PoolDeadlockException if one of the futures, where all are waited for, waits for the calling task
     */
    public static <F extends TaskFuture<?>> DoneAndNotDone<F> waitFor(Collection<? extends F> futures, ReturnWhen when)
            throws InterruptedException {
        return waitFor(futures, when, Long.MAX_VALUE);
    }

    /**
     * Waits until {@code when} holds, so long at most; a time-out is no error. Runs no task itself. Zero or less looks
     * without waiting.
     *
     * @throws InterruptedException if the calling thread is interrupted before
     */
    public static <F extends TaskFuture<?>> DoneAndNotDone<F> waitFor(
            Collection<? extends F> futures, ReturnWhen when, Duration timeout) throws InterruptedException {
        return waitFor(futures, when, Durations.limit(Durations.toNanos(timeout)));
    }

    private static <F extends TaskFuture<?>> DoneAndNotDone<F> waitFor(
            Collection<? extends F> futures, ReturnWhen when, long nanos) throws InterruptedException {
        Set<F> all = new LinkedHashSet<>(futures);
        for (F future : all) {
            Objects.requireNonNull(future, "futures must not hold null");
        }
        switch (when) {
            case ALL_COMPLETED:
                awaitAll(all, nanos);
                break;
            case FIRST_COMPLETED:
                awaitFirst(all, nanos, false);
                break;
            case FIRST_EXCEPTION:
                awaitFirst(all, nanos, true);
                break;
        }
        return new DoneAndNotDone<>(all);
    }

    private static <F extends TaskFuture<?>> void awaitFirst(Set<F> futures, long nanos, boolean failed)
            throws InterruptedException {
        NextDone<F> next = new NextDone<>();
        futures.forEach(next::add);
        long start = next.nanoTime();
        try {
            while (next.open() > 0) {
                F done = next.take(left(nanos, start, next.nanoTime()));
                if (done == null || !failed || done.status() == TaskStatus.FAILED) {
                    return;
                }
            }
        } finally {
            next.close();
        }
    }

    /** Waits for all, {@code Long.MAX_VALUE} standing for no limit. Returns whether all are done. */
    static boolean awaitAll(Collection<? extends TaskFuture<?>> futures, long nanos) throws InterruptedException {
        if (futures.isEmpty()) {
            return true;
        }
        if (nanos == Long.MAX_VALUE) {
            awaitAllHelping(futures);
            return true;
        }
        Backend backend = futures.iterator().next().home().backend;
        long start = backend.nanoTime();
        for (TaskFuture<?> future : futures) {
            if (!future.awaitNanos(left(nanos, start, backend.nanoTime()), false)) {
                return false;
            }
        }
        return true;
    }

    /** First runs what pends, if this thread may; then shows what it waits for, all at once; then waits. */
    private static void awaitAllHelping(Collection<? extends TaskFuture<?>> futures) throws InterruptedException {
        Runner me = Runner.current();
        List<TaskFuture<?>> open = new ArrayList<>();
        for (TaskFuture<?> future : futures) {
            if (me == null || !helpUnlessInterrupted(future, me)) {
                open.add(future);
            }
        }
        WaitGraph graph = me == null ? null : me.waits();
        TaskFuture<?>[] own = open.stream()
                .filter(future -> !future.isDone() && future.home().waits() == graph)
                .toArray(TaskFuture<?>[]::new);
        for (TaskFuture<?> future : open) {
            if (!future.isDone()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                future.awaitDone(me, true, own);
            }
        }
    }

    private static boolean helpUnlessInterrupted(TaskFuture<?> future, Runner me) throws InterruptedException {
        if (future.isDone()) {
            return true;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return future.isPending() && future.home().help(future, me, true);
    }

    private static long left(long nanos, long start, long now) {
        return nanos == Long.MAX_VALUE ? nanos : nanos - (now - start);
    }

    /**
     * The futures as they get done: first those that are done by now, then the others in the order of finishing. The
     * {@code Iterable} is read to its end at this call, a future that stands there twice counts once, and one that was
     * handed out is not kept. The result can be walked once, by one thread; {@code next} blocks. A task that waits for
     * pending tasks of its own pool runs them itself, where all that is open is pending. If the walking thread is
     * interrupted, {@code next} throws a {@link CompletionException} with the {@link InterruptedException} as its cause
     * and leaves the flag set. Python: {@code concurrent.futures.as_completed}.
     *
     * <pre>{@code
     * for (TaskFuture<Page> page : TaskFutures.asCompleted(pages)) show(page.join());
     * }</pre>
     */
    public static <F extends TaskFuture<?>> Iterable<F> asCompleted(Iterable<? extends F> futures) {
        return new AsCompleted<F>(futures, null)::begin;
    }

    /**
     * {@link #asCompleted(Iterable)} with a time limit that counts from this call; what is done by then is still handed
     * out after it. Then {@code next} throws {@link TaskTimeoutException}, which says how many are unfinished; nothing
     * is cancelled. Runs no task itself.
     */
    public static <F extends TaskFuture<?>> Iterable<F> asCompleted(Iterable<? extends F> futures, Duration timeout) {
        return new AsCompleted<F>(futures, Objects.requireNonNull(timeout, "timeout"))::begin;
    }

    private static final class AsCompleted<F extends TaskFuture<?>> implements Iterator<F> {
        private final NextDone<F> futures = new NextDone<>();
        private final @Nullable Duration timeout;
        private final int total;
        private final long start;
        /** What is left of the time at {@code start}. */
        private final long nanos;

        private boolean walked;

        AsCompleted(Iterable<? extends F> source, @Nullable Duration timeout) {
            long called = Backend.SYSTEM.nanoTime();
            for (F future : source) {
                futures.add(Objects.requireNonNull(future, "futures must not hold null"));
            }
            this.timeout = timeout;
            total = futures.open();
            start = futures.nanoTime();
            // Reading the futures may take a while, and is part of the time.
            nanos = timeout == null
                    ? Long.MAX_VALUE
                    : Durations.limit(Durations.toNanos(timeout)) - (Backend.SYSTEM.nanoTime() - called);
        }

        Iterator<F> begin() {
            if (walked) {
                throw new IllegalStateException("asCompleted can be walked once; call it again with the futures");
            }
            walked = true;
            return this;
        }

        @Override
        public boolean hasNext() {
            return futures.open() > 0;
        }

        @Override
        public F next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all " + total + " futures were handed out");
            }
            F next;
            try {
                next = futures.take(left(nanos, start, futures.nanoTime()));
            } catch (InterruptedException e) {
                Callbacks.interruptHere();
                throw new CompletionException(
                        "interrupted while " + futures.open() + " of " + total + " futures were unfinished", e);
            }
            if (next == null) {
                throw TaskTimeoutException.waiting(
                        futures.open(), total, Objects.requireNonNull(timeout, "only a timed wait ends without one"));
            }
            return next;
        }
    }
}
