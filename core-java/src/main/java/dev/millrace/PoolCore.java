package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
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
    /** Starts a worker, or throws. */
    private final Consumer<Worker> starter;
    /** The executor on whose threads the workers run, if they are not the pool's own. */
    private final @Nullable TaskHome host;

    private final WaitGraph waits = new WaitGraph(this);

    private final ReentrantLock lock = new ReentrantLock();
    private final Lane root;
    /** Guarded by the lock. */
    private final PoolState state;

    PoolCore(
            String name,
            int maxWorkers,
            @Nullable Runnable initializer,
            int maxTasksPerWorker,
            long idleNanos,
            int capacity,
            WhenFull whenFull,
            Consumer<Worker> starter,
            @Nullable TaskHome host,
            Backend backend) {
        super(backend);
        this.name = name;
        this.initializer = initializer;
        this.maxTasksPerWorker = maxTasksPerWorker;
        this.idleNanos = idleNanos;
        this.whenFull = whenFull;
        this.starter = starter;
        this.host = host;
        root = new Lane(null, Integer.MAX_VALUE, this);
        state = new PoolState(root, capacity, maxWorkers, () -> new Worker(this), host == null);
    }

    /** The lane of the tasks that are submitted to the pool itself. */
    Lane root() {
        return root;
    }

    // ---- a task comes ----

    void accept(TaskFuture<?> task, Lane lane) {
        Plan plan = new Plan();
        Line.Place place = null;
        Runner here = null;
        lock.lock();
        try {
            ensureOpen(task, lane);
            if (state.hasRoom(lane)) {
                state.enqueue(task, lane, plan);
            } else if (whenFull == WhenFull.REJECT) {
                throw full(task);
            } else if (whenFull == WhenFull.RUN_IN_CALLER || isOwnThread()) {
                here = roleHere(task, lane);
                if (here != null) {
                    state.hold(lane);
                } else if (isOwnThread()) {
                    // Its view is full, too. It is tempting to let it wait for room. Don't: those in the view may
                    // wait for this very thread.
                    state.enqueue(task, lane, plan);
                }
            }
            if (here == null && !lane.contains(task)) {
                place = state.standInLine(task, lane, Thread.currentThread());
            }
        } finally {
            lock.unlock();
        }
        if (here != null) {
            runHere(task, lane, here);
        } else if (place != null) {
            awaitPlace(place, Long.MAX_VALUE);
        } else {
            carryOut(plan, task);
        }
    }

    boolean acceptWithin(TaskFuture<?> task, Lane lane, long nanos) {
        Plan plan = new Plan();
        Line.Place place = null;
        lock.lock();
        try {
            ensureOpen(task, lane);
            if (state.hasRoom(lane)) {
                state.enqueue(task, lane, plan);
            } else if (nanos <= 0) {
                return false;
            } else {
                place = state.standInLine(task, lane, Thread.currentThread());
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

    void acceptWhenRoom(TaskFuture<?> task, Lane lane) {
        Plan plan = new Plan();
        lock.lock();
        try {
            ensureOpen(task, lane);
            if (state.hasRoom(lane)) {
                state.enqueue(task, lane, plan);
            } else {
                state.standInLine(task, lane, null);
            }
        } finally {
            lock.unlock();
        }
        carryOut(plan, task);
    }

    void acceptOfMany(TaskFuture<?> task, Lane lane) {
        if (whenFull == WhenFull.BLOCK) {
            acceptWhenRoom(task, lane);
        } else {
            accept(task, lane);
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
                state.withdraw(place.task, place.lane, plan);
            }
        });
        return left[0];
    }

    /**
     * In what role the calling thread may run the task in place; null if it must not, because its view has no permit
     * left, or others there would be overtaken. Called under the lock; takes the permit.
     */
    private @Nullable Runner roleHere(TaskFuture<?> task, Lane lane) {
        Runner me = Runner.current();
        TaskHome home = task.home().executor();
        if (me != null && me.home == home) {
            return me;
        }
        if (lane.isRoot()) {
            return new Runner(this, me);
        }
        Lane held = heldBy(me, home);
        if (held != lane && !(lane.hasPermit(held) && lane.hasEmptyQueue())) {
            return null;
        }
        return roleWithPermit(home, me, lane, held);
    }

    /** Called under the lock. The permits can be had. */
    private LaneRole roleWithPermit(TaskHome home, @Nullable Runner me, Lane lane, Lane held) {
        LaneRole role = new LaneRole(home, me, null);
        if (lane != held) {
            lane.acquire(role.bottom(), held);
            role.hasPermit(() -> decide(plan -> state.giveBack(lane, role.bottom(), held, plan)));
        }
        return role;
    }

    /** Runs the task on the calling thread, as one of this pool's; {@link PoolState#hold} has been called. */
    private void runHere(TaskFuture<?> task, Lane lane, Runner role) {
        Runner visitor = role == Runner.current() ? null : role;
        boolean ran = false;
        try {
            StackRoom.ensure();
            if (visitor != null) {
                decide(plan -> state.visit(visitor));
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
            letGo(lane, visitor);
        }
    }

    /** The innermost of the view's lanes, from its own to the root, whose permit that thread holds already. */
    private Lane heldBy(@Nullable Runner me, TaskHome home) {
        for (TaskHome h = home; me != null && h instanceof ViewHome; h = ((ViewHome) h).parent) {
            if (me.runsFor(h)) {
                return ((ViewHome) h).lane;
            }
        }
        return root;
    }

    private boolean isOwnThread() {
        Runner me = Runner.current();
        return me != null && me.runsFor(this);
    }

    private void ensureOpen(TaskFuture<?> task, Lane lane) {
        if (lane.isShutDown()) {
            throw refusal(task, lane);
        }
        Throwable brokenBy = state.brokenBy();
        if (brokenBy != null) {
            throw new BrokenPoolException(name, brokenBy);
        }
    }

    private RejectedExecutionException refusal(TaskFuture<?> task, Lane lane) {
        // The pool's end says more than that of a view.
        boolean ofPool = root.isShutDown();
        return AbstractTaskExecutor.refusal(
                ofPool ? this : task.home().executor(), task, state.describe(ofPool ? root.phase() : lane.phase()));
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
        Supplier<RejectedExecutionException> reason = () -> new RejectedExecutionException(
                "pool " + name + " has no worker and cannot start one: " + failure, failure);
        RejectedExecutionException refusal = reason.get();
        List<TaskFuture<?>> orphans = new ArrayList<>();
        int[] others = new int[1];
        decide(plan -> {
            others[0] = state.neverStarted(worker, plan);
            if (others[0] == 0) {
                orphans.addAll(state.drain(root));
                refuseLine(root, plan, place -> reason.get());
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
        drained(root, orphans);
    }

    /** Called under the lock: who waits for room in that lane, or within it, waits in vain. */
    private void refuseLine(Lane lane, Plan plan, Function<Line.Place, RejectedExecutionException> reason) {
        for (Line.Place place : state.leaveLine(lane, plan)) {
            plan.refuse(place, () -> reason.apply(place));
        }
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

    void shutdown(Lane lane) {
        boolean[] first = new boolean[1];
        decide(plan -> {
            first[0] = !lane.isShutDown();
            if (first[0]) {
                // Held until those who wait for room have been told: the end has not come before.
                state.hold(lane);
                state.shutDown(lane, plan);
                refuseLine(lane, plan, place -> refusal(place.task, place.lane));
            }
        });
        if (first[0]) {
            letGo(lane, null);
        }
    }

    List<TaskFuture<?>> drainPending(Lane lane) {
        List<TaskFuture<?>> drained = new ArrayList<>();
        decide(plan -> {
            drained.addAll(state.drain(lane));
            state.roomCame(plan);
        });
        return drained;
    }

    /** What was taken out has been ended, and its callbacks have run. */
    void drained(Lane lane, List<TaskFuture<?>> tasks) {
        List<Lane> lanes = new ArrayList<>();
        tasks.forEach(task -> lanes.add(laneOf(task)));
        decide(plan -> {
            state.endAll(lanes, plan);
            state.letGo(lane, null, plan);
        });
    }

    private Lane laneOf(TaskFuture<?> task) {
        TaskHome home = task.home().executor();
        return home instanceof ViewHome ? ((ViewHome) home).lane : root;
    }

    private void letGo(Lane lane, @Nullable Runner visitor) {
        decide(plan -> state.letGo(lane, visitor, plan));
    }

    List<TaskFuture<?>> interruptRunning(Lane lane, TaskHome home) {
        // The phase is written before the running tasks are looked at; a task that becomes visible after the look
        // sees the phase, and interrupts itself (TaskFuture.unshield).
        decide(plan -> lane.stop());
        List<TaskFuture<?>> running = new ArrayList<>();
        for (Runner runner : runners()) {
            TaskFuture<?> task = runner.taskOf(home);
            if (task != null) {
                running.add(task);
                task.requestInterrupt();
            }
        }
        return running;
    }

    /** Whether after a shutdown, of the view or of the pool, nothing of the view is left to do. */
    boolean hasEnded(Lane lane) {
        lock.lock();
        try {
            return lane.isShutDown() && lane.isIdle();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until that is so. */
    boolean awaitEnd(Lane lane, long nanos) throws InterruptedException {
        if (lane.isRoot()) {
            return lane.terminated.future().awaitNanos(nanos, false);
        }
        decide(plan -> state.awaitEnd(lane, plan));
        try {
            return lane.terminated.future().awaitNanos(nanos, false);
        } finally {
            decide(plan -> state.endAwait(lane, plan));
        }
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
            return name + ", " + state.describePhase() + ", " + state.describeBusy() + ", " + state.queued()
                    + " tasks waiting";
        } finally {
            lock.unlock();
        }
    }

    String describe(ViewHome view) {
        lock.lock();
        try {
            Lane lane = view.lane;
            return "View[" + view.name() + ", " + state.describe(lane.phase()) + ", " + lane.describe() + "; "
                    + describe() + "]";
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
    boolean isWithin(TaskHome other) {
        return this == other || (host != null && host.isWithin(other));
    }

    @Override
    WaitGraph waits() {
        return waits;
    }

    @Override
    boolean isStopping() {
        return root.isStopping();
    }

    @Override
    void withdraw(TaskFuture<?> task) {
        decide(plan -> state.withdraw(task, root, plan));
    }

    @Override
    boolean help(TaskFuture<?> task, Runner me, boolean interruptible) {
        if (!mayHelp(task, me)) {
            return false;
        }
        Object code = task.claim();
        if (code == null) {
            return false;
        }
        withdraw(task);
        if (me.home == this) {
            me.runOnTop(task, code);
        } else {
            helpInRole(new Runner(this, me), task, code);
        }
        return true;
    }

    private static void helpInRole(Runner role, TaskFuture<?> task, Object code) {
        role.enter();
        try {
            role.runOnTop(task, code);
        } finally {
            role.exit();
        }
    }

    private boolean mayHelp(TaskFuture<?> task, Runner me) {
        if (!me.runsFor(this)) {
            return false;
        }
        if (me.bottom() instanceof Worker && ((Worker) me.bottom()).isInitializing()) {
            throw new IllegalStateException("the initializer of pool " + name + " waits for task " + task.name()
                    + " of the same pool, which cannot run before an initializer has returned");
        }
        StackRoom.ensure();
        return true;
    }

    // ---- views ----

    /** The home of a new view: of the pool itself, or within a view. */
    ViewHome newView(TaskHome parent, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("maxConcurrency must be at least 1: " + limit);
        }
        return new ViewHome(parent, limit);
    }

    /** The home of a view's tasks. */
    final class ViewHome extends TaskHome {
        /** The pool, or the view that this one is a view of. */
        private final TaskHome parent;

        private final String viewName;
        final Lane lane;

        private ViewHome(TaskHome parent, int limit) {
            super(PoolCore.this.backend);
            this.parent = parent;
            viewName = parent.name() + "/limited(" + limit + ")";
            lane = new Lane(parent instanceof ViewHome ? ((ViewHome) parent).lane : root, limit, this);
        }

        PoolCore core() {
            return PoolCore.this;
        }

        @Override
        String name() {
            return viewName;
        }

        @Override
        boolean isWithin(TaskHome other) {
            return this == other || parent.isWithin(other);
        }

        @Override
        WaitGraph waits() {
            return waits;
        }

        @Override
        boolean isStopping() {
            return lane.isStopping();
        }

        @Override
        void withdraw(TaskFuture<?> task) {
            decide(plan -> state.withdraw(task, lane, plan));
        }

        /**
         * Runs the view's queue in order up to that task. Whoever runs for the view already does so inside its own
         * permit; a thread that runs for the pool only takes a permit for each, if there is one.
         */
        @Override
        boolean help(TaskFuture<?> task, Runner me, boolean interruptible) {
            if (!mayHelp(task, me)) {
                return false;
            }
            while (task.isPending()) {
                TaskFuture<?>[] head = new TaskFuture<?>[1];
                Runner role = nextToHelp(task, me, head);
                if (role == null || head[0] == null) {
                    return false;
                }
                runHelped(role, me, head[0]);
                if (head[0] == task) {
                    // Not done if somebody else had claimed it.
                    return task.isDone();
                }
                if (interruptible && Thread.currentThread().isInterrupted()) {
                    return false;
                }
            }
            return false;
        }

        /** Takes the task that is to be run next out of the queue; null if the thread may run none. */
        private @Nullable Runner nextToHelp(TaskFuture<?> task, Runner me, TaskFuture<?>[] head) {
            Runner[] role = new Runner[1];
            decide(plan -> {
                Lane held = heldBy(me, this);
                boolean inside = held == lane;
                if (inside || lane.hasPermit(held)) {
                    // The role first, as it takes memory: a task that has been taken out must not get lost.
                    role[0] = inside && me.home == this ? me : roleWithPermit(this, me, lane, held);
                    head[0] = state.takeToHelp(task, lane, inside, plan);
                    if (head[0] == null) {
                        lane.release(role[0].bottom(), held);
                    }
                }
            });
            return role[0];
        }

        private void runHelped(Runner role, Runner me, TaskFuture<?> head) {
            Object code = null;
            try {
                code = head.claim();
                if (code != null && role == me) {
                    me.runOnTop(head, code);
                } else if (code != null) {
                    helpInRole(role, head, code);
                }
            } finally {
                if (code == null && role != me) {
                    role.codeLeft(head, false);
                }
                decide(plan -> state.endHelped(lane, plan));
            }
        }

        @Override
        @Nullable
        Stall stall(TaskFuture<?> task, Runner me) {
            if (!me.runsFor(PoolCore.this)) {
                return null;
            }
            Stall stall = new Stall(this);
            decide(plan -> {
                // What changed since the thread tried to help has ended the stall before it began.
                if (state.waits(task, lane) && lane.hasPermit(heldBy(me, this))) {
                    stall.end();
                } else {
                    state.stall(stall);
                }
            });
            return stall;
        }

        @Override
        void endStall(Stall stall) {
            decide(plan -> state.endStall(stall));
        }

        @Override
        List<Runner> blockers(TaskFuture<?> task) {
            lock.lock();
            try {
                return task.isPending() ? lane.blockers(root) : List.of();
            } finally {
                lock.unlock();
            }
        }
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
            orphans.addAll(state.drain(root));
            refuseLine(root, plan, place -> reason.get());
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
                state.endTask(worker, plan);
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
                || (!state.hasRunnable() && (root.isShutDown() || idleNanos == 0));
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
    Runner roleFor(TaskFuture<?> task, Worker worker) {
        TaskHome home = task.home().executor();
        return home == this ? worker : new LaneRole(home, worker, worker);
    }

    @Override
    void codeLeft(Worker worker) {
        // Written by the worker's own thread only, which this is.
        if (worker.lane != null) {
            decide(plan -> state.codeLeftBeforeCallbacks(worker, plan));
        }
    }

    @Override
    void workerFree(Worker worker) {
        // A glance without the lock. Where there is no bound and more is to do, this worker is about to do it: that
        // it counts as free for the moment before changes nothing, and would cost the lock once more for each task.
        if (!state.isBounded() && state.hasRunnable()) {
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
