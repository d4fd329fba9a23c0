// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A view of a pool: a {@link Lane} with the face of an executor. Nothing in the pool refers to it while it is idle.
 */
final class View extends AbstractTaskExecutor {
    private final PoolCore core;
    private final ViewHome home;
    private final Lane lane;
    private final Capabilities capabilities;

    /** A view of the pool itself, or of a view of it. */
    View(PoolCore core, LaneHome parent, int limit, Capabilities capabilities) {
        this.core = core;
        this.capabilities = capabilities;
        home = core.newView(parent, limit);
        lane = home.lane();
    }

    @Override
    public TaskExecutorService limited(int maxConcurrency) {
        return new View(core, home, maxConcurrency, capabilities);
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void shutdown() {
        core.shutdown(lane);
    }

    @Override
    public boolean isShutdown() {
        return lane.isShutDown();
    }

    @Override
    public boolean isTerminated() {
        return core.hasEnded(lane);
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        ensureNotOwnTask("awaitTermination");
        return core.awaitEnd(lane, unit.toNanos(timeout));
    }

    /** In a task of the pool, which may be the only worker, it runs what pends here itself. */
    @Override
    public void close() {
        ensureNotOwnTask("close");
        Runner me = Runner.current();
        if (me != null && me.runsFor(core)) {
            shutdown();
            try {
                TaskFutures.awaitAll(core.pending(lane), Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // What follows sees it, and stops what runs.
                Callbacks.interruptHere();
            }
        }
        super.close();
    }

    /** Name and state of the view, and of the pool. */
    @Override
    public String toString() {
        return "View[" + core.describe(home) + "; " + core.describe() + "]";
    }

    @Override
    TaskHome home() {
        return home;
    }

    @Override
    void accept(TaskFuture<?> task) {
        core.admission().accept(task);
    }

    @Override
    void prepare(TaskFuture<?> task) {
        core.admission().prepare(task);
    }

    @Override
    void acceptPrepared(TaskFuture<?> task) {
        core.admission().acceptPrepared(task);
    }

    @Override
    boolean acceptWithin(TaskFuture<?> task, long nanos) {
        return core.admission().acceptWithin(task, nanos);
    }

    @Override
    boolean acceptWhenRoom(TaskFuture<?> task) {
        return core.admission().acceptWhenRoom(task);
    }

    @Override
    void acceptBeyondBound(TaskFuture<?> task) {
        core.admission().acceptBeyondBound(task);
    }

    @Override
    void acceptOfMany(TaskFuture<?> task) {
        core.admission().acceptOfMany(task);
    }

    @Override
    List<TaskFuture<?>> drainPending() {
        return core.drainPending(lane);
    }

    @Override
    void drained(List<TaskFuture<?>> tasks) {
        core.decisions().drained(lane, tasks);
    }

    @Override
    List<TaskFuture<?>> interruptRunning() {
        return core.interruptRunning(lane, home);
    }

    /** Only those that are at it: the others are the pool's. */
    @Override
    List<Runner> runners() {
        List<Runner> runners = new ArrayList<>(core.runners());
        runners.removeIf(runner -> runner.taskOf(home) == null);
        return runners;
    }

    @Override
    boolean standsInLine(TaskFuture<?> task) {
        return core.admission().standsInLine(task);
    }

    @Override
    int workersForMap() {
        return Math.min(lane.limit(), core.maxWorkers());
    }

    /** It has none. */
    @Override
    List<Thread> awaitThreads(long nanos) {
        return new ArrayList<>();
    }
}
