package dev.millrace;

import org.jspecify.annotations.Nullable;

/**
 * What takes its turn in a {@link Lane}: the queue of the lane itself, or a lane within it. It stands in the round of the
 * lane above it while, and only while, it has tasks that could run. Not thread-safe: guarded by the pool's lock.
 */
abstract class Turn {
    /** In whose round it stands; null for the pool as a whole. */
    final @Nullable Lane parent;
    /** The neighbours in the round; both null outside. */
    @Nullable
    Turn next;

    @Nullable
    Turn prev;

    Turn(@Nullable Lane parent) {
        this.parent = parent;
    }

    /** How many of its tasks could begin now, if there were workers. */
    abstract int runnable();

    /** The queue whose turn it is within this; the next call gives another one, if there is one. Only if runnable. */
    abstract TaskQueue nextQueue();

    /** Called after each change, with what {@link #runnable} was before it. */
    final void changed(int before) {
        if (parent != null && before != runnable()) {
            parent.memberChanged(this, before, runnable());
        }
    }
}
