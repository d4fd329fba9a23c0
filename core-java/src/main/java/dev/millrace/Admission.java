// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What happens when a task comes: it gets a place in its lane, is refused, runs in its submitter, or waits in the line
 * for room, alone or with its submitter.
 */
final class Admission {
    private final LaneHome pool;
    private final WhenFull whenFull;
    private final Decisions decisions;
    /** Guarded by the lock of the decisions. */
    private final PoolState state;
    /** Of a pool whose tasks run elsewhere. */
    private final @Nullable Loader loader;

    private final @Nullable Observer observer;
    private final Counts counts;

    Admission(LaneHome pool, WhenFull whenFull, Decisions decisions, @Nullable Loader loader, Counts counts) {
        this.pool = pool;
        this.loader = loader;
        this.counts = counts;
        observer = pool.observer;
        this.whenFull = whenFull;
        this.decisions = decisions;
        state = decisions.state;
    }

    void accept(TaskFuture<?> task) {
        prepare(task);
        acceptPrepared(task);
    }

    void acceptPrepared(TaskFuture<?> task) {
        try {
            takeOrRefuse(task);
        } catch (Throwable refused) {
            rejected(task);
            throw refused;
        }
        giveBack(task);
    }

    /** A listener may have cancelled it before it had a place to give back. */
    private void giveBack(TaskFuture<?> task) {
        if (observer != null && task.isCancelled()) {
            task.home().withdraw(task);
        }
    }

    private void takeOrRefuse(TaskFuture<?> task) {
        Lane lane = LaneHome.laneOf(task);
        if (comesInWithoutLock(task, lane)) {
            return;
        }
        Line.Place place = null;
        Runner here = null;
        RejectedExecutionException refusal;
        StackRoom.ensureForLock();
        Plan plan = decisions.begin();
        try {
            refusal = whyRefused(task, lane);
            if (refusal != null) {
                // Thrown when the lock has been released.
            } else if (state.hasRoom(lane)) {
                state.enqueue(task, lane, plan);
            } else if (whenFull == WhenFull.RUN_IN_CALLER || isOwnThread()) {
                // Before anything is held: it is given back where the stack is short, too.
                StackRoom.ensure();
                here = roleHere(task);
                if (here != null) {
                    state.hold(lane);
                } else if (isOwnThread()) {
                    // Its view is full, too. It is tempting to let it wait for room. Don't: those in the view may
                    // wait for this very thread.
                    state.enqueue(task, lane, plan);
                }
            }
            if (refusal == null && here == null && !lane.contains(task)) {
                place = state.standInLine(task, lane, Thread.currentThread());
            }
        } finally {
            decisions.end(plan);
        }
        ensureAccepted(refusal, plan);
        if (here != null) {
            runHere(task, lane, here);
        } else if (place != null) {
            awaitPlace(place, Long.MAX_VALUE);
        } else {
            decisions.carryOut(plan, task);
        }
    }

    boolean acceptWithin(TaskFuture<?> task, long nanos) {
        prepare(task);
        boolean taken = false;
        try {
            taken = takeWithin(task, nanos);
            giveBack(task);
        } finally {
            if (!taken) {
                rejected(task);
            }
        }
        return taken;
    }

    private boolean takeWithin(TaskFuture<?> task, long nanos) {
        Lane lane = LaneHome.laneOf(task);
        if (comesInWithoutLock(task, lane)) {
            return true;
        }
        Line.Place place = null;
        boolean hasRoom;
        RejectedExecutionException refusal;
        StackRoom.ensureForLock();
        Plan plan = decisions.begin();
        try {
            refusal = whyClosed(task, lane);
            hasRoom = state.hasRoom(lane);
            if (refusal != null) {
                // Thrown when the lock has been released.
            } else if (hasRoom) {
                state.enqueue(task, lane, plan);
            } else if (nanos > 0) {
                place = state.standInLine(task, lane, Thread.currentThread());
            }
        } finally {
            decisions.end(plan);
        }
        ensureAccepted(refusal, plan);
        if (place != null) {
            return awaitPlace(place, nanos);
        }
        decisions.carryOut(plan, task);
        return hasRoom;
    }

    /** Returns whether the task came in at once; if not, it waits in the line for room. */
    boolean acceptWhenRoom(TaskFuture<?> task) {
        return takeWithoutWait(task, false);
    }

    void acceptBeyondBound(TaskFuture<?> task) {
        takeWithoutWait(task, true);
    }

    private boolean takeWithoutWait(TaskFuture<?> task, boolean beyondBound) {
        prepare(task);
        try {
            boolean isIn = takeOrLineUp(task, beyondBound);
            giveBack(task);
            return isIn;
        } catch (Throwable refused) {
            rejected(task);
            throw refused;
        }
    }

    private boolean takeOrLineUp(TaskFuture<?> task, boolean beyondBound) {
        Lane lane = LaneHome.laneOf(task);
        if (comesInWithoutLock(task, lane)) {
            return true;
        }
        boolean hasRoom;
        RejectedExecutionException refusal;
        StackRoom.ensureForLock();
        Plan plan = decisions.begin();
        try {
            refusal = whyClosed(task, lane);
            hasRoom = beyondBound || state.hasRoom(lane);
            if (refusal != null) {
                // Thrown when the lock has been released.
            } else if (hasRoom) {
                state.enqueue(task, lane, plan);
            } else {
                state.standInLine(task, lane, null);
            }
        } finally {
            decisions.end(plan);
        }
        ensureAccepted(refusal, plan);
        decisions.carryOut(plan, task);
        return hasRoom;
    }

    /** The code gets along what it needs where it runs; who looks hears of the task before anybody can run it. */
    void prepare(TaskFuture<?> task) {
        Object code = loader == null ? null : task.pendingCode();
        if (loader != null && code != null) {
            task.replaceCode(loader.load(task, code));
        }
        if (observer != null) {
            try {
                observer.submitted(task, !state.hasRunnable());
            } catch (Throwable cannotCapture) {
                rejected(task);
                throw cannotCapture;
            }
        }
    }

    private void rejected(TaskFuture<?> task) {
        counts.rejected();
        if (observer != null) {
            observer.rejected(task);
        }
    }

    /** False if the task has to come in by a decision; true if it has come in, which takes the lock only to call a worker. */
    private boolean comesInWithoutLock(TaskFuture<?> task, Lane lane) {
        Inbox inbox = state.inbox;
        if (inbox == null || !lane.isRoot() || !state.isOpen()) {
            return false;
        }
        if (!state.needsNoCall()) {
            // What overflows in the middle of a call would leave a worker on the books that is none.
            StackRoom.ensure();
        }
        inbox.add(task);
        if (!state.needsNoCall()) {
            try {
                callFor(task, lane);
            } catch (OutOfMemoryError | StackOverflowError noRoom) {
                // Who gets an error has not submitted.
                task.refuse();
                throw noRoom;
            }
        }
        return true;
    }

    /** The task is in the inbox, where nobody might look; or the pool was closed meanwhile. */
    private void callFor(TaskFuture<?> task, Lane lane) {
        RejectedExecutionException refusal = null;
        Plan plan = decisions.begin();
        try {
            if (state.isOpen()) {
                state.called(plan);
            } else if (state.takeBack(task, plan)) {
                refusal = whyClosed(task, lane);
            }
        } finally {
            decisions.end(plan);
        }
        decisions.carryOut(plan, task);
        if (refusal != null) {
            throw refusal;
        }
    }

    boolean standsInLine(TaskFuture<?> task) {
        return decisions.ask(s -> s.line.contains(task));
    }

    void acceptOfMany(TaskFuture<?> task) {
        if (whenFull == WhenFull.BLOCK) {
            boolean unused = acceptWhenRoom(task);
        } else {
            accept(task);
        }
    }

    /** Blocks until the place in the line is decided, so long at most. False: the time is over, and it left the line. */
    private boolean awaitPlace(Line.Place place, long nanos) {
        boolean untimed = nanos == Long.MAX_VALUE;
        long start = untimed ? 0 : pool.backend.nanoTime();
        boolean interrupted = false;
        while (!place.isDecided()) {
            if (place.task.isDone()) {
                // Its own time limit was over before it had joined the line.
                leaveLine(place);
                continue;
            }
            long left = untimed ? 0 : nanos - (pool.backend.nanoTime() - start);
            if (Thread.interrupted()) {
                // If the place was decided just now, the decision holds and the interrupt is left for later.
                interrupted = true;
                if (leaveLine(place)) {
                    Callbacks.interruptHere();
                    throw new RejectedExecutionException(
                            "interrupted while waiting for room in pool " + pool.name() + ": task " + place.task.name()
                                    + " was not accepted",
                            new InterruptedException());
                }
            } else if (untimed) {
                pool.backend.park(this);
            } else if (left > 0) {
                pool.backend.parkNanos(this, left);
            } else if (leaveLine(place)) {
                return false;
            }
        }
        if (interrupted) {
            Callbacks.interruptHere();
        }
        place.ensureNotRefused();
        return true;
    }

    /** False if the place was decided before. */
    private boolean leaveLine(Line.Place place) {
        boolean[] left = new boolean[1];
        decisions.decide(plan -> {
            // If it was decided, the task may stand in the queue by now: it must stay there.
            left[0] = !place.isDecided();
            if (left[0]) {
                state.withdraw(place.task, place.lane, plan);
            }
        });
        return left[0];
    }

    /**
     * In what role the calling thread may run the task in place; null if it must not, because its view has no permit
     * left, or others there would be overtaken. Called under the lock; takes the permit.
     */
    private @Nullable Runner roleHere(TaskFuture<?> task) {
        Runner me = Runner.current();
        TaskHome home = task.home().executor();
        if (home != pool) {
            return ((ViewHome) home).roleHere(me);
        }
        return me != null && me.home == pool ? me : new Runner(pool, me);
    }

    /** Runs the task on the calling thread, as one of this pool's; {@link PoolState#hold} has been called. */
    private void runHere(TaskFuture<?> task, Lane lane, Runner role) {
        Runner visitor = role == Runner.current() ? null : role;
        boolean ran = false;
        try {
            if (visitor != null) {
                decisions.decide(plan -> state.visit(visitor));
                visitor.enter();
            }
            try {
                Object code = task.claim();
                if (code != null) {
                    ran = true;
                    role.runOnTop(task, code);
                }
            } finally {
                if (visitor != null) {
                    visitor.exit();
                }
            }
        } finally {
            if (!ran) {
                role.codeLeft(task, false);
            }
            decisions.letGo(lane, visitor);
        }
    }

    private boolean isOwnThread() {
        Runner me = Runner.current();
        return me != null && me.runsFor(pool);
    }

    /** It is tempting to throw under the lock. Don't: the end of a refusal, too, may have woken a worker, for others. */
    private void ensureAccepted(@Nullable RejectedExecutionException refusal, Plan plan) {
        if (refusal != null) {
            decisions.carryOut(plan);
            throw refusal;
        }
    }

    private @Nullable RejectedExecutionException whyRefused(TaskFuture<?> task, Lane lane) {
        RejectedExecutionException closed = whyClosed(task, lane);
        return closed == null && whenFull == WhenFull.REJECT && !state.hasRoom(lane) ? full(task) : closed;
    }

    private @Nullable RejectedExecutionException whyClosed(TaskFuture<?> task, Lane lane) {
        if (lane.isShutDown()) {
            return refusal(task);
        }
        return state.whyBroken(pool.name());
    }

    /** Why the task's pool or view, which was shut down, takes no task. Called under the lock. */
    RejectedExecutionException refusal(TaskFuture<?> task) {
        // The pool's end says more than that of a view.
        boolean ofPool = pool.lane().isShutDown();
        TaskHome of = ofPool ? pool : task.home().executor();
        Lane.Phase phase = ofPool ? pool.lane().phase() : LaneHome.laneOf(task).effectivePhase();
        return AbstractTaskExecutor.refusal(of, task, state.describe(phase));
    }

    private RejectedExecutionException full(TaskFuture<?> task) {
        return new RejectedExecutionException(state.describeFull() + " (pool " + pool.name() + ", task " + task.name()
                + "); raise the capacity or use WhenFull.BLOCK");
    }

    /** Makes of a task's code what a worker is to call. */
    interface Loader {
        /**
         * What to call for that task.
         *
         * @throws IllegalArgumentException if the code cannot be sent
         */
        Object load(TaskFuture<?> task, Object code);
    }
}
