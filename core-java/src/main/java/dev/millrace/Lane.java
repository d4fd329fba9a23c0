// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A queue with a limit of its own, on a pool's workers: what stands behind a view ({@code limited}). Lanes form a tree;
 * its root is the pool itself and has no limit. Each lane asks those in its round in turn, so a flood in one delays
 * another by no more than its share. Not thread-safe: guarded by the pool's lock, but for {@link #phase}.
 *
 * <p>A task that runs holds a permit of its lane and of all lanes above it, until its code has left.
 */
final class Lane {
    /** Goes from left to right only. */
    enum Phase {
        RUNNING,
        SHUTDOWN,
        STOPPING,
        TERMINATED
    }

    /** Null for the pool as a whole. */
    final @Nullable Lane parent;

    private final int limit;
    /** The lane's own tasks; those of lanes within it stand in queues of their own. */
    private final TaskQueue queue;
    /** Whose turn is next in the round; null if nobody here has something to run. */
    private @Nullable Turn first;
    /** The place of this lane's own queue in its round. */
    private final Turn ofQueue = new Turn(this);
    /** The place of this lane in the round of the lane above. */
    private final Turn ofLane = new Turn(this);
    /** How many tasks those in the round could begin together, if there were workers and no limit here. */
    private int offered;
    /** The threads that hold a permit. */
    private final Set<Runner> holders = new LinkedHashSet<>();
    /** Accepted or in the line for room, and not ended; those of lanes within this one included. */
    private int unfinished;
    /** How many threads wait for the end. */
    int awaiting;
    /** Told once, when the end has come. */
    final TaskPromise<Boolean> terminated;
    /** Written under the lock, read anywhere. */
    private volatile Phase phase = Phase.RUNNING;
    /** It has been STOPPING: that is so after the end, too. Written under the lock, read anywhere. */
    private volatile boolean stopped;

    Lane(@Nullable Lane parent, int limit, TaskHome home) {
        this.parent = parent;
        this.limit = limit;
        queue = new TaskQueue(home);
        terminated = new TaskPromise<>(home.name() + " terminated", home.backend);
    }

    boolean isRoot() {
        return parent == null;
    }

    int limit() {
        return limit;
    }

    /** Whether this is that lane, or lies in it. */
    boolean isWithin(Lane other) {
        for (Lane lane = this; lane != null; lane = lane.parent) {
            if (lane == other) {
                return true;
            }
        }
        return false;
    }

    // ---- the queue ----

    void add(TaskFuture<?> task) {
        queue.add(task);
        changed(ofQueue, queue.size() - 1, queue.size());
    }

    /** Takes this task out. Returns false if it is not in the queue. */
    boolean remove(TaskFuture<?> task) {
        boolean removed = queue.remove(task);
        if (removed) {
            changed(ofQueue, queue.size() + 1, queue.size());
        }
        return removed;
    }

    /** Takes the first task. Only if there is one. */
    TaskFuture<?> poll() {
        TaskFuture<?> task = Objects.requireNonNull(queue.poll());
        changed(ofQueue, queue.size() + 1, queue.size());
        return task;
    }

    /** All that wait here, and stay. */
    List<TaskFuture<?>> tasks() {
        return queue.tasks();
    }

    List<TaskFuture<?>> drain() {
        int before = queue.size();
        List<TaskFuture<?>> all = queue.drain();
        changed(ofQueue, before, 0);
        return all;
    }

    boolean contains(TaskFuture<?> task) {
        return queue.contains(task);
    }

    int queueSize() {
        return queue.size();
    }

    boolean hasEmptyQueue() {
        return queue.isEmpty();
    }

    /** The first task, which stays, or null if there is none. */
    @Nullable
    TaskFuture<?> first() {
        return queue.first();
    }

    /** The one behind that one, or null if that is the last. */
    @Nullable
    TaskFuture<?> after(TaskFuture<?> task) {
        return queue.after(task);
    }

    /** The last one, if there is one. */
    List<TaskFuture<?>> lastTask() {
        TaskFuture<?> last = queue.last();
        return last == null ? List.of() : List.of(last);
    }

    /** Whether those within it have something to run. */
    boolean hasGuests() {
        return offered > queue.size();
    }

    // ---- the round ----

    /** How many tasks of this lane, and of those within it, could begin now, if there were workers. */
    int runnable() {
        return Math.min(limit - holders.size(), offered);
    }

    /** The lane whose own queue has its turn; the next call gives another one, if there is one. Only if runnable. */
    Lane next() {
        Turn turn = Objects.requireNonNull(first);
        first = turn.next;
        return turn == ofQueue ? this : turn.lane.next();
    }

    /** One in the round, or that comes into it or leaves it, could begin more or fewer tasks than before. */
    private void changed(Turn member, int before, int after) {
        if (before == after) {
            return;
        }
        int mine = runnable();
        offered += after - before;
        if (before == 0) {
            join(member);
        } else if (after == 0) {
            leave(member);
        }
        changed(mine);
    }

    /** This lane itself could begin so many before. */
    private void changed(int before) {
        if (parent != null) {
            parent.changed(ofLane, before, runnable());
        }
    }

    /** At the end: just before the one whose turn is next. */
    private void join(Turn member) {
        Turn after = first;
        if (after == null) {
            first = member.next = member.prev = member;
            return;
        }
        Turn before = Objects.requireNonNull(after.prev);
        member.next = after;
        member.prev = before;
        before.next = after.prev = member;
    }

    private void leave(Turn member) {
        Turn before = Objects.requireNonNull(member.prev);
        Turn after = Objects.requireNonNull(member.next);
        before.next = after;
        after.prev = before;
        if (first == member) {
            first = after == member ? null : after;
        }
        member.next = member.prev = null;
    }

    // ---- permits ----

    /** Whether one more task that comes here could begin, if there were a worker. */
    boolean hasSlack() {
        for (Lane lane = this; !lane.isRoot(); lane = Objects.requireNonNull(lane.parent)) {
            if (lane.holders.size() + (long) lane.offered >= lane.limit) {
                return false;
            }
        }
        return true;
    }

    /**
     * The innermost lane, from this one to the root, of which that thread holds a permit already. In what role it is does
     * not tell: a callback comes after the permit was given back.
     */
    Lane heldBy(@Nullable Runner thread) {
        Lane held = this;
        for (Lane above = parent; above != null; above = above.parent) {
            if (thread != null && held.holders.contains(thread.bottom())) {
                break;
            }
            held = above;
        }
        return held;
    }

    /** Whether a permit can be had, here and in all lanes above this one but below that one. */
    boolean hasPermit(Lane upTo) {
        return firstFull(upTo) == null;
    }

    private @Nullable Lane firstFull(Lane upTo) {
        for (Lane lane = this; lane != upTo; lane = Objects.requireNonNull(lane.parent)) {
            if (lane.holders.size() >= lane.limit) {
                return lane;
            }
        }
        return null;
    }

    /** All those of whom one has to leave before a task of this lane can begin; empty if none has to. */
    List<Runner> blockers(Lane upTo) {
        Lane full = firstFull(upTo);
        return full == null ? List.of() : new ArrayList<>(full.holders);
    }

    /** Takes a permit here and in all lanes above this one but below that one. Only if it can be had. */
    void acquire(Runner holder, Lane upTo) {
        for (Lane lane = this; lane != upTo; lane = Objects.requireNonNull(lane.parent)) {
            int before = lane.runnable();
            lane.holders.add(holder);
            lane.changed(before);
        }
    }

    void release(Runner holder, Lane upTo) {
        for (Lane lane = this; lane != upTo; lane = Objects.requireNonNull(lane.parent)) {
            int before = lane.runnable();
            lane.holders.remove(holder);
            lane.changed(before);
        }
    }

    // ---- from begin to end ----

    Phase phase() {
        return phase;
    }

    /** Whether this lane, or one above it, was shut down. */
    boolean isShutDown() {
        for (Lane lane = this; lane != null; lane = lane.parent) {
            if (lane.phase != Phase.RUNNING) {
                return true;
            }
        }
        return false;
    }

    /** Whether what runs here was to be interrupted, and code that begins now is to be at once. */
    boolean isStopping() {
        for (Lane lane = this; lane != null; lane = lane.parent) {
            if (lane.stopped) {
                return true;
            }
        }
        return false;
    }

    /** Its own phase, or that of a lane above it, which is as good as its own. */
    Phase effectivePhase() {
        Phase latest = phase;
        for (Lane lane = parent; lane != null; lane = lane.parent) {
            latest = lane.phase.compareTo(latest) > 0 ? lane.phase : latest;
        }
        return latest;
    }

    void shutDown() {
        if (phase == Phase.RUNNING) {
            phase = Phase.SHUTDOWN;
        }
    }

    void stop() {
        if (isShutDown() && phase != Phase.TERMINATED) {
            phase = Phase.STOPPING;
            stopped = true;
        }
    }

    String describe() {
        return holders.size() + " of " + limit + " running, " + queue.size() + " tasks waiting";
    }

    boolean isIdle() {
        return unfinished == 0;
    }

    void begun() {
        unfinished++;
    }

    void ended() {
        unfinished--;
    }

    /** If it was shut down and nothing is left to do: then it has terminated from now on, and whoever waits is told. */
    boolean terminateIfOver() {
        boolean over = unfinished == 0 && (phase == Phase.SHUTDOWN || phase == Phase.STOPPING);
        if (over) {
            phase = Phase.TERMINATED;
        }
        return over;
    }

    /** A place in the round of a lane: that of its own queue, or of a lane within it. */
    private static final class Turn {
        final Lane lane;
        /** The neighbours; both null outside the round. */
        @Nullable
        Turn next;

        @Nullable
        Turn prev;

        Turn(Lane lane) {
            this.lane = lane;
        }
    }
}
