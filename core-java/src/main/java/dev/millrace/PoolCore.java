package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * The inside of a {@link ThreadPool}: what happens when a task comes, when a worker asks for one, and when things go
 * wrong. Each method takes the lock for a few instructions, lets {@link PoolState} decide, and carries out the
 * {@link Plan} afterwards.
 */
final class PoolCore extends Worker.Pool {
    private final String name;
    private final @Nullable Runnable initializer;
    private final int maxTasksPerWorker;
    private final long idleNanos;
    private final WhenFull whenFull;
    private final ThreadFactory threadFactory;
    private final WaitGraph waits = new WaitGraph(this);
    final TaskPromise<Boolean> terminated;

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by the lock, but for {@link PoolState#phase()}. */
    private final PoolState state;

    PoolCore(
            String name,
            int maxWorkers,
            @Nullable Runnable initializer,
            int maxTasksPerWorker,
            long idleNanos,
            int capacity,
            WhenFull whenFull,
            ThreadFactory threadFactory,
            Backend backend) {
        super(backend);
        this.name = name;
        this.initializer = initializer;
        this.maxTasksPerWorker = maxTasksPerWorker;
        this.idleNanos = idleNanos;
        this.whenFull = whenFull;
        this.threadFactory = threadFactory;
        terminated = new TaskPromise<>(name + " terminated", backend);
        state = new PoolState(new TaskQueue(this), capacity, maxWorkers, () -> new Worker(this), terminated);
    }

    // ---- a task comes ----

    void accept(TaskFuture<?> task) {
        Plan plan = new Plan();
        Line.Place place = null;
        boolean here = false;
        lock.lock();
        try {
            ensureOpen(task);
            if (state.hasRoom()) {
                state.enqueue(task, plan);
            } else if (whenFull == WhenFull.REJECT) {
                throw full(task);
            } else if (whenFull == WhenFull.RUN_IN_CALLER || isOwnThread()) {
                state.hold();
                here = true;
            } else {
                place = state.line.join(task, Thread.currentThread());
            }
        } finally {
            lock.unlock();
        }
        if (here) {
            runHere(task);
        } else if (place != null) {
            awaitPlace(place, Long.MAX_VALUE);
        } else {
            carryOut(plan, task);
        }
    }

    boolean acceptWithin(TaskFuture<?> task, long nanos) {
        Plan plan = new Plan();
        Line.Place place = null;
        lock.lock();
        try {
            ensureOpen(task);
            if (state.hasRoom()) {
                state.enqueue(task, plan);
            } else if (nanos <= 0) {
                return false;
            } else {
                place = state.line.join(task, Thread.currentThread());
            }
        } finally {
            lock.unlock();
        }
        if (place != null) {
            return awaitPlace(place, nanos);
        }
        carryOut(plan, task);
        return true;
    }

    void acceptWhenRoom(TaskFuture<?> task) {
        Plan plan = new Plan();
        lock.lock();
        try {
            ensureOpen(task);
            if (state.hasRoom()) {
                state.enqueue(task, plan);
            } else {
                state.line.join(task, null);
            }
        } finally {
            lock.unlock();
        }
        carryOut(plan, task);
    }

    void acceptOfMany(TaskFuture<?> task) {
        if (whenFull == WhenFull.BLOCK) {
            acceptWhenRoom(task);
        } else {
            accept(task);
        }
    }

    /** Blocks until the place in the line is decided, so long at most. False: the time is over, and it left the line. */
    private boolean awaitPlace(Line.Place place, long nanos) {
        boolean untimed = nanos == Long.MAX_VALUE;
        long start = untimed ? 0 : backend.nanoTime();
        boolean interrupted = false;
        while (!place.isDecided()) {
            if (place.task.isDone()) {
                // Its own time limit was over before it had joined the line.
                leaveLine(place);
                continue;
            }
            long left = untimed ? 0 : nanos - (backend.nanoTime() - start);
            if (Thread.interrupted()) {
                // If the place was decided just now, the decision holds and the interrupt is left for later.
                interrupted = true;
                if (leaveLine(place)) {
                    Thread.currentThread().interrupt();
                    throw new RejectedExecutionException(
                            "interrupted while waiting for room in pool " + name + ": task " + place.task.name()
                                    + " was not accepted",
                            new InterruptedException());
                }
            } else if (untimed) {
                backend.park(this);
            } else if (left > 0) {
                backend.parkNanos(this, left);
            } else if (leaveLine(place)) {
                return false;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        place.ensureNotRefused();
        return true;
    }

    /** False if the place was decided before. */
    private boolean leaveLine(Line.Place place) {
        boolean[] left = new boolean[1];
        decide(plan -> {
            // If it was decided, the task may stand in the queue by now: it must stay there.
            left[0] = !place.isDecided();
            if (left[0]) {
                state.withdraw(place.task, plan);
            }
        });
        return left[0];
    }

    /** Runs the task on the calling thread, as one of this pool's; {@link PoolState#hold} has been called. */
    private void runHere(TaskFuture<?> task) {
        Runner me = Runner.current();
        Runner visitor = null;
        try {
            StackRoom.ensure();
            if (me != null && me.home == this) {
                runOn(me, task);
            } else {
                Runner entering = new Runner(this, me);
                decide(plan -> state.visit(entering));
                visitor = entering;
                runAsVisitor(entering, task);
            }
        } finally {
            letGo(visitor);
        }
    }

    private static void runAsVisitor(Runner visitor, TaskFuture<?> task) {
        visitor.enter();
        try {
            runOn(visitor, task);
        } finally {
            visitor.exit();
        }
    }

    private static void runOn(Runner runner, TaskFuture<?> task) {
        Object code = task.claim();
        if (code != null) {
            runner.runOnTop(task, code);
        }
    }

    private boolean isOwnThread() {
        Runner me = Runner.current();
        return me != null && me.runsFor(this);
    }

    private void ensureOpen(TaskFuture<?> task) {
        if (state.phase() != PoolState.Phase.RUNNING) {
            throw refusal(task);
        }
        Throwable brokenBy = state.brokenBy();
        if (brokenBy != null) {
            throw new BrokenPoolException(name, brokenBy);
        }
    }

    private RejectedExecutionException refusal(TaskFuture<?> task) {
        return AbstractTaskExecutor.refusal(this, task, state.describePhase());
    }

    private RejectedExecutionException full(TaskFuture<?> task) {
        return new RejectedExecutionException(state.describeFull() + " (pool " + name + ", task " + task.name()
                + "); raise the capacity or use WhenFull.BLOCK");
    }

    // ---- what was decided is carried out ----

    private void decide(Consumer<Plan> decision) {
        Plan plan = new Plan();
        lock.lock();
        try {
            decision.accept(plan);
        } finally {
            lock.unlock();
        }
        carryOut(plan);
    }

    private void carryOut(Plan plan, TaskFuture<?> submitted) {
        RejectedExecutionException refusal = carryOut(plan);
        // Only a task that was pending when no thread could be had failed with that; another may be run by now.
        if (refusal != null && submitted.status() == TaskStatus.FAILED && submitted.exceptionNow() == refusal) {
            throw refusal;
        }
    }

    /** Returns what all pending tasks failed with, if the only worker that they had could not be started. */
    private @Nullable RejectedExecutionException carryOut(Plan plan) {
        for (Thread thread : plan.toWake()) {
            backend.unpark(thread);
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
            Thread thread = threadFactory.newThread(worker);
            if (thread == null) {
                return new NullPointerException("the thread factory of pool " + name + " returned null");
            }
            backend.start(thread);
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }

    /**
     * The tasks that were to be the worker's wait for the others. If there is no other, nobody would ever come for
     * them: they fail, and so do those who wait for room.
     */
    private @Nullable RejectedExecutionException startFailed(Worker worker, Throwable failure) {
        Supplier<RejectedExecutionException> reason = () -> new RejectedExecutionException(
                "pool " + name + " has no worker and cannot start one: " + failure, failure);
        RejectedExecutionException refusal = reason.get();
        List<TaskFuture<?>> orphans = new ArrayList<>();
        int[] others = new int[1];
        decide(plan -> {
            others[0] = state.neverStarted(worker, plan);
            if (others[0] == 0) {
                orphans.addAll(state.drain());
                state.line.drain().forEach(place -> plan.refuse(place, reason));
            }
        });
        if (others[0] > 0) {
            Failure.log(
                    Level.WARNING,
                    failure,
                    () -> "pool " + name + " could not start a worker; its tasks wait for the other " + others[0]);
            return null;
        }
        end(orphans, () -> refusal);
        return refusal;
    }

    /** Ends drained tasks, and lets go. Their callbacks run here, and the end of the pool waits for them. */
    private void end(List<TaskFuture<?>> orphans, Supplier<? extends RejectedExecutionException> reason) {
        Runner.inRoleOf(this, () -> orphans.forEach(orphan -> orphan.failPending(reason.get())));
        letGo(null);
    }

    // ---- the pool as a whole ----

    void setMaxWorkers(int maxWorkers) {
        decide(plan -> state.resize(maxWorkers, plan));
    }

    int maxWorkers() {
        lock.lock();
        try {
            return state.maxWorkers();
        } finally {
            lock.unlock();
        }
    }

    boolean awaitQuiescence(long nanos) throws InterruptedException {
        TaskPromise<Boolean> quiet = new TaskPromise<>(name + " quiet", backend);
        decide(plan -> {
            state.awaitQuiescence(quiet);
            state.tellIfOver(plan);
        });
        try {
            return quiet.future().awaitNanos(nanos, false);
        } finally {
            decide(plan -> state.giveUp(quiet));
        }
    }

    void shutdown() {
        boolean[] first = new boolean[1];
        decide(plan -> {
            first[0] = state.phase() == PoolState.Phase.RUNNING;
            if (first[0]) {
                // Held until those who wait for room have been told: the pool has not terminated before.
                state.hold();
                state.shutDown(plan);
                state.line.drain().forEach(place -> plan.refuse(place, () -> refusal(place.task)));
            }
        });
        if (first[0]) {
            letGo(null);
        }
    }

    PoolState.Phase phase() {
        return state.phase();
    }

    List<TaskFuture<?>> drainPending() {
        lock.lock();
        try {
            return state.drain();
        } finally {
            lock.unlock();
        }
    }

    void letGo(@Nullable Runner visitor) {
        decide(plan -> state.letGo(visitor, plan));
    }

    List<TaskFuture<?>> interruptRunning() {
        // The phase is written before the running tasks are looked at; a task that becomes visible after the look
        // sees the phase, and interrupts itself (TaskFuture.unshield).
        decide(plan -> state.stop());
        List<TaskFuture<?>> running = new ArrayList<>();
        for (Runner runner : runners()) {
            TaskFuture<?> task = runner.taskOf(this);
            if (task != null) {
                running.add(task);
                task.requestInterrupt();
            }
        }
        return running;
    }

    List<Runner> runners() {
        lock.lock();
        try {
            return state.runners();
        } finally {
            lock.unlock();
        }
    }

    List<Thread> awaitThreads(long nanos) throws InterruptedException {
        List<Thread> threads;
        lock.lock();
        try {
            threads = state.leaving();
        } finally {
            lock.unlock();
        }
        // A thread factory may have wrapped the worker in code that closes the pool.
        threads.remove(Thread.currentThread());
        long start = backend.nanoTime();
        for (Thread thread : threads) {
            if (nanos == Long.MAX_VALUE) {
                thread.join();
            } else {
                TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, nanos - (backend.nanoTime() - start)));
            }
        }
        threads.removeIf(thread -> !thread.isAlive());
        return threads;
    }

    String describe() {
        lock.lock();
        try {
            return name + ", " + state.describePhase() + ", " + state.describeBusy() + ", " + state.queue.size()
                    + " tasks waiting";
        } finally {
            lock.unlock();
        }
    }

    // ---- what futures ask ----

    @Override
    String name() {
        return name;
    }

    @Override
    WaitGraph waits() {
        return waits;
    }

    @Override
    boolean isStopping() {
        return state.phase() == PoolState.Phase.STOPPING;
    }

    @Override
    void withdraw(TaskFuture<?> task) {
        decide(plan -> state.withdraw(task, plan));
    }

    @Override
    @Nullable
    Object claimToHelp(TaskFuture<?> task, Runner runner) {
        if (!runner.runsFor(this)) {
            return null;
        }
        if (runner instanceof Worker && ((Worker) runner).isInitializing()) {
            throw new IllegalStateException("the initializer of pool " + name + " waits for task " + task.name()
                    + " of the same pool, which cannot run before an initializer has returned");
        }
        StackRoom.ensure();
        Object code = task.claim();
        if (code != null) {
            withdraw(task);
        }
        return code;
    }

    // ---- what workers ask ----

    @Override
    @Nullable
    TaskFuture<?> newInitializer() {
        return initializer == null
                ? null
                : TaskFuture.of(new WithOptions(this, TaskOptions.named("initializer of " + name)), initializer);
    }

    @Override
    void breakWith(Throwable cause) {
        Supplier<BrokenPoolException> reason = () -> new BrokenPoolException(name, cause);
        List<TaskFuture<?>> orphans = new ArrayList<>();
        decide(plan -> {
            state.breakBy(cause);
            orphans.addAll(state.drain());
            state.line.drain().forEach(place -> plan.refuse(place, reason));
        });
        // After shutdownNow it is the interrupt that the initializer reports, and nobody waits for this pool any more.
        Failure.log(
                isStopping() ? Level.FINE : Level.SEVERE,
                cause,
                () -> "the initializer of pool " + name + " threw: the pool is broken, pending and later tasks fail");
        end(orphans, reason);
    }

    @Override
    @Nullable
    TaskFuture<?> next(Worker worker) {
        for (; ; ) {
            Plan plan = new Plan();
            TaskFuture<?> task = null;
            boolean leaves;
            lock.lock();
            try {
                if (worker.standing == Worker.Standing.GONE) {
                    // Its factory started it, so that our own start failed: it was taken off the books.
                    return null;
                }
                if (worker.standing == Worker.Standing.BUSY) {
                    state.free(worker, plan);
                } else if (worker.standing == Worker.Standing.STARTING) {
                    state.started(worker);
                }
                leaves = mustLeave(worker);
                if (leaves) {
                    state.dismiss(worker, plan);
                } else {
                    task = state.take(worker, plan);
                    if (task == null) {
                        state.rest(worker, plan);
                    }
                }
            } finally {
                lock.unlock();
            }
            carryOut(plan);
            if (task != null) {
                return task;
            }
            if (leaves || !awaitCall(worker)) {
                return null;
            }
        }
    }

    private boolean mustLeave(Worker worker) {
        return state.hasSurplus()
                || worker.tasksRun >= maxTasksPerWorker
                || (state.queue.isEmpty() && (state.phase() != PoolState.Phase.RUNNING || idleNanos == 0));
    }

    /** Parks until the worker is wanted; false if nobody wanted it for so long that it has left. */
    private boolean awaitCall(Worker worker) {
        long start = backend.nanoTime();
        while (worker.standing == Worker.Standing.IDLE) {
            long left = idleNanos - (backend.nanoTime() - start);
            if (left > 0) {
                // A flag that somebody set from outside would make parking a busy loop; it is nobody's.
                Thread.interrupted();
                backend.parkNanos(this, left);
            } else {
                decide(plan -> {
                    if (worker.standing == Worker.Standing.IDLE) {
                        state.dismiss(worker, plan);
                    }
                });
            }
        }
        return worker.standing != Worker.Standing.GONE;
    }

    @Override
    void workerFree(Worker worker) {
        // A glance without the lock. Where there is no bound and more is to do, this worker is about to do it: that
        // it counts as free for the moment before changes nothing, and would cost the lock once more for each task.
        if (!state.isBounded() && state.queue.size() > 0) {
            return;
        }
        decide(plan -> {
            if (state.hasSurplus() || worker.tasksRun + 1 >= maxTasksPerWorker) {
                // One that leaves after this task is of no use to the next, but makes room for it.
                state.aboutToLeave(worker, plan);
            } else {
                state.free(worker, plan);
            }
        });
    }

    @Override
    void workerBusyAgain(Worker worker) {
        decide(plan -> {
            if (worker.standing == Worker.Standing.FREE) {
                state.occupy(worker, plan);
            } else {
                state.staysForNow(worker);
            }
        });
    }

    @Override
    void workerGone(Worker worker) {
        decide(plan -> state.dismiss(worker, plan));
    }
}
