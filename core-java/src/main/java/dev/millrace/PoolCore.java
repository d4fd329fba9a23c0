// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The inside of a {@link ThreadPool}: what happens when a worker asks for a task, when a future asks its pool, and when
 * the end comes, of the pool or of a view. How a task comes in is {@link Admission}.
 */
final class PoolCore extends Worker.Pool {
    private final String name;
    private final @Nullable Runnable initializer;
    private final int maxTasksPerWorker;
    private final long idleNanos;
    /** The executor on whose threads the workers run, if they are not the pool's own. */
    private final @Nullable TaskHome host;

    private final WaitGraph waits = new WaitGraph(this);
    private final Counts counts = new Counts();
    private final Sightings sightings = new Sightings();
    private final @Nullable BiConsumer<String, Throwable> unobservedHandler;
    private final @Nullable Watchdog watchdog;

    /** The lane of the tasks that are submitted to the pool itself. */
    private final Lane root;
    /** Guarded by the lock of the decisions. */
    private final PoolState state;

    private final Decisions decisions;
    private final Admission admission;

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
            Admission.@Nullable Loader loader,
            Observability observability,
            Backend backend) {
        super(backend, observability.newObserver(backend));
        this.name = name;
        this.initializer = initializer;
        this.maxTasksPerWorker = maxTasksPerWorker;
        this.idleNanos = idleNanos;
        this.host = host;
        root = new Lane(null, Integer.MAX_VALUE, this);
        state = new PoolState(root, capacity, maxWorkers, this, host == null);
        decisions = new Decisions(this, starter, state);
        admission = new Admission(this, whenFull, decisions, loader, counts);
        unobservedHandler = observability.unobservedHandler;
        watchdog = observability.newWatchdog(this);
    }

    /** What takes the tasks, of the pool and of its views. */
    Admission admission() {
        return admission;
    }

    Decisions decisions() {
        return decisions;
    }

    // ---- the pool as a whole ----

    void setMaxWorkers(int maxWorkers) {
        decisions.decide(plan -> state.resize(maxWorkers, plan));
    }

    int maxWorkers() {
        return decisions.ask(PoolState::maxWorkers);
    }

    boolean awaitQuiescence(long nanos) throws InterruptedException {
        TaskPromise<Boolean> quiet = new TaskPromise<>(name + " quiet", backend);
        decisions.decide(plan -> {
            state.awaitQuiescence(quiet);
            state.tellIfOver(plan);
        });
        try {
            return quiet.future().awaitNanos(nanos, false);
        } finally {
            decisions.decide(plan -> state.giveUp(quiet));
        }
    }

    void shutdown(Lane lane) {
        // What is held is let go of here or by nobody.
        StackRoom.ensureForMany();
        boolean[] first = new boolean[1];
        decisions.decide(plan -> {
            first[0] = !lane.isShutDown();
            if (first[0]) {
                // Held until those who wait for room have been told: the end has not come before.
                state.hold(lane);
                state.shutDown(lane, plan);
                decisions.refuseLine(lane, plan, place -> admission.refusal(place.task));
            }
        });
        if (first[0]) {
            decisions.letGo(lane, null);
        }
    }

    /** What waits in that lane, and in those within it. */
    List<TaskFuture<?>> pending(Lane lane) {
        return decisions.ask(s -> s.pending(lane));
    }

    List<TaskFuture<?>> drainPending(Lane lane) {
        List<TaskFuture<?>> drained = new ArrayList<>();
        decisions.decide(plan -> {
            drained.addAll(state.drain(lane));
            state.roomCame(plan);
        });
        return drained;
    }

    List<TaskFuture<?>> interruptRunning(Lane lane, TaskHome home) {
        // The phase is written before the running tasks are looked at; a task that becomes visible after the look
        // sees the phase, and interrupts itself (TaskState.claimAndBegin, unshield).
        decisions.decide(plan -> lane.stop());
        List<TaskFuture<?>> running = new ArrayList<>();
        for (Runner runner : runners()) {
            TaskFuture<?> task = runner.taskOf(home);
            // One that is about to be claimed is named by its worker, too, and perhaps by two.
            if (task != null && !task.isPending() && !task.hasExited() && !running.contains(task)) {
                running.add(task);
            }
            if (task != null) {
                task.requestInterrupt();
            }
        }
        return running;
    }

    /** Whether after a shutdown, of the view or of the pool, nothing is left to do there. */
    boolean hasEnded(Lane lane) {
        return decisions.ask(
                state -> lane.isRoot() ? lane.phase() == Lane.Phase.TERMINATED : lane.isShutDown() && lane.isIdle());
    }

    /** Waits until that is so. */
    boolean awaitEnd(Lane lane, long nanos) throws InterruptedException {
        if (lane.isRoot()) {
            return lane.terminated.future().awaitNanos(nanos, false);
        }
        decisions.decide(plan -> state.awaitEnd(lane, plan));
        try {
            return lane.terminated.future().awaitNanos(nanos, false);
        } finally {
            decisions.decide(plan -> state.endAwait(lane, plan));
        }
    }

    List<Runner> runners() {
        return decisions.ask(PoolState::runners);
    }

    List<Thread> awaitThreads(long nanos) throws InterruptedException {
        List<Thread> threads = decisions.ask(PoolState::leaving);
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

    PoolStats stats() {
        Times times = observer == null ? null : observer.times;
        // Not under the lock: it reads some thousand numbers.
        TimeDistribution waits = times == null ? TimeDistribution.EMPTY : times.waits.read();
        TimeDistribution runs = times == null ? TimeDistribution.EMPTY : times.runs.read();
        long now = backend.nanoTime();
        return decisions.ask(state -> {
            see(state, now);
            TaskFuture<?> first = state.oldestQueued();
            Long timed = times == null ? null : state.oldestTimed();
            long oldest = Math.max(sightings.nanos(first, now), timed == null ? 0 : now - timed);
            return new PoolStats(name, state, counts, Duration.ofNanos(Math.max(0, oldest)), waits, runs);
        });
    }

    String dump() {
        long now = backend.nanoTime();
        decisions.ask(state -> {
            see(state, now);
            return state;
        });
        return Dump.of(this, sightings);
    }

    /** Remembers what runs, and what is to run next. */
    private void see(PoolState state, long now) {
        Set<TaskFuture<?>> there = new HashSet<>();
        state.runners().forEach(runner -> there.addAll(runner.tasks()));
        TaskFuture<?> first = state.oldestQueued();
        if (first != null) {
            there.add(first);
        }
        sightings.see(there, now);
    }

    String describe() {
        return decisions.ask(state -> name + ", " + state.describePhase() + ", " + state.describeBusy() + ", "
                + state.queued() + " tasks waiting");
    }

    String describe(LaneHome view) {
        Lane lane = view.lane();
        return decisions.ask(
                state -> view.name() + ", " + state.describe(lane.effectivePhase()) + ", " + lane.describe());
    }

    // ---- what futures ask ----

    @Override
    String name() {
        return name;
    }

    @Override
    Lane lane() {
        return root;
    }

    @Override
    @Nullable
    LaneHome parent() {
        return null;
    }

    @Override
    boolean isWithin(TaskHome other) {
        return this == other || (host != null && host.isWithin(other));
    }

    @Override
    boolean leavesAProcessor() {
        return backend.searchNanos() > 0 && state.busyAtAGlance() < Spinning.PROCESSORS;
    }

    @Override
    boolean isNext(TaskFuture<?> task) {
        return state.isNextAtAGlance(task);
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
    void done(TaskFuture<?> task) {
        counts.done(task);
        if (observer != null) {
            observer.done(task);
        }
    }

    @Override
    @Nullable
    BiConsumer<String, Throwable> unobservedHandler() {
        return unobservedHandler;
    }

    @Override
    void ranInVain() {
        counts.ranInVain();
    }

    @Override
    void ranOnVisitor() {
        counts.ranOnVisitor();
    }

    @Override
    void withdraw(TaskFuture<?> task) {
        Plan plan = decisions.begin();
        try {
            state.withdraw(task, root, plan);
        } finally {
            decisions.end(plan);
        }
        decisions.carryOut(plan);
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
        if (state.inbox == null || !state.inbox.removeNewest(task)) {
            withdraw(task);
        }
        if (me.home == this) {
            me.runOnTop(task, code);
        } else {
            new Runner(this, me).enterAndRunOnTop(task, code);
        }
        return true;
    }

    /** The home of a new view: of the pool itself, or of a view of it. */
    ViewHome newView(LaneHome parent, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("maxConcurrency must be at least 1: " + limit);
        }
        return new ViewHome(this, parent, limit, decisions);
    }

    // ---- what workers ask ----

    @Override
    @Nullable
    TaskFuture<?> newInitializer() {
        return initializer == null ? null : TaskFuture.of(new OfInitializer(this), initializer);
    }

    /** No task of the user's: it is counted nowhere. */
    private static final class OfInitializer extends WithOptions {
        OfInitializer(PoolCore pool) {
            super(pool, TaskOptions.named("initializer of " + pool.name), null);
        }

        @Override
        void done(TaskFuture<?> task) {}

        @Override
        void ranInVain() {}

        @Override
        boolean isCounted() {
            return false;
        }
    }

    @Override
    void workerStarted() {
        if (watchdog != null) {
            watchdog.workerStarted();
        }
        if (observer != null) {
            observer.workerStarted(name);
        }
    }

    @Override
    void workerEnded() {
        if (observer != null) {
            observer.workerEnded(name);
        }
    }

    @Override
    void breakWith(Throwable cause) {
        String causeText = Failure.describe(cause);
        Supplier<BrokenPoolException> reason = () -> new BrokenPoolException(name, causeText, cause);
        List<TaskFuture<?>> orphans = new ArrayList<>();
        decisions.decide(plan -> {
            state.breakBy(cause, causeText);
            orphans.addAll(state.drain(root));
            decisions.refuseLine(root, plan, place -> reason.get());
        });
        // After shutdownNow it is the interrupt that the initializer reports, and nobody waits for this pool any more.
        (isStopping() ? Log.FINE : Log.SEVERE)
                .write(
                        cause,
                        () -> "the initializer of pool " + name
                                + " threw: the pool is broken, pending and later tasks fail");
        decisions.end(orphans, reason);
    }

    @Override
    @Nullable
    TaskFuture<?> next(Worker worker) {
        TaskFuture<?> direct = nextDirectly(worker);
        return direct != null ? direct : nextDecided(worker);
    }

    /**
     * A worker that goes from one task of the inbox to the next stays BUSY on the books: nothing is to be decided, unless
     * a thread could not be started, which is tried again when a task is taken. (Cells 1 and 2 pay for it: the lock once
     * more for each task.)
     */
    private @Nullable TaskFuture<?> nextDirectly(Worker worker) {
        boolean nothingToDecide = state.isDirect()
                && worker.standing == Worker.Standing.BUSY
                && worker.lane == null
                && worker.tasksRun < maxTasksPerWorker;
        return nothingToDecide && state.inbox != null ? state.inbox.poll() : null;
    }

    private @Nullable TaskFuture<?> nextDecided(Worker worker) {
        boolean hasSearched = false;
        for (; ; ) {
            TaskFuture<?> task = null;
            boolean leaves;
            boolean searches = false;
            Plan plan = decisions.begin();
            try {
                state.endTask(worker, plan);
                if (worker.standing == Worker.Standing.BUSY) {
                    state.free(worker, plan);
                } else if (worker.standing == Worker.Standing.STARTING) {
                    state.started(worker);
                }
                leaves = mustLeave(worker);
                task = leaves ? null : state.take(worker, plan);
                // Asked after that: what others may take without the lock is no reason to stay.
                leaves |= task == null && (root.isShutDown() || idleNanos == 0);
                searches = task == null && !leaves && !hasSearched && state.isOnlyOneFree();
                if (leaves) {
                    state.dismiss(worker, plan);
                } else if (task == null && !searches) {
                    state.rest(worker, plan);
                }
            } finally {
                decisions.end(plan);
            }
            decisions.carryOut(plan);
            if (task != null) {
                return task;
            }
            if (searches) {
                search();
                hasSearched = true;
            } else if (leaves || !awaitCall(worker)) {
                return null;
            } else {
                hasSearched = false;
            }
        }
    }

    /**
     * Looks for a task for some microseconds before the worker parks: to park and to be woken takes as long, and costs the
     * producer as much. (Cell 3, the round trip.) One worker of a pool does so at a time, once before it parks.
     */
    private void search() {
        long most = backend.searchNanos();
        long start = backend.nanoTime();
        long pause = Spinning.SHORTEST_PAUSE_NANOS;
        int looks = Spinning.MOST_LOOKS;
        for (long waited = 0; !state.hasRunnable() && waited < most && looks > 0; ) {
            // Ever more seldom: each look takes the line of the inbox out of the cache of the producer.
            long next = waited + pause;
            while (waited < next && --looks > 0) {
                waited = backend.nanoTime() - start;
            }
            pause = Math.min(2 * pause, Spinning.LONGEST_PAUSE_NANOS);
        }
    }

    /** Whatever there is to do. One that its factory started, so that our own start failed, is off the books by now. */
    private boolean mustLeave(Worker worker) {
        return worker.standing == Worker.Standing.GONE || state.hasSurplus() || worker.tasksRun >= maxTasksPerWorker;
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
                decisions.decide(plan -> {
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
            decisions.decide(plan -> state.codeLeftBeforeCallbacks(worker, plan));
        }
    }

    @Override
    void workerFree(Worker worker) {
        // A glance without the lock. Where there is no bound and more is to do, this worker is about to do it: that
        // it counts as free for the moment before changes nothing, and would cost the lock once more for each task.
        if (!state.isBounded() && state.hasRunnable()) {
            return;
        }
        Plan plan = decisions.begin();
        try {
            if (state.hasSurplus() || worker.tasksRun >= maxTasksPerWorker) {
                // One that leaves after this task is of no use to the next, but makes room for it.
                state.aboutToLeave(worker, plan);
            } else {
                state.free(worker, plan);
            }
        } finally {
            decisions.end(plan);
        }
        decisions.carryOut(plan);
    }

    @Override
    void workerBusyAgain(Worker worker) {
        decisions.decide(plan -> {
            if (worker.standing == Worker.Standing.FREE) {
                state.occupy(worker, plan);
            } else {
                state.staysForNow(worker);
            }
        });
    }

    @Override
    void workerGone(Worker worker) {
        decisions.decide(plan -> state.dismiss(worker, plan));
        if (watchdog != null) {
            watchdog.workerGone();
        }
    }
}
