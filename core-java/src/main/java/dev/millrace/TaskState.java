// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a {@link TaskFuture}, which is its only subclass: who may run the code, who fixes the outcome,
 * who is told, and how an interrupt reaches the code and nobody else. The two are one object so that a million pending
 * tasks cost a million objects.
 */
abstract class TaskState {
    /*
     *                      claim               finish
     *            PENDING ─────────▶ RUNNING ───────────▶ SUCCESS | FAILED
     *               │                  │
     *               │ cancel           │ cancel           the worker stays busy until the code returns
     *               ├──▶ CANCELLED ◀───┤                  (not EXITED before that)
     *               │ time-out, broken │ time-out
     *               └──▶ FAILED ◀──────┘
     *
     * Nothing leaves the three states on the right. Beside the status the word holds these bits:
     *
     * EXITED        the code runs nowhere and never will
     * SETTLING      one thread has the right to write the outcome and is about to publish it, or, before an executor has
     *               the task, other code; everybody else waits these few instructions out
     * INTERRUPTING  one thread has decided to interrupt the runner and has not come back from Thread.interrupt();
     *               the runner does not let go of the task before it has, so no interrupt reaches the next task;
     *               where a worker has just claimed the task and not yet said so, it waits these few instructions out
     * AGAIN         another interrupt came meanwhile: the one who is INTERRUPTING delivers that too
     * INTERRUPTED   an interrupt was delivered; what is left of it in the thread's flag is this task's
     * SHIELDED      the code cannot take an interrupt now: it has not begun, or another task runs on top of it, or
     *               there is none, as behind a promise
     * WANTED        an interrupt that came while SHIELDED; it is delivered when the shield goes
     */
    static final int PENDING = 0;
    static final int RUNNING = 1;
    static final int SUCCESS = 2;
    static final int FAILED = 3;
    static final int CANCELLED = 4;
    static final int STATUS = 7;

    static final int EXITED = 1 << 3;
    static final int SETTLING = 1 << 4;
    static final int INTERRUPTING = 1 << 5;
    static final int SHIELDED = 1 << 6;
    static final int WANTED = 1 << 7;
    /** The code is a Runnable; otherwise a Callable. Never changes. */
    static final int RUNNABLE = 1 << 8;
    /** Came by {@code execute}: nobody holds this future, what the code throws is uncaught. Never changes. */
    static final int DETACHED = 1 << 9;

    static final int AGAIN = 1 << 10;
    static final int INTERRUPTED = 1 << 11;

    static final int KIND = RUNNABLE | DETACHED;

    private static final AtomicIntegerFieldUpdater<TaskState> STATE =
            AtomicIntegerFieldUpdater.newUpdater(TaskState.class, "state");
    private static final AtomicReferenceFieldUpdater<TaskState, @Nullable Listeners> LISTENERS =
            AtomicReferenceFieldUpdater.newUpdater(TaskState.class, Listeners.class, "listeners");
    private static final AtomicReferenceFieldUpdater<TaskState, @Nullable Runner> RUNNER =
            AtomicReferenceFieldUpdater.newUpdater(TaskState.class, Runner.class, "runner");

    static {
        Failure.load();
        Callbacks.load();
        Log.load();
    }

    /*
     * The fields fill 40 bytes; a million pending tasks are why there is none for a name, a number or a time.
     */
    volatile int state;
    /** The code until it is claimed; then, once done, the value or the {@link Failure}. Written only while SETTLING or by the claimer. */
    @Nullable
    Object content;
    /** Null until somebody wants to hear. */
    private volatile @Nullable Listeners listeners;

    final TaskHome home;
    /** Set by the claimer before it opens the shield, or, if it has none, at once; cleared by it after EXITED. */
    private volatile @Nullable Runner runner;
    /** The next in an {@link Inbox} or a {@link TaskQueue}, guarded by who takes it from there; null outside. */
    @Nullable
    TaskFuture<?> next;
    /** The one before in a queue, guarded by the lock of that queue; null outside. */
    @Nullable
    TaskFuture<?> prev;

    TaskState(TaskHome home, int state, @Nullable Object code) {
        this.home = home;
        this.content = code;
        STATE.lazySet(this, state);
    }

    private TaskFuture<?> self() {
        return (TaskFuture<?>) this;
    }

    /** The failure, only of a failed one; it counts as looked at. */
    final Throwable failure() {
        return ((Failure) Objects.requireNonNull(content)).look();
    }

    /** The failure, only of a failed one; it still waits for somebody to look. */
    final Throwable failureUnseen() {
        return ((Failure) Objects.requireNonNull(content)).cause;
    }

    final boolean hasFailed() {
        return (state & STATUS) == FAILED;
    }

    /** Whether it failed because its time was over. */
    final boolean timedOut() {
        return (state & STATUS) == FAILED && ((Failure) Objects.requireNonNull(content)).isTimeOut;
    }

    // ---- cancelled ----

    /** See {@link TaskFuture#cancel}. */
    final boolean tryCancel(boolean mayInterruptIfRunning) {
        for (; ; ) {
            int s = state;
            if ((s & STATUS) >= SUCCESS) {
                return false;
            }
            if ((s & SETTLING) != 0) {
                waitOut();
            } else if ((s & STATUS) == PENDING) {
                if (tryCancelPending()) {
                    return true;
                }
            } else {
                int interrupt = mayInterruptIfRunning ? interruptBits(s) : 0;
                StackRoom.ensure();
                if (STATE.compareAndSet(this, s, (s & ~STATUS) | CANCELLED | interrupt)) {
                    deliver(interrupt);
                    home.cancelRequested(mayInterruptIfRunning);
                    tellDone();
                    announce(false);
                    return true;
                }
            }
        }
    }

    /** See {@link TaskFuture#cancelIfPending}. */
    final boolean tryCancelPending() {
        return tryCancelPending(true);
    }

    /** The executor does not take the task after all: its submitter hears that by an exception, and by nothing else. */
    final boolean refuse() {
        return tryCancelPending(false);
    }

    /** Between the outcome and those who wait for it: whatever happens here, they are to hear. */
    private void tellDone() {
        try {
            home.done(self());
        } catch (Throwable noRoomLeft) {
            Callbacks.uncaught(noRoomLeft);
        }
    }

    private boolean tryCancelPending(boolean tells) {
        for (; ; ) {
            int s = state;
            if ((s & STATUS) != PENDING) {
                return false;
            }
            // Read before the change: while the task is pending it cannot change itself.
            Object code = content;
            StackRoom.ensure();
            if ((s & SETTLING) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, (s & KIND) | CANCELLED | EXITED)) {
                content = null;
                home.withdraw(self());
                if (tells) {
                    tellDone();
                } else {
                    home.disarm();
                }
                announce(true);
                if (tells) {
                    tellDropped(code, null);
                }
                return true;
            }
        }
    }

    /** Code that nobody holds a future of hears that it will never run; no cause: it was cancelled. */
    private void tellDropped(@Nullable Object code, @Nullable Throwable cause) {
        if ((state & DETACHED) != 0 && code instanceof Droppable) {
            Throwable why = cause == null ? new TaskCancelledException(self().name()) : cause;
            Callbacks.run(() -> {
                try {
                    ((Droppable) code).dropped(why);
                } catch (Throwable thrown) {
                    Callbacks.uncaught(thrown);
                }
            });
        }
    }

    /** Interrupts the code if it runs, or as soon as it begins; the future's status does not change. */
    void requestInterrupt() {
        for (; ; ) {
            int s = state;
            if ((s & (EXITED | SETTLING)) != 0) {
                return;
            }
            int bits = (s & STATUS) == PENDING ? WANTED : interruptBits(s);
            if (STATE.compareAndSet(this, s, s | bits)) {
                deliver(bits);
                return;
            }
        }
    }

    /** How to interrupt code that has been claimed: when its shield goes, by who is at it already, or now. */
    private static int interruptBits(int s) {
        if ((s & SHIELDED) != 0) {
            return WANTED;
        }
        return (s & INTERRUPTING) != 0 ? AGAIN : INTERRUPTING | INTERRUPTED;
    }

    /** Interrupts the runner, if {@code bits}, which have just been set, say that the calling thread has to. */
    private void deliver(int bits) {
        boolean more = (bits & INTERRUPTING) != 0;
        while (more) {
            // It is tempting to do this under a lock that the runner takes too. Don't: interrupt() runs the code that
            // closes the channel that the runner is blocked in. For the same reason nobody waits for another's.
            try {
                Runner r = runner;
                while (r == null) {
                    waitOut();
                    r = runner;
                }
                Thread thread = r.thread();
                if (thread != null) {
                    thread.interrupt();
                }
            } catch (Throwable refused) {
                // No reason to keep those who wait waiting.
                Callbacks.uncaught(refused);
            } finally {
                more = isWantedAgain();
            }
        }
    }

    /** The end of INTERRUPTING, unless there was another request: then that is taken. */
    private boolean isWantedAgain() {
        for (; ; ) {
            int s = state;
            boolean again = (s & AGAIN) != 0;
            if (STATE.compareAndSet(this, s, s & ~(again ? AGAIN : INTERRUPTING))) {
                return again;
            }
        }
    }

    /** Another thread is between two lines, SETTLING, INTERRUPTING or claiming, and comes on by itself: let it. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void waitOut() {
        Thread.yield();
    }

    // ---- running: called by the thread that runs the task ----

    /**
     * Takes the task to run it. Whoever wins has to call {@link Runner#run} or {@link Runner#runOnTop}.
     *
     * @return the code, or null if the task is no longer pending
     */
    @Nullable
    Object claim() {
        for (; ; ) {
            int s = state;
            if ((s & STATUS) != PENDING) {
                return null;
            }
            // Read before the claim: while the task is pending it cannot change, and afterwards a cancel drops it.
            Object code = content;
            if ((s & SETTLING) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, (s & ~STATUS) | RUNNING | SHIELDED)) {
                content = null;
                return code;
            }
        }
    }

    /**
     * {@link #claim} and {@link #begin} in one step, for a worker that has nothing to shield: its thread's flag is clear,
     * and its {@link Runner} names this task by now.
     */
    @Nullable
    Object claimAndBegin(Runner me) {
        for (; ; ) {
            int s = state;
            if ((s & STATUS) != PENDING) {
                return null;
            }
            Object code = content;
            if ((s & SETTLING) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, (s & ~(STATUS | WANTED)) | RUNNING)) {
                content = null;
                // Who wants to interrupt waits for this; nobody else needs to see it at once.
                RUNNER.lazySet(this, me);
                // After the claim: a shutdownNow that looked for running code before it was to be seen is made up for.
                if ((s & WANTED) != 0 || home.isStopping()) {
                    requestInterrupt();
                }
                return code;
            }
        }
    }

    /**
     * Before an executor has the task: {@code code} is to be called instead of what was given. Nothing happens if it is no
     * longer pending: its time may be over by now.
     */
    void replaceCode(Object code) {
        for (; ; ) {
            int s = state;
            if ((s & STATUS) != PENDING) {
                return;
            }
            if ((s & SETTLING) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, s | SETTLING)) {
                content = code;
                STATE.set(this, s);
                return;
            }
        }
    }

    /** The code, if the task is pending. */
    @Nullable
    Object pendingCode() {
        Object code = content;
        return (state & (STATUS | SETTLING)) == PENDING ? code : null;
    }

    boolean isRunnable() {
        return (state & RUNNABLE) != 0;
    }

    /**
     * Called by the code of this task between two pieces of work that are not to hear of each other: a flag that the one
     * left behind is not seen by the other.
     *
     * @throws TaskCancelledException if this task is done otherwise
     * @throws InterruptedException if the executor stops
     */
    final void betweenItems() throws InterruptedException {
        Runner me = runner;
        if (me != null && me.isOnWorker()) {
            Thread.interrupted();
        }
        // After it: a cancel and a stop are to be seen here before their interrupt is sent, so if that was what was
        // cleared, this sees why.
        if (self().isDone()) {
            throw new TaskCancelledException(self().name());
        }
        if (home.isStopping()) {
            throw new InterruptedException("the executor of task " + self().name() + " was stopped");
        }
    }

    /** The claimed code is called next, by that thread. */
    void begin(Runner me) {
        runner = me;
        unshield();
    }

    /** The code threw that; returns what {@link #finish} wants. */
    Object thrown(Throwable thrown) {
        Failure failure = Failure.of(self(), thrown);
        if ((state & DETACHED) != 0 && self().isRunning()) {
            Callbacks.uncaught(failure.look());
        }
        return failure;
    }

    /**
     * The code has returned: fixes the outcome, unless somebody has, and wakes those who wait. Throws nothing.
     *
     * @return those to call back ({@link #callBack}), or null; the thread counts as busy then
     */
    final @Nullable ArrayDeque<Listeners.Listener> finish(Runner me, @Nullable Object result) {
        boolean free = self().isRunning() && !hasCallbacks();
        if (free) {
            me.becomeFree();
        }
        if (result instanceof Failure) {
            home.ranInVain();
        }
        boolean won = settleOwn(result);
        if (!won) {
            if (!(result instanceof Failure)) {
                home.ranInVain();
            }
            if (free) {
                me.becomeBusyAgain();
                free = false;
            }
            takeBackInterrupt(me);
            try {
                late(result);
            } catch (Throwable noRoomLeft) {
                Callbacks.uncaught(noRoomLeft);
            }
            leave();
        }
        // None is under way any more.
        takeBackInterrupt(me);
        // No lazySet: the outcome is to be seen by others before this thread looks for those who wait for it.
        runner = null;
        if (won) {
            afterwards(result);
        }
        ArrayDeque<Listeners.Listener> due = takeDue(true);
        if (due == null || !wake(due)) {
            return null;
        }
        if (free) {
            me.becomeBusyAgain();
        }
        return due;
    }

    /**
     * What is left of an interrupt for this task must not be seen by what comes next. On a thread that is not ours a
     * flag may be its owner's: there only an interrupt of ours is taken back.
     */
    private void takeBackInterrupt(Runner me) {
        if (me.isOnWorker() || (state & INTERRUPTED) != 0) {
            Thread.interrupted();
        }
    }

    final void callBack(ArrayDeque<Listeners.Listener> due) {
        Callbacks.run(() -> call(due));
    }

    /** The outcome is published: what is left to do must not keep those who wait from hearing of it. */
    private void afterwards(@Nullable Object outcome) {
        try {
            home.done(self());
            if (outcome instanceof Failure) {
                ((Failure) outcome).watch();
            }
        } catch (Throwable noRoomLeft) {
            Callbacks.uncaught(noRoomLeft);
        }
    }

    /** RUNNING to its outcome, with the code out. False if somebody else fixed the outcome before. */
    private boolean settleOwn(@Nullable Object result) {
        for (; ; ) {
            int s = state;
            if ((s & (INTERRUPTING | SETTLING)) != 0) {
                waitOut();
            } else if ((s & STATUS) != RUNNING) {
                return false;
            } else if (STATE.compareAndSet(this, s, s | SETTLING)) {
                content = result;
                // Nobody else writes while SETTLING. Who waits must be seen after this; finish() writes the runner
                // between.
                STATE.lazySet(
                        this, (s & (KIND | INTERRUPTED)) | (result instanceof Failure ? FAILED : SUCCESS) | EXITED);
                return true;
            }
        }
    }

    /** The code of a task that was done before has returned. */
    private void leave() {
        for (; ; ) {
            int s = state;
            if ((s & (INTERRUPTING | SETTLING)) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, (s | EXITED) & ~(SHIELDED | WANTED))) {
                return;
            }
        }
    }

    /** What the code of a done task still produced goes to who asked for it. */
    private void late(@Nullable Object result) {
        Throwable thrown = result instanceof Failure ? ((Failure) result).look() : null;
        BiConsumer<@Nullable Object, @Nullable Throwable> taker = home.lateOutcomeTaker();
        if (taker != null) {
            try {
                taker.accept(thrown == null ? result : null, thrown);
            } catch (Throwable fromTaker) {
                Callbacks.uncaught(fromTaker);
            }
        } else if (thrown != null) {
            boolean expected = thrown instanceof InterruptedException
                    || thrown instanceof CancellationException
                    || thrown instanceof InterruptedIOException
                    || thrown instanceof ClosedByInterruptException;
            (expected ? Log.FINE : Log.WARNING)
                    .write(
                            thrown,
                            () -> "task " + self().name() + " threw after it "
                                    + (self().isCancelled() ? "was cancelled" : "had run out of time"));
        }
    }

    /** From now on interrupts are held: another task is about to run on top of this one. */
    void shield() {
        for (; ; ) {
            int s = state;
            if ((s & (INTERRUPTING | SETTLING)) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, s | SHIELDED)) {
                return;
            }
        }
    }

    /** The code can take interrupts again, one that was held at once. */
    void unshield() {
        for (; ; ) {
            int s = state;
            // A shutdownNow that looked for running code before this task was to be seen is made up for here.
            boolean interrupt = (s & WANTED) != 0 || home.isStopping();
            if ((s & SETTLING) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, (s & ~(SHIELDED | WANTED)) | (interrupt ? INTERRUPTED : 0))) {
                if (interrupt) {
                    Callbacks.interruptHere();
                }
                return;
            }
        }
    }

    // ---- outcomes from elsewhere ----

    /** Fails a task that has not begun. False if it has, or is done. */
    boolean failPending(Throwable cause) {
        return settle(PENDING, FAILED | EXITED, Failure.of(self(), cause));
    }

    /** Ends a promise. */
    boolean fulfil(@Nullable Object value) {
        return settle(RUNNING, SUCCESS | EXITED, value);
    }

    /** Ends a promise. */
    boolean failPromise(Throwable cause) {
        return settle(RUNNING, FAILED | EXITED, Failure.of(self(), cause));
    }

    /** Ends a promise, behind which code still runs until {@link #exitPromise}. */
    boolean failPromiseEarly(Throwable cause) {
        return settle(RUNNING, FAILED, Failure.of(self(), cause));
    }

    /** The code behind a promise that was done before has ended. */
    void exitPromise() {
        if (self().isDone() && !self().hasExited()) {
            leave();
            announce(true);
        }
    }

    /** The time is over. */
    void timeOut(Duration limit) {
        for (boolean settled = false; !settled && !self().isDone(); ) {
            Runner r = runner;
            Thread thread = r == null ? null : r.thread();
            // Made before the outcome is settled: making it takes time and memory.
            settled = thread == null
                    ? settle(
                            PENDING,
                            FAILED | EXITED,
                            Failure.ofTimeOut(self(), TaskTimeoutException.queued(self().name(), limit)))
                    : settle(
                            RUNNING,
                            FAILED,
                            Failure.ofTimeOut(self(), TaskTimeoutException.running(self().name(), limit, thread)));
            if (!settled) {
                waitOut();
            }
        }
    }

    /** From one status to a done one, with that outcome, by a thread that does not run the code. */
    private boolean settle(int from, int to, @Nullable Object outcome) {
        if (listeners != null) {
            // So that those who wait hear of it.
            StackRoom.ensure();
        }
        for (; ; ) {
            int s = state;
            if ((s & STATUS) != from) {
                return false;
            }
            if ((s & SETTLING) != 0) {
                waitOut();
            } else if (STATE.compareAndSet(this, s, s | SETTLING)) {
                Object code = content;
                content = outcome;
                boolean exited = (to & EXITED) != 0;
                // An interrupter may return while SETTLING; nothing else changes.
                int before;
                int interrupt;
                do {
                    before = state;
                    interrupt = exited ? 0 : interruptBits(before);
                } while (!STATE.compareAndSet(this, before, (before & ~(STATUS | SETTLING)) | to | interrupt));
                deliver(interrupt);
                afterwards(outcome);
                if (from == PENDING) {
                    home.withdraw(self());
                }
                announce(exited);
                if (from == PENDING && outcome instanceof Failure) {
                    tellDropped(code, ((Failure) outcome).cause);
                }
                return true;
            }
        }
    }

    // ---- those who wait and listen ----

    /** Who adds a callback will see the failure. */
    final void look() {
        if ((state & STATUS) == FAILED) {
            failure();
        }
    }

    final Listeners listeners() {
        Listeners all = listeners;
        if (all == null) {
            all = new Listeners();
            if (!LISTENERS.compareAndSet(this, null, all)) {
                all = Objects.requireNonNull(listeners);
            }
        }
        return all;
    }

    private boolean hasCallbacks() {
        Listeners all = listeners;
        return all != null && all.hasCallbacks();
    }

    private @Nullable ArrayDeque<Listeners.Listener> takeDue(boolean exited) {
        Listeners all = listeners;
        return all == null ? null : all.take(exited);
    }

    /** Tells all who wait for what has come: threads at once, then callbacks. */
    private void announce(boolean exited) {
        ArrayDeque<Listeners.Listener> due = takeDue(exited);
        if (due != null && wake(due)) {
            Callbacks.run(() -> call(due));
        }
    }

    /** Fires those that run no user code. Returns whether others remain. */
    private boolean wake(ArrayDeque<Listeners.Listener> due) {
        boolean looks = false;
        for (Iterator<Listeners.Listener> all = due.iterator(); all.hasNext(); ) {
            Listeners.Listener listener = all.next();
            if (listener.isCallback()) {
                looks |= listener.looks();
            } else {
                listener.fire(self());
                all.remove();
            }
        }
        if (looks) {
            look();
        }
        return !due.isEmpty();
    }

    /** Those that wait for done come first. */
    private void call(ArrayDeque<Listeners.Listener> due) {
        boolean interrupted = callThose(due, false);
        if (callThose(due, true) || interrupted) {
            Callbacks.interruptHere();
        }
    }

    /** Returns whether one left the interrupt flag behind, which the next must not see. */
    private boolean callThose(ArrayDeque<Listeners.Listener> due, boolean waitForExit) {
        boolean interrupted = false;
        for (Listeners.Listener listener : due) {
            if (listener.waitsForExit() == waitForExit) {
                listener.fire(self());
                interrupted |= Thread.interrupted();
            }
        }
        return interrupted;
    }

    // ---- for the executor ----

    TaskHome home() {
        return home;
    }

    @Nullable
    Runner runner() {
        return runner;
    }

    /** What {@code shutdownNow} gives back for this task, or null if it is no longer pending. */
    @Nullable
    Runnable asDropped() {
        for (; ; ) {
            int s = state;
            // Once: a cancel may take it away, and a time-out put its failure there.
            Object held = content;
            if ((s & STATUS) != PENDING || held == null) {
                return null;
            }
            // While another thread is SETTLING it, what was read may be the outcome.
            if ((s & SETTLING) != 0 || state != s) {
                waitOut();
            } else {
                Object code = Wrapped.unwrap(held);
                return (s & RUNNABLE) != 0 ? (Runnable) code : new DroppedCallable((Callable<?>) code, self().name());
            }
        }
    }
}
