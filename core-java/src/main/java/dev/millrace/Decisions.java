// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How decisions about a pool are made and carried out: under the lock, for a few instructions, {@link PoolState} decides
 * and writes a {@link Plan}; when the lock has been released, threads are woken, workers started, and futures told.
 */
final class Decisions {
    private final LaneHome pool;
    /** Starts a worker, or throws. */
    private final Consumer<Worker> starter;

    final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock. */
    final PoolState state;

    Decisions(LaneHome pool, Consumer<Worker> starter, PoolState state) {
        this.pool = pool;
        this.starter = starter;
        this.state = state;
    }

    /** Answers a question that takes the lock. */
    <T> T ask(Function<PoolState, T> question) {
        lock.lock();
        try {
            return question.apply(state);
        } finally {
            lock.unlock();
        }
    }

    void decide(Consumer<Plan> decision) {
        Plan plan = begin();
        try {
            decision.accept(plan);
        } finally {
            end(plan);
        }
        carryOut(plan);
    }

    /** Takes the lock, until {@link #end}. */
    Plan begin() {
        // Before the lock: it takes memory.
        Plan plan = new Plan();
        lock.lock();
        return plan;
    }

    /** Releases the lock; the plan is to be carried out. */
    void end(Plan plan) {
        try {
            state.settle(plan);
        } finally {
            lock.unlock();
        }
    }

    void carryOut(Plan plan, TaskFuture<?> submitted) {
        RejectedExecutionException refusal = carryOut(plan);
        // Only a task that was pending when no thread could be had failed with that; another may be run by now.
        if (refusal != null && submitted.status() == TaskStatus.FAILED && submitted.exceptionNow() == refusal) {
            throw refusal;
        }
    }

    /** Returns what all pending tasks failed with, if the only worker that they had could not be started. */
    @Nullable
    RejectedExecutionException carryOut(Plan plan) {
        for (Thread thread : plan.toWake()) {
            pool.backend.unpark(thread);
        }
        RejectedExecutionException refusal = null;
        for (Worker worker : plan.toStart()) {
            Throwable failure = start(worker);
            if (failure != null) {
                refusal = startFailed(worker, failure);
            }
        }
        for (Runnable told : plan.toTell()) {
            told.run();
        }
        return refusal;
    }

    private @Nullable Throwable start(Worker worker) {
        try {
            starter.accept(worker);
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }

    /** A worker that was to run on a thread of the host's will not: the host dropped it. */
    void neverRuns(Worker worker, Throwable reason) {
        startFailed(worker, reason);
    }

    /**
     * The tasks that were to be the worker's wait for the others. If there is no other, nobody would ever come for
     * them: they fail, and so do those who wait for room.
     */
    private @Nullable RejectedExecutionException startFailed(Worker worker, Throwable failure) {
        String text = "pool " + pool.name() + " has no worker and cannot start one: " + Failure.describe(failure);
        Supplier<RejectedExecutionException> reason = () -> new RejectedExecutionException(text, failure);
        RejectedExecutionException refusal = reason.get();
        List<TaskFuture<?>> orphans = new ArrayList<>();
        int[] others = new int[1];
        decide(plan -> {
            others[0] = state.neverStarted(worker, plan);
            if (others[0] == 0) {
                orphans.addAll(state.drain(pool.lane()));
                refuseLine(pool.lane(), plan, place -> reason.get());
            }
        });
        if (others[0] > 0) {
            // After shutdownNow that is how it should be.
            (pool.isStopping() ? Log.FINE : Log.WARNING)
                    .write(
                            failure,
                            () -> "pool " + pool.name() + " could not start a worker; its tasks wait for the other "
                                    + others[0]);
            return null;
        }
        end(orphans, () -> refusal);
        return refusal;
    }

    /** Ends drained tasks, and lets go. Their callbacks run here, and the end of the pool waits for them. */
    void end(List<TaskFuture<?>> orphans, Supplier<? extends RejectedExecutionException> reason) {
        Runner.inRoleOf(pool, () -> orphans.forEach(orphan -> orphan.failPending(reason.get())));
        drained(pool.lane(), orphans);
    }

    /** Called under the lock: who waits for room in that lane, or within it, waits in vain. */
    void refuseLine(Lane lane, Plan plan, Function<Line.Place, RejectedExecutionException> reason) {
        for (Line.Place place : state.leaveLine(lane, plan)) {
            plan.refuse(place, () -> reason.apply(place));
        }
    }

    /** What was taken out has been ended, and its callbacks have run. */
    void drained(Lane lane, List<TaskFuture<?>> tasks) {
        List<Lane> lanes = new ArrayList<>();
        tasks.forEach(task -> lanes.add(LaneHome.laneOf(task)));
        decide(plan -> {
            state.endAll(lanes, plan);
            state.letGo(lane, null, plan);
        });
    }

    void letGo(Lane lane, @Nullable Runner visitor) {
        decide(plan -> state.letGo(lane, visitor, plan));
    }
}
