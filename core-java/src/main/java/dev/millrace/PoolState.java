package dev.millrace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a pool knows of its tasks and workers, and every decision that follows from it: which worker to wake, whether to
 * start one, who gets a place in the queue, whether the pool has come to its end. A decision is made here and put on a
 * {@link Plan}; the caller carries it out later, because no thread is started, woken or interrupted, and no code of the
 * user's runs, under the lock. Not thread-safe: guarded by the lock of {@link PoolCore}.
 */
final class PoolState {
    /** Goes from left to right only. */
    enum Phase {
        RUNNING,
        /** No new tasks. */
        SHUTDOWN,
        /** And what runs is interrupted. */
        STOPPING,
        TERMINATED
    }

    private final Supplier<Worker> newWorker;
    private final int capacity;
    final TaskQueue queue;
    final Line line = new Line();
    /** All on the books. */
    private final Set<Worker> workers = new LinkedHashSet<>();
    /** Parked; the one that parked last is used first. */
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();
    /** How many of the workers are BUSY, FREE and STARTING; the rest is idle. */
    private int busy;

    private int free;
    private int starting;
    /** How many of the BUSY ones have run their last task, and go when its outcome is published. */
    private int leavingSoon;

    private int maxWorkers;
    /** Threads that run a task in place, not being our workers. */
    private final Set<Runner> visitors = new LinkedHashSet<>();
    /** What the end waits for beside workers: tasks run in place, and drained ones that are being ended. */
    private int holds;
    /** Threads of workers that have gone; they may need a moment to end. */
    private final List<Thread> leaving = new ArrayList<>();

    private final List<TaskPromise<Boolean>> awaitingQuiescence = new ArrayList<>();
    private final TaskPromise<Boolean> terminated;
    /** What the initializer threw, if it did. */
    private @Nullable Throwable brokenBy;
    /** Written under the lock, read anywhere. */
    private volatile Phase phase = Phase.RUNNING;

    PoolState(
            TaskQueue queue,
            int capacity,
            int maxWorkers,
            Supplier<Worker> newWorker,
            TaskPromise<Boolean> terminated) {
        this.queue = queue;
        this.capacity = capacity;
        this.maxWorkers = maxWorkers;
        this.newWorker = newWorker;
        this.terminated = terminated;
    }

    Phase phase() {
        return phase;
    }

    @Nullable
    Throwable brokenBy() {
        return brokenBy;
    }

    // ---- tasks ----

    boolean isBounded() {
        return capacity != Integer.MAX_VALUE;
    }

    /** A task takes the place of a worker that is not busy, or one of the places in the queue. */
    boolean hasRoom() {
        return queue.size() < (long) capacity + Math.max(0, maxWorkers - (busy - leavingSoon));
    }

    void enqueue(TaskFuture<?> task, Plan plan) {
        queue.add(task);
        try {
            summonForOne(plan);
        } catch (Throwable noMemory) {
            queue.remove(task);
            throw noMemory;
        }
    }

    /** The task is no longer pending: its place, in the queue or in the line, is given back. */
    void withdraw(TaskFuture<?> task, Plan plan) {
        if (queue.remove(task)) {
            admitWaiting(plan);
        } else {
            Line.Place place = line.remove(task);
            if (place != null) {
                place.decide(null);
                plan.wake(place.waiter);
            }
        }
        tellIfOver(plan);
    }

    /** There may be room: those who wait for it come in, in turn. */
    private void admitWaiting(Plan plan) {
        while (!line.isEmpty() && hasRoom()) {
            Line.Place place = line.poll();
            queue.add(place.task);
            place.decide(null);
            plan.wake(place.waiter);
            summon(plan);
        }
    }

    /** Takes out all that pends; the end waits until {@link #letGo}. */
    List<TaskFuture<?>> drain() {
        holds++;
        return queue.drain();
    }

    // ---- workers ----

    /**
     * A task came. If a worker is awake and will look at the queue, and others are parked, it is left to that one to
     * call the next when it takes a task ({@link #take}): a burst does not wake all for what one may do alone.
     */
    private void summonForOne(Plan plan) {
        if (free == 0 || idle.isEmpty()) {
            summon(plan);
        }
    }

    /**
     * Sees to it that tasks that could run now have a worker: wakes one that is idle, the last that parked, or else
     * starts one. Called at each event that can leave one too few, and one is what it adds; so no task waits while a
     * worker could be had. A worker that is idle is not spared for one that is being started: that may take long, or
     * fail.
     *
     * @return whether it called one
     */
    private boolean summon(Plan plan) {
        int needed = Math.min(queue.size(), maxWorkers - busy);
        if (free < needed && !idle.isEmpty()) {
            wake(idle.removeLast(), plan);
            return true;
        }
        if (free + starting < needed && workers.size() < maxWorkers) {
            Worker fresh = newWorker.get();
            plan.start(fresh);
            workers.add(fresh);
            starting++;
            return true;
        }
        return false;
    }

    private void summonAll(Plan plan) {
        boolean called = true;
        while (called) {
            called = summon(plan);
        }
    }

    /** The worker has been taken off the idle stack. */
    private void wake(Worker worker, Plan plan) {
        plan.wake(worker.thread());
        worker.standing = Worker.Standing.FREE;
        free++;
    }

    /** BUSY to FREE. */
    void free(Worker worker, Plan plan) {
        staysForNow(worker);
        worker.standing = Worker.Standing.FREE;
        busy--;
        free++;
        admitWaiting(plan);
    }

    /** BUSY still, but its last task is over: there is room for another. */
    void aboutToLeave(Worker worker, Plan plan) {
        worker.leavesSoon = true;
        leavingSoon++;
        admitWaiting(plan);
    }

    /** It is no longer BUSY with the end of its last task: it has callbacks to run after all, is free, or has gone. */
    void staysForNow(Worker worker) {
        if (worker.leavesSoon) {
            worker.leavesSoon = false;
            leavingSoon--;
        }
    }

    /** FREE to BUSY, without a task: it has callbacks to run after all. */
    void occupy(Worker worker, Plan plan) {
        worker.standing = Worker.Standing.BUSY;
        free--;
        busy++;
        summonAll(plan);
    }

    /** FREE to BUSY with the first task, if there is one; if more wait and nobody else is awake, calls the next. */
    @Nullable
    TaskFuture<?> take(Worker worker, Plan plan) {
        TaskFuture<?> task = queue.poll();
        if (task != null) {
            worker.standing = Worker.Standing.BUSY;
            free--;
            busy++;
            if (free == 0) {
                summon(plan);
            }
        }
        return task;
    }

    /** STARTING to FREE: its thread runs, and the initializer has returned. */
    void started(Worker worker) {
        worker.standing = Worker.Standing.FREE;
        starting--;
        free++;
    }

    /** FREE to IDLE. */
    void rest(Worker worker, Plan plan) {
        worker.standing = Worker.Standing.IDLE;
        free--;
        idle.addLast(worker);
        tellIfOver(plan);
    }

    /** Takes the worker off the books, wherever it stands; nothing if it is off already. */
    void dismiss(Worker worker, Plan plan) {
        switch (worker.standing) {
            case STARTING:
                starting--;
                break;
            case FREE:
                free--;
                break;
            case BUSY:
                staysForNow(worker);
                busy--;
                break;
            case IDLE:
                idle.remove(worker);
                break;
            case GONE:
                return;
        }
        worker.standing = Worker.Standing.GONE;
        workers.remove(worker);
        leaving.removeIf(thread -> !thread.isAlive());
        Thread thread = worker.thread();
        if (thread != null) {
            leaving.add(thread);
        }
        admitWaiting(plan);
        summonAll(plan);
        tellIfOver(plan);
    }

    /**
     * The worker's thread could not be started: its tasks are left to the others, of which there may be idle ones.
     *
     * @return how many others there are; counting the worker itself if it runs after all
     */
    int neverStarted(Worker worker, Plan plan) {
        if (worker.standing == Worker.Standing.STARTING) {
            worker.standing = Worker.Standing.GONE;
            starting--;
            workers.remove(worker);
            // No thread is started here in its place: what failed now would fail at once again.
            while (free < Math.min(queue.size(), maxWorkers - busy) && !idle.isEmpty()) {
                wake(idle.removeLast(), plan);
            }
            if (!workers.isEmpty()) {
                tellIfOver(plan);
            }
        }
        return workers.size();
    }

    int maxWorkers() {
        return maxWorkers;
    }

    boolean hasSurplus() {
        return workers.size() > maxWorkers;
    }

    void resize(int newMaxWorkers, Plan plan) {
        maxWorkers = newMaxWorkers;
        for (int surplus = workers.size() - maxWorkers; surplus > 0 && !idle.isEmpty(); surplus--) {
            wake(idle.removeFirst(), plan);
        }
        admitWaiting(plan);
        summonAll(plan);
    }

    /** All whose threads run tasks of this pool. */
    List<Runner> runners() {
        List<Runner> all = new ArrayList<>(workers);
        all.addAll(visitors);
        return all;
    }

    List<Thread> leaving() {
        return new ArrayList<>(leaving);
    }

    // ---- the end ----

    /** The end waits until {@link #letGo}. */
    void hold() {
        holds++;
    }

    /** A thread that is not a worker's is about to run a task in place. */
    void visit(Runner visitor) {
        visitors.add(visitor);
    }

    void letGo(@Nullable Runner visitor, Plan plan) {
        holds--;
        if (visitor != null) {
            visitors.remove(visitor);
        }
        tellIfOver(plan);
    }

    void shutDown(Plan plan) {
        phase = Phase.SHUTDOWN;
        while (!idle.isEmpty()) {
            wake(idle.removeFirst(), plan);
        }
        tellIfOver(plan);
    }

    void stop() {
        if (phase == Phase.SHUTDOWN) {
            phase = Phase.STOPPING;
        }
    }

    void breakBy(Throwable cause) {
        if (brokenBy == null) {
            brokenBy = cause;
        }
    }

    boolean isQuiet() {
        return queue.isEmpty() && line.isEmpty() && busy == 0 && free == 0 && starting == 0 && holds == 0;
    }

    void awaitQuiescence(TaskPromise<Boolean> waiting) {
        awaitingQuiescence.add(waiting);
    }

    void giveUp(TaskPromise<Boolean> waiting) {
        awaitingQuiescence.remove(waiting);
    }

    /** If nothing is left to do, those who wait for that are told; after a shutdown the pool has then terminated. */
    void tellIfOver(Plan plan) {
        if (!isQuiet()) {
            return;
        }
        awaitingQuiescence.forEach(plan::tell);
        awaitingQuiescence.clear();
        if (workers.isEmpty() && phase != Phase.RUNNING && phase != Phase.TERMINATED) {
            phase = Phase.TERMINATED;
            plan.tell(terminated);
        }
    }

    // ---- words ----

    String describePhase() {
        switch (phase) {
            case RUNNING:
                return brokenBy == null ? "running" : "broken by " + brokenBy;
            case SHUTDOWN:
                return "shut down, finishing its work";
            case STOPPING:
                return "shut down, stopping now";
            default:
                return "terminated";
        }
    }

    String describeFull() {
        return "queue is full: " + queue.size() + " of " + capacity + " tasks waiting, " + describeBusy();
    }

    String describeBusy() {
        return busy + " of " + maxWorkers + " workers busy";
    }
}
