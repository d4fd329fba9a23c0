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
final class Lane extends Turn {
    /** Goes from left to right only. */
    enum Phase {
        RUNNING,
        SHUTDOWN,
        STOPPING,
        TERMINATED
    }

    private final int limit;
    /** The lane's own tasks; those of lanes within it stand in queues of their own. */
    final TaskQueue queue;
    /** Whose turn is next in the round; null if nobody here has something to run. */
    private @Nullable Turn first;
    /** What those in the round could run together. */
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

    Lane(@Nullable Lane parent, int limit, TaskHome home) {
        super(parent);
        this.limit = limit;
        queue = new TaskQueue(home, this);
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

    // ---- the round ----

    @Override
    int runnable() {
        return Math.min(limit - holders.size(), offered);
    }

    @Override
    TaskQueue nextQueue() {
        Turn turn = Objects.requireNonNull(first);
        first = turn.next;
        return turn.nextQueue();
    }

    /** One in the round, or that comes into it or leaves it, can run more or fewer tasks than before. */
    void memberChanged(Turn member, int before, int after) {
        int mine = runnable();
        offered += after - before;
        if (before == 0) {
            join(member);
        } else if (after == 0) {
            leave(member);
        }
        changed(mine);
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
        return isSince(Phase.SHUTDOWN);
    }

    /** Whether code that begins now is to be interrupted at once. */
    boolean isStopping() {
        return isSince(Phase.STOPPING);
    }

    private boolean isSince(Phase asked) {
        for (Lane lane = this; lane != null; lane = lane.parent) {
            if (lane.phase.compareTo(asked) >= 0) {
                return true;
            }
        }
        return false;
    }

    void shutDown() {
        if (phase == Phase.RUNNING) {
            phase = Phase.SHUTDOWN;
        }
    }

    void stop() {
        if (phase == Phase.SHUTDOWN) {
            phase = Phase.STOPPING;
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
}
