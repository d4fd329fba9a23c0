package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A view of a pool: a {@link Lane} with the face of an executor. Nothing in the pool refers to it while it is idle.
 */
final class View extends AbstractTaskExecutor {
    private final PoolCore.ViewHome home;
    private final PoolCore core;
    private final Lane lane;

    View(PoolCore.ViewHome home) {
        this.home = home;
        core = home.core();
        lane = home.lane;
    }

    @Override
    public TaskExecutorService limited(int maxConcurrency) {
        return new View(core.newView(home, maxConcurrency));
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

    /** Name and state of the view, and of the pool. */
    @Override
    public String toString() {
        return core.describe(home);
    }

    @Override
    TaskHome home() {
        return home;
    }

    @Override
    void accept(TaskFuture<?> task) {
        core.accept(task, lane);
    }

    @Override
    boolean acceptWithin(TaskFuture<?> task, long nanos) {
        return core.acceptWithin(task, lane, nanos);
    }

    @Override
    void acceptWhenRoom(TaskFuture<?> task) {
        core.acceptWhenRoom(task, lane);
    }

    @Override
    void acceptOfMany(TaskFuture<?> task) {
        core.acceptOfMany(task, lane);
    }

    @Override
    List<TaskFuture<?>> drainPending() {
        return core.drainPending(lane);
    }

    @Override
    void drained(List<TaskFuture<?>> tasks) {
        core.drained(lane, tasks);
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
    int workersForMap() {
        return Math.min(lane.limit(), core.maxWorkers());
    }

    /** It has none. */
    @Override
    List<Thread> awaitThreads(long nanos) {
        return new ArrayList<>();
    }
}
