// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Where the tasks of an unbounded pool come in, without a lock: each task is its own node, one atomic step to add it and
 * one to take it. (Cells 1 and 2 of the benchmarks pay for it: under the pool's lock a submit cost twice as much, and
 * one that met a worker there cost a switch of threads.)
 *
 * <pre>
 *   add ──▶ arrivals ──── refill ────▶ ready ──▶ poll
 *           newest first               oldest first
 * </pre>
 *
 * Who takes needs no node in front of the first, as a queue in the manner of Michael and Scott does: that one would hold
 * the last task that was taken. A task stands here once at most and never comes back, so no step can take one for
 * another. Order between the two lists is kept because {@link #refillAndPoll} fills {@code ready} only when that is empty.
 */
final class Inbox extends InboxPadding {
    @SuppressWarnings("unchecked") // an updater of the raw type does the same
    private static final AtomicReferenceFieldUpdater<InboxArrivals, @Nullable TaskFuture<?>> ARRIVALS =
            (AtomicReferenceFieldUpdater<InboxArrivals, @Nullable TaskFuture<?>>)
                    (AtomicReferenceFieldUpdater<InboxArrivals, ?>)
                            AtomicReferenceFieldUpdater.newUpdater(InboxArrivals.class, TaskFuture.class, "arrivals");

    @SuppressWarnings("unchecked")
    private static final AtomicReferenceFieldUpdater<Inbox, @Nullable TaskFuture<?>> READY =
            (AtomicReferenceFieldUpdater<Inbox, @Nullable TaskFuture<?>>) (AtomicReferenceFieldUpdater<Inbox, ?>)
                    AtomicReferenceFieldUpdater.newUpdater(Inbox.class, TaskFuture.class, "ready");

    /** Filled under the pool's lock, taken from by anybody. */
    private volatile @Nullable TaskFuture<?> ready;

    void add(TaskFuture<?> task) {
        TaskFuture<?> newest;
        do {
            newest = arrivals;
            task.next = newest;
        } while (!ARRIVALS.compareAndSet(this, newest, task));
    }

    /** Exact under the pool's lock, but for what others take; else a glance: what is being moved is in neither list. */
    boolean isEmpty() {
        return ready == null && arrivals == null;
    }

    /** A glance: whether none is ready before that task, if it stands here, and none came after it. */
    boolean isEmptyBut(TaskFuture<?> task) {
        TaskFuture<?> newest = arrivals;
        TaskFuture<?> first = ready;
        return (newest == null || newest == task) && (first == null || first == task);
    }

    /** Takes the first of those that are ready; null if there is none, though some may have arrived. */
    @Nullable
    TaskFuture<?> poll() {
        for (; ; ) {
            TaskFuture<?> first = ready;
            if (first == null) {
                return null;
            }
            // Null, or anything, if another thread has just taken the first; but then that is no longer the first.
            TaskFuture<?> second = first.next;
            if (READY.compareAndSet(this, first, second)) {
                first.next = null;
                return first;
            }
        }
    }

    /**
     * Takes this task out if it came last, without the lock: a task that waits for what it has just submitted. False if
     * others came after it, or it has been made ready or taken. Called only by who has claimed the task.
     */
    boolean removeNewest(TaskFuture<?> task) {
        if (arrivals != task) {
            return false;
        }
        // Read after that: what it points to stays the same as long as it stands here.
        TaskFuture<?> before = task.next;
        if (!ARRIVALS.compareAndSet(this, task, before)) {
            return false;
        }
        task.next = null;
        return true;
    }

    /** Called under the pool's lock: {@link #poll}, after what has arrived was made ready if nothing was. */
    @Nullable
    TaskFuture<?> refillAndPoll() {
        for (; ; ) {
            TaskFuture<?> task = poll();
            if (task != null || arrivals == null) {
                return task;
            }
            ready = oldestFirst(ARRIVALS.getAndSet(this, null));
        }
    }

    /** Called under the pool's lock: empties this into that queue. */
    void moveTo(Lane lane) {
        // In this order: nobody else fills what is ready.
        add(READY.getAndSet(this, null), lane);
        add(oldestFirst(ARRIVALS.getAndSet(this, null)), lane);
    }

    private static void add(@Nullable TaskFuture<?> first, Lane lane) {
        for (TaskFuture<?> task = first; task != null; ) {
            TaskFuture<?> after = task.next;
            lane.add(task);
            task = after;
        }
    }

    private static @Nullable TaskFuture<?> oldestFirst(@Nullable TaskFuture<?> newest) {
        TaskFuture<?> first = null;
        for (TaskFuture<?> task = newest; task != null; ) {
            TaskFuture<?> before = task.next;
            task.next = first;
            first = task;
            task = before;
        }
        return first;
    }
}

/** The end at which producers work. */
abstract class InboxArrivals {
    volatile @Nullable TaskFuture<?> arrivals;
}

/** Keeps the end at which workers work off the cache line of the other. */
@SuppressWarnings("unused")
abstract class InboxPadding extends InboxArrivals {
    private long p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16;
}
