// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;

/**
 * A pool in numbers, at one moment: from {@link ThreadPool#stats()}. Tasks are those of the pool and of its views, what
 * came by {@code execute} included; of a map, each chunk is one. While tasks come and go, the numbers may belong to moments
 * some microseconds apart, and a sum may be less than a moment before; at rest, as after {@link
 * ThreadPool#awaitQuiescence}, they are exact. Immutable.
 */
public final class PoolStats {
    private final String pool;
    private final int maxWorkers;
    private final int workers;
    private final int idleWorkers;
    private final int running;
    private final int queued;
    private final int waitingForRoom;
    private final int queueCapacity;
    private final Duration oldestQueued;
    private final long succeeded;
    private final long failed;
    private final long cancelled;
    private final long timedOut;
    private final long rejected;
    private final TimeDistribution queueWait;
    private final TimeDistribution runTime;

    /** Called under the pool's lock. */
    PoolStats(
            String pool,
            PoolState state,
            Counts counts,
            Duration oldestQueued,
            TimeDistribution queueWait,
            TimeDistribution runTime) {
        this.pool = pool;
        maxWorkers = state.maxWorkers();
        workers = state.workers();
        idleWorkers = state.idleWorkers();
        running = state.running();
        queued = state.queued();
        waitingForRoom = state.line.size();
        queueCapacity = state.capacity();
        succeeded = counts.succeededSoFar(state.runs());
        failed = counts.failedSoFar();
        cancelled = counts.cancelledSoFar();
        timedOut = counts.timedOutSoFar();
        rejected = counts.rejectedSoFar();
        this.oldestQueued = oldestQueued;
        this.queueWait = queueWait;
        this.runTime = runTime;
    }

    /** The pool's name. */
    public String pool() {
        return pool;
    }

    // ---- tasks since the pool was made ----

    /** How many were accepted: those that have ended in one of the four ways, that wait, and that run. */
    public long submitted() {
        return completed() + running + queued + waitingForRoom;
    }

    /** How many have ended: succeeded, failed, cancelled and timed out together. */
    public long completed() {
        return succeeded + failed + cancelled + timedOut;
    }

    /** How many have returned their value. */
    public long succeeded() {
        return succeeded;
    }

    /** How many threw, or could not be run because no worker was to be had. Those that timed out are not counted here. */
    public long failed() {
        return failed;
    }

    /** How many were cancelled, by whomever, before they began or while they ran. */
    public long cancelled() {
        return cancelled;
    }

    /** How many were out of time, before they began or while they ran. */
    public long timedOut() {
        return timedOut;
    }

    /**
     * How many submits failed; a {@code trySubmit} that came back empty is one. They are not among the submitted, but for
     * those that failed as no worker could be started.
     */
    public long rejected() {
        return rejected;
    }

    // ---- now ----

    /** How many run and have no outcome yet. */
    public int running() {
        return running;
    }

    /** How many wait for a worker. */
    public int queued() {
        return queued;
    }

    /** How many wait, with their submitter or without, until the bounded queue has room. */
    public int waitingForRoom() {
        return waitingForRoom;
    }

    /** How many may wait for a worker; {@code Integer.MAX_VALUE} if there is no bound. */
    public int queueCapacity() {
        return queueCapacity;
    }

    /**
     * How long the task that waits longest has waited at least; zero if none waits. Exact with {@link
     * ThreadPool.Builder#recordTimes} if it came when nothing waited; else it counts from a task soon behind it, or from
     * when {@code stats()} or {@code dump()} saw it first.
     */
    public Duration oldestQueued() {
        return oldestQueued;
    }

    /** How many workers there are, busy and idle. */
    public int workers() {
        return workers;
    }

    /** How many workers do something: run a task, call callbacks, or look for the next task. */
    public int busyWorkers() {
        return workers - idleWorkers;
    }

    /** How many workers are parked until somebody wants them. */
    public int idleWorkers() {
        return idleWorkers;
    }

    /** How many workers there may be. */
    public int maxWorkers() {
        return maxWorkers;
    }

    // ---- times ----

    /** How long tasks waited from submit to start; empty without {@link ThreadPool.Builder#recordTimes}. */
    public TimeDistribution queueWait() {
        return queueWait;
    }

    /** How long their code ran; empty without {@link ThreadPool.Builder#recordTimes}. */
    public TimeDistribution runTime() {
        return runTime;
    }

    /** All of it, in one line. */
    @Override
    public String toString() {
        return "PoolStats[" + pool + ": " + submitted() + " submitted, " + succeeded + " succeeded, " + failed
                + " failed, "
                + cancelled + " cancelled, " + timedOut + " timed out, " + rejected + " rejected; " + running
                + " running, "
                + queued + " queued, " + waitingForRoom + " waiting for room; " + busyWorkers() + " of " + workers
                + " workers busy, at most " + maxWorkers + "; queue wait: " + queueWait + "; run time: " + runTime
                + "]";
    }
}
