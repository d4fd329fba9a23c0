// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a pool knows of its tasks and workers, and every decision that follows from it: which worker to wake, whether to
 * start one, who gets a place in the queue, whether the pool has come to its end. A decision is made here and put on a
 * {@link Plan}; the caller carries it out later, because no thread is started, woken or interrupted, and no code of the
 * user's runs, under the lock. Not thread-safe: guarded by the lock of {@link Decisions}, but for
 * what is said to be asked without.
 */
final class PoolState {
    private final Worker.Pool pool;
    /** Whether a worker's thread ends with it. */
    private final boolean ownsThreads;

    private final int capacity;
    /** Where tasks of the pool itself come in, if there is room for all: they are taken before they came to the root. */
    final @Nullable Inbox inbox;
    /** All queues, as a tree of lanes; its phase is the pool's. */
    final Lane root;
    /** How many tasks wait in all queues together; those in the inbox are not counted. */
    private int queued;
    /** The lanes of views in which something is unfinished, or for whose end somebody waits. */
    private final Set<Lane> lanes = new LinkedHashSet<>();

    private final Set<Stall> stalls = new LinkedHashSet<>();
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

    /** How many tasks the workers ran that are off the books. */
    private long runsOfGone;

    private final List<TaskPromise<Boolean>> awaitingQuiescence = new ArrayList<>();
    /** What the initializer threw, if it did, and the same as a text: to make one takes the user's code. */
    private @Nullable Throwable brokenBy;

    private String brokenByText = "";

    /** The last start of a worker has failed: each task that is taken tries again. */
    private boolean startFailed;

    /** The pool takes tasks. */
    private static final int OPEN = 1;
    /** Nobody has to be called for a task in the inbox: somebody is awake and will look, or all are busy. */
    private static final int QUIET = 2;
    /** Nothing stands before the inbox, nobody has to leave, and no thread start is to be tried again. */
    private static final int DIRECT = 4;

    /**
     * What those want to know who come without the lock. Written under it, at the end of every decision and before each
     * look whether somebody must be called. A mere question may move tasks from the inbox to the lanes without telling
     * here: who then finds nothing in the inbox takes the lock, and nothing newer gets there before.
     */
    private volatile int signs = OPEN;

    PoolState(Lane root, int capacity, int maxWorkers, Worker.Pool pool, boolean ownsThreads) {
        this.ownsThreads = ownsThreads;
        this.root = root;
        this.capacity = capacity;
        this.maxWorkers = maxWorkers;
        this.pool = pool;
        inbox = isBounded() || !ownsThreads ? null : new Inbox();
    }

    @Nullable
    BrokenPoolException whyBroken(String poolName) {
        return brokenBy == null ? null : new BrokenPoolException(poolName, brokenByText, brokenBy);
    }

    // ---- without the lock ----

    /*
     * A producer adds to the inbox, then looks whether it is QUIET there; if not, it takes the lock and calls a worker.
     * Who makes it QUIET no more (the last that was awake parks, leaves, or has got something to do; or there may be
     * more workers) writes that, then looks at the inbox, and calls one itself. Of the two writes one comes first, and who wrote second sees both: no task waits
     * while a worker could be had. In the same way one of the two sees that the pool was closed and a task has come:
     * the workers, who then stay for it, or the producer, who then takes it back.
     */

    boolean isOpen() {
        return (signs & OPEN) != 0;
    }

    boolean needsNoCall() {
        return (signs & (OPEN | QUIET)) == (OPEN | QUIET);
    }

    boolean isDirect() {
        return (signs & DIRECT) != 0;
    }

    int busyAtAGlance() {
        return busy;
    }

    /** Whether no other task is to be run before that one, or waits with it. */
    boolean isNextAtAGlance(TaskFuture<?> task) {
        return root.runnable() <= 1 && (inbox == null || inbox.isEmptyBut(task));
    }

    /** The last step of every decision. */
    void settle(Plan plan) {
        if (inbox == null) {
            return;
        }
        show();
        // Only what parked just now, and did not see a task come. It is tempting to start a worker here, too.
        // Don't: where none can be started, this is called again for each that failed.
        if (free == 0 && !idle.isEmpty() && !inbox.isEmpty()) {
            summon(plan);
            show();
        }
    }

    private void show() {
        int now = (root.isShutDown() || brokenBy != null ? 0 : OPEN)
                | (free > 0 || busy >= maxWorkers ? QUIET : 0)
                | (root.runnable() == 0 && !hasSurplus() && !startFailed ? DIRECT : 0);
        if (signs != now) {
            signs = now;
        }
    }

    /** A task has come into the inbox while it was not QUIET there: as many are called as there were such tasks. */
    void called(Plan plan) {
        if (free == 0) {
            summon(runnable() + starting, plan);
        }
    }

    /** A task has come into the inbox of a closed pool: it leaves. False if a worker, or who drained, has taken it. */
    boolean takeBack(TaskFuture<?> task, Plan plan) {
        boolean taken = takeOut(task, root, plan);
        tellIfOver(plan);
        return taken;
    }

    /** From now on all that wait are in the lanes. */
    private void emptyInbox() {
        if (inbox != null) {
            int before = root.queueSize();
            inbox.moveTo(root);
            queued += root.queueSize() - before;
        }
    }

    // ---- tasks ----

    boolean isBounded() {
        return capacity != Integer.MAX_VALUE;
    }

    /**
     * A task takes the place of a worker that is not busy, if its lane has a permit for it too, or one of the places in
     * the queue, which all lanes share.
     */
    boolean hasRoom(Lane lane) {
        long freeSlots = Math.max(0, maxWorkers - (busy - leavingSoon));
        long aboutToRun = Math.min(freeSlots, root.runnable());
        return queued - aboutToRun < capacity || (aboutToRun < freeSlots && lane.hasSlack());
    }

    /** Whether a worker that looks now would find something to run. May also be asked without the lock, as a glance. */
    boolean hasRunnable() {
        return root.runnable() > 0 || hasArrivals();
    }

    private boolean hasArrivals() {
        return inbox != null && !inbox.isEmpty();
    }

    /** What is in the inbox counts as one: who takes it calls the next. */
    private int runnable() {
        return root.runnable() + (hasArrivals() ? 1 : 0);
    }

    int queued() {
        emptyInbox();
        return queued;
    }

    void enqueue(TaskFuture<?> task, Lane lane, Plan plan) {
        // What came before has its turn before.
        emptyInbox();
        if (free == 0 && busy < maxWorkers) {
            // To call a worker goes deepest. What overflows in the middle would leave one on the books for ever.
            StackRoom.ensure();
        }
        begun(lane);
        lane.add(task);
        queued++;
        try {
            // Who saw the task in a group before it came here, and stalled for it, may be the only one that can run it.
            endStalls(stall -> stall.task == task, plan);
            summonForOne(plan);
        } catch (Throwable noMemory) {
            lane.remove(task);
            queued--;
            ended(lane, plan);
            throw noMemory;
        }
    }

    /** Joins the line for room; {@code waiter} is the thread that blocks meanwhile, if one does. */
    Line.Place standInLine(TaskFuture<?> task, Lane lane, @Nullable Thread waiter) {
        begun(lane);
        return line.join(task, lane, waiter);
    }

    /** The task is no longer pending: its place, in the queue or in the line, is given back. */
    void withdraw(TaskFuture<?> task, Lane lane, Plan plan) {
        if (takeOut(task, lane, plan)) {
            ended(lane, plan);
        }
        tellIfOver(plan);
    }

    /** As {@link #withdraw}, for who is about to run the task; false if it waits nowhere, because a worker took it. */
    boolean takeOut(TaskFuture<?> task, Lane lane, Plan plan) {
        if (lane.isRoot() && !lane.contains(task)) {
            emptyInbox();
        }
        if (lane.remove(task)) {
            queued--;
            admitWaiting(plan);
            return true;
        }
        Line.Place place = line.remove(task);
        if (place != null) {
            place.decide(null);
            plan.wake(place.waiter);
        }
        return place != null;
    }

    /** There may be room: those who wait for it come in, in turn. */
    private void admitWaiting(Plan plan) {
        while (!line.isEmpty() && mayHaveRoom()) {
            // The first, but for those whose view is full, and who would only take a place from others.
            Line.Place place = line.poll(this::hasRoom);
            if (place == null) {
                return;
            }
            place.lane.add(place.task);
            queued++;
            place.decide(null);
            plan.wake(place.waiter);
            summon(plan);
        }
    }

    /** Whether there is room for anybody; spares a walk along the line. */
    private boolean mayHaveRoom() {
        return hasRoom(root);
    }

    /** Takes out all that pends in that lane and in those within it; the end waits until {@link #letGo}. */
    List<TaskFuture<?>> drain(Lane lane) {
        emptyInbox();
        List<TaskFuture<?>> drained = new ArrayList<>(lane.drain());
        for (Lane within : lanes) {
            if (within != lane && within.isWithin(lane)) {
                drained.addAll(within.drain());
            }
        }
        queued -= drained.size();
        hold(lane);
        return drained;
    }

    List<TaskFuture<?>> pending(Lane lane) {
        emptyInbox();
        List<TaskFuture<?>> pending = new ArrayList<>(lane.tasks());
        for (Lane within : lanes) {
            if (within != lane && within.isWithin(lane)) {
                pending.addAll(within.tasks());
            }
        }
        return pending;
    }

    // ---- views ----

    /** A task of a view has been accepted, or stands in the line. Tasks of the pool itself are not counted. */
    private void begun(Lane lane) {
        for (Lane l = lane; l.parent != null; l = l.parent) {
            if (l.isIdle()) {
                lanes.add(l);
            }
            l.begun();
        }
    }

    /** It has come to its end, callbacks included. */
    private void ended(Lane lane, Plan plan) {
        for (Lane l = lane; l.parent != null; l = l.parent) {
            l.ended();
            tellIfOver(l, plan);
        }
    }

    /** A task of each of these has come to its end. */
    void endAll(List<Lane> ofEach, Plan plan) {
        ofEach.forEach(lane -> ended(lane, plan));
    }

    private void tellIfOver(Lane lane, Plan plan) {
        if (lane.isIdle() && lane.awaiting == 0) {
            lanes.remove(lane);
        }
        if (lane.terminateIfOver()) {
            plan.tell(lane.terminated);
        }
    }

    /** Somebody waits for the lane's end; that of the pool, or of a view around it, is its own. */
    void awaitEnd(Lane lane, Plan plan) {
        if (lane.isShutDown()) {
            lane.shutDown();
        }
        lane.awaiting++;
        lanes.add(lane);
        tellIfOver(lane, plan);
    }

    void endAwait(Lane lane, Plan plan) {
        lane.awaiting--;
        tellIfOver(lane, plan);
    }

    /** A permit was given back: tasks of the lane may begin, and who waits for one may run it. */
    private void release(Lane lane, Runner holder, Lane upTo, Plan plan) {
        lane.release(holder, upTo);
        endStalls(stall -> true, plan);
    }

    private void endStalls(Predicate<Stall> which, Plan plan) {
        if (stalls.isEmpty()) {
            return;
        }
        for (Stall stall : stalls) {
            if (which.test(stall)) {
                stall.end();
                plan.wake(stall.thread);
            }
        }
        stalls.removeIf(Stall::isOver);
    }

    /** A permit that no worker's standing gives back. */
    void giveBack(Lane lane, Runner holder, Lane upTo, Plan plan) {
        release(lane, holder, upTo, plan);
        admitWaiting(plan);
        summonAll(plan);
    }

    void stall(Stall stall) {
        stalls.add(stall);
    }

    void endStall(Stall stall) {
        stalls.remove(stall);
    }

    /**
     * Takes the task out that a waiter for {@code task} is to run: the first in the queue, as long as that one waits, in
     * the queue or in the line. One that a worker has taken but not begun may be overtaken by who is {@code inside}.
     */
    @Nullable
    TaskFuture<?> takeToHelp(TaskFuture<?> task, Lane lane, boolean inside, Plan plan) {
        boolean waits = waits(task, lane);
        TaskFuture<?> head = waits ? lane.first() : null;
        if (head != null) {
            takeOut(head, lane, plan);
            return head;
        }
        if (waits) {
            takeOut(task, lane, plan);
            return task;
        }
        if (inside) {
            // Its worker ends it as its own; this is one more end.
            begun(lane);
            return task;
        }
        return null;
    }

    /** Whether the task waits in the queue or in the line, so that no worker has taken it. */
    boolean waits(TaskFuture<?> task, Lane lane) {
        return lane.contains(task) || line.contains(task);
    }

    /** The task that {@link #takeToHelp} took out is over, callbacks included. */
    void endHelped(Lane lane, Plan plan) {
        ended(lane, plan);
        tellIfOver(plan);
    }

    /** Takes all out of the line that wait for room in that lane, or within it. */
    List<Line.Place> leaveLine(Lane lane, Plan plan) {
        List<Line.Place> places = line.drain(lane);
        places.forEach(place -> ended(place.lane, plan));
        return places;
    }

    /** Places were given back otherwise than one by one. */
    void roomCame(Plan plan) {
        admitWaiting(plan);
        summonAll(plan);
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
        // First what a producer is to see, then what has come.
        show();
        return summon(runnable(), plan);
    }

    private boolean summon(int tasks, Plan plan) {
        int needed = Math.min(tasks, maxWorkers - busy);
        if (free < needed && !idle.isEmpty()) {
            wake(idle.removeLast(), plan);
            return true;
        }
        if (free + starting < needed && workers.size() < maxWorkers && brokenBy == null) {
            Worker fresh = new Worker(pool);
            plan.start(fresh);
            workers.add(fresh);
            starting++;
            return true;
        }
        return false;
    }

    /** Whether no other worker is awake that will look at the queue. */
    boolean isOnlyOneFree() {
        return free == 1;
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

    /** BUSY to FREE: the code of its task has left. */
    void free(Worker worker, Plan plan) {
        staysForNow(worker);
        worker.standing = Worker.Standing.FREE;
        busy--;
        free++;
        codeLeft(worker, plan);
        admitWaiting(plan);
    }

    /** The permit for the worker's task is given back, if it has one. */
    private void codeLeft(Worker worker, Plan plan) {
        Lane lane = worker.lane;
        if (lane != null && worker.holdsPermit) {
            worker.holdsPermit = false;
            release(lane, worker, root, plan);
        }
    }

    /** Callbacks follow: the worker stays BUSY, and others may be needed for what the permit lets begin. */
    void codeLeftBeforeCallbacks(Worker worker, Plan plan) {
        codeLeft(worker, plan);
        admitWaiting(plan);
        summonAll(plan);
    }

    /** The worker's task is over, callbacks included. */
    void endTask(Worker worker, Plan plan) {
        Lane lane = worker.lane;
        if (lane != null) {
            codeLeft(worker, plan);
            worker.lane = null;
            ended(lane, plan);
        }
    }

    /** BUSY still, but its last task is over: there is room for another. */
    void aboutToLeave(Worker worker, Plan plan) {
        worker.leavesSoon = true;
        leavingSoon++;
        codeLeft(worker, plan);
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

    /** FREE to BUSY with the task whose turn it is, if there is one; if more wait and nobody else is awake, calls the next. */
    @Nullable
    TaskFuture<?> take(Worker worker, Plan plan) {
        if (root.hasGuests()) {
            // Those in the inbox have their turn among the others.
            emptyInbox();
        }
        TaskFuture<?> task = root.runnable() > 0 ? takeFromLanes(worker) : takeFromInbox();
        if (task == null) {
            return null;
        }
        worker.standing = Worker.Standing.BUSY;
        free--;
        busy++;
        if (free == 0) {
            summon(plan);
        }
        return task;
    }

    private TaskFuture<?> takeFromLanes(Worker worker) {
        Lane lane = root.next();
        if (!lane.isRoot()) {
            // First, as it takes memory: a task that has been taken must not get lost.
            lane.acquire(worker, root);
            worker.lane = lane;
            worker.holdsPermit = true;
        }
        TaskFuture<?> task = lane.poll();
        queued--;
        return task;
    }

    private @Nullable TaskFuture<?> takeFromInbox() {
        return inbox == null ? null : inbox.refillAndPoll();
    }

    /** STARTING to FREE: its thread runs, and the initializer has returned. */
    void started(Worker worker) {
        worker.standing = Worker.Standing.FREE;
        starting--;
        free++;
        startFailed = false;
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
        endTask(worker, plan);
        worker.standing = Worker.Standing.GONE;
        workers.remove(worker);
        runsOfGone += worker.tasksRun;
        leaving.removeIf(thread -> !thread.isAlive());
        Thread thread = worker.thread();
        if (thread != null && ownsThreads) {
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
            startFailed = true;
            workers.remove(worker);
            // No thread is started here in its place: what failed now would fail at once again.
            while (free < Math.min(runnable(), maxWorkers - busy) && !idle.isEmpty()) {
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

    int capacity() {
        return capacity;
    }

    int workers() {
        return workers.size();
    }

    int idleWorkers() {
        return idle.size();
    }

    /** How many tasks the workers have run. */
    long runs() {
        long runs = runsOfGone;
        for (Worker worker : workers) {
            runs += worker.tasksRun;
        }
        return runs;
    }

    /** How many tasks run, and have no outcome. */
    int running() {
        int running = 0;
        for (Runner runner : runners()) {
            boolean isOurs = runner.isWorker() && workers.contains(runner);
            int here = 0;
            int others = 0;
            int done = 0;
            for (TaskFuture<?> task : runner.tasks()) {
                boolean counts =
                        task.home().isCounted() && task.home().executor().isWithin(pool);
                here += counts ? 1 : 0;
                others += counts ? 0 : 1;
                done += counts && task.isDone() ? 1 : 0;
            }
            // Those that wait on a worker, beneath others, are not to be seen.
            running += Math.max(0, (isOurs ? Math.max(here, runner.depth() - others) : here) - done);
        }
        return running;
    }

    /** Of the task that waits longest; those in line for room come behind it. Null if none waits. */
    @Nullable
    TaskFuture<?> oldestQueued() {
        emptyInbox();
        TaskFuture<?> oldest = root.first();
        for (Iterator<Lane> all = lanes.iterator(); oldest == null && all.hasNext(); ) {
            oldest = all.next().first();
        }
        return oldest;
    }

    /** Since when at least one of those that wait does so, on the pool's clock; null if no waiting one was timed. */
    @Nullable
    Long oldestTimed() {
        Long oldest = timed(root);
        for (Lane lane : lanes) {
            Long here = timed(lane);
            oldest = oldest == null || (here != null && here - oldest < 0) ? here : oldest;
        }
        return oldest;
    }

    /** Of each queue the task that came last. */
    List<TaskFuture<?>> newestQueued() {
        emptyInbox();
        List<TaskFuture<?>> newest = new ArrayList<>();
        for (Lane lane : lanes) {
            newest.addAll(lane.lastTask());
        }
        newest.addAll(root.lastTask());
        return newest;
    }

    private static @Nullable Long timed(Lane lane) {
        for (TaskFuture<?> task = lane.first(); task != null; task = lane.after(task)) {
            Object code = task.pendingCode();
            if (code instanceof Prepared && ((Prepared) code).isTimed()) {
                return ((Prepared) code).submittedNanos();
            }
        }
        return null;
    }

    boolean hasSurplus() {
        return workers.size() > maxWorkers;
    }

    void resize(int newMaxWorkers, Plan plan) {
        maxWorkers = newMaxWorkers;
        // As many workers as are needed are called for what is counted.
        emptyInbox();
        for (int surplus = workers.size() - maxWorkers; surplus > 0 && !idle.isEmpty(); surplus--) {
            wake(idle.removeFirst(), plan);
        }
        admitWaiting(plan);
        summonAll(plan);
    }

    /** All whose threads run tasks of this pool. */
    List<Runner> runners() {
        Set<Runner> all = new LinkedHashSet<>(workers);
        // One that is a worker at the bottom is there already.
        visitors.forEach(visitor -> all.add(visitor.bottom()));
        return new ArrayList<>(all);
    }

    List<Thread> leaving() {
        return new ArrayList<>(leaving);
    }

    // ---- the end ----

    /** The end, of the pool or of a view, waits until {@link #letGo}. */
    void hold(Lane lane) {
        holds++;
        begun(lane);
    }

    /** A thread that is not a worker's is about to run a task in place. */
    void visit(Runner visitor) {
        visitors.add(visitor);
    }

    void letGo(Lane lane, @Nullable Runner visitor, Plan plan) {
        holds--;
        if (visitor != null) {
            visitors.remove(visitor);
        }
        ended(lane, plan);
        tellIfOver(plan);
    }

    /** Shuts that lane down, and all within it: the root is the pool. */
    void shutDown(Lane lane, Plan plan) {
        lane.shutDown();
        for (Lane within : new ArrayList<>(lanes)) {
            if (within.isWithin(lane)) {
                within.shutDown();
                tellIfOver(within, plan);
            }
        }
        while (lane.isRoot() && !idle.isEmpty()) {
            wake(idle.removeFirst(), plan);
        }
        tellIfOver(plan);
    }

    void breakBy(Throwable cause, String causeText) {
        if (brokenBy == null) {
            brokenBy = cause;
            brokenByText = causeText;
            // Before what has come is taken out: what comes later is taken back by its producer.
            show();
        }
    }

    boolean isQuiet() {
        return queued == 0 && !hasArrivals() && line.isEmpty() && busy == 0 && free == 0 && starting == 0 && holds == 0;
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
        for (TaskPromise<Boolean> waiting : awaitingQuiescence) {
            plan.tell(waiting);
        }
        awaitingQuiescence.clear();
        if (workers.isEmpty() && root.terminateIfOver()) {
            plan.tell(root.terminated);
        }
    }

    // ---- words ----

    String describePhase() {
        return describe(root.phase());
    }

    String describe(Lane.Phase phase) {
        switch (phase) {
            case RUNNING:
                return brokenBy == null ? "running" : "broken by " + brokenByText;
            case SHUTDOWN:
                return "shut down, finishing its work";
            case STOPPING:
                return "shut down, stopping now";
            default:
                return "terminated";
        }
    }

    String describeFull() {
        // Some of the queued are as good as taken, by a worker that is on its way.
        return "queue is full: " + Math.min(queued, capacity) + " of " + capacity + " tasks waiting, " + describeBusy();
    }

    String describeBusy() {
        return busy + " of " + maxWorkers + " workers busy";
    }
}
