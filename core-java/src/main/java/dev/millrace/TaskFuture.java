// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The result of a task, now or later, and the handle to cancel it.
 *
 * <pre>{@code
 * TaskFuture<String> page = pool.submit(() -> fetch(url));
 * page.onDone(f -> System.err.println(f.status()));
 * String text = page.join();
 * }</pre>
 *
 * <p>It is <em>done</em> when its outcome is fixed, and has <em>exited</em> when its code runs nowhere any more; the two
 * differ only for a task that was cancelled, or ran out of time, while it ran. A failure that nobody looks at is logged
 * once, some time after the future has been collected, unless the pool has an {@link
 * ThreadPool.Builder#onUnobservedFailure}.
 *
 * <p>Thread-safe. What the task did happens-before what follows a wait for it, and before its callbacks.
 *
 * @param <T> the result's type
 */
public final class TaskFuture<T extends @Nullable Object> extends TaskState implements Future<T> {
    private TaskFuture(TaskHome home, int state, @Nullable Object code) {
        super(home, state, code);
    }

    static <T extends @Nullable Object> TaskFuture<T> of(TaskHome home, Callable<? extends T> code) {
        return new TaskFuture<>(home, PENDING, code);
    }

    static <T extends @Nullable Object> TaskFuture<T> of(TaskHome home, Runnable code) {
        return new TaskFuture<>(home, PENDING | RUNNABLE, code);
    }

    /** For {@code execute}: nobody will hold this future. */
    static TaskFuture<@Nullable Object> detached(TaskHome home, Runnable code) {
        return new TaskFuture<>(home, PENDING | RUNNABLE | DETACHED, code);
    }

    /** For a promise: work that goes on elsewhere and has begun. */
    static <T extends @Nullable Object> TaskFuture<T> promised(TaskHome home) {
        return new TaskFuture<>(home, RUNNING | SHIELDED, null);
    }

    /** Work of that executor that has been done. */
    static <T extends @Nullable Object> TaskFuture<T> succeeded(TaskHome home, T value) {
        TaskFuture<T> done = promised(home);
        done.fulfil(value);
        return done;
    }

    /** Work of that executor that has failed. */
    static TaskFuture<?> failed(TaskHome home, Throwable cause) {
        TaskFuture<?> done = promised(home);
        done.failPromise(cause);
        return done;
    }

    /** The head of a queue; no task. */
    static TaskFuture<?> head(TaskHome home) {
        return new TaskFuture<>(home, PENDING, null);
    }

    // ---- looking ----

    /** Where the task stands. Python: {@code Future.running()}, {@code done()}, {@code cancelled()} in one. */
    public TaskStatus status() {
        switch (state & STATUS) {
            case PENDING:
                return TaskStatus.PENDING;
            case RUNNING:
                return TaskStatus.RUNNING;
            case SUCCESS:
                return TaskStatus.SUCCESS;
            case FAILED:
                return TaskStatus.FAILED;
            default:
                return TaskStatus.CANCELLED;
        }
    }

    /** Whether the task has been accepted and not begun. */
    public boolean isPending() {
        return (state & STATUS) == PENDING;
    }

    /** Whether the code runs and the outcome is open. Python: {@code Future.running}. */
    public boolean isRunning() {
        return (state & STATUS) == RUNNING;
    }

    /** Whether the outcome is fixed: success, failure or cancelled. Python: {@code Future.done}. */
    @Override
    public boolean isDone() {
        return (state & STATUS) >= SUCCESS;
    }

    /** Whether the task was cancelled before it was done. Python: {@code Future.cancelled}. */
    @Override
    public boolean isCancelled() {
        return (state & STATUS) == CANCELLED;
    }

    /**
     * Whether the code of this task runs nowhere any more and never will. True for every done task, except one that
     * was cancelled, or ran out of time, while it ran, and whose code has not returned yet.
     */
    public boolean hasExited() {
        return (state & EXITED) != 0;
    }

    /**
     * Whether the executor has interrupted the code of this task, or will as soon as that can take it: for a cancel, a time
     * limit, a {@code shutdownNow}, the end of a group. Code that finds its thread's interrupt flag set can so tell
     * whether that was meant, or is something that it left behind itself.
     *
     * <pre>{@code
     * if (Thread.interrupted() && TaskFuture.current().wasInterrupted()) throw new InterruptedException();
     * }</pre>
     */
    public boolean wasInterrupted() {
        return (state & (WANTED | INTERRUPTED)) != 0;
    }

    /** The name given with {@link TaskOptions#named}, or else one made of the executor's name and a number. */
    public String name() {
        return home.nameOf(System.identityHashCode(this));
    }

    /**
     * The task whose code the calling thread runs, the innermost one if several do; null outside a task. Code that
     * cannot be interrupted can so look at its own {@link #isCancelled()} from time to time.
     *
     * <pre>{@code
     * while (!TaskFuture.current().isCancelled()) step();
     * }</pre>
     */
    public static @Nullable TaskFuture<?> current() {
        Runner runner = Runner.current();
        return runner == null ? null : runner.innermostTask();
    }

    /** Status and name, never the value. Python: {@code repr}. */
    @Override
    public String toString() {
        int s = state;
        String detail = "";
        if ((s & STATUS) == FAILED && content instanceof Failure) {
            detail = ", " + ((Failure) content).cause.getClass().getName();
        }
        if ((s & STATUS) >= SUCCESS && (s & EXITED) == 0) {
            detail += ", code still running";
        }
        return "TaskFuture[" + name() + ", " + status() + detail + "]";
    }

    // ---- waiting ----

    /**
     * Waits until the task is done and returns its value. A task that waits for a pending task of its own pool runs
     * that one itself, on the calling thread; do not wait while you hold a lock that it needs. Python:
     * {@code Future.result}.
     *
     * @throws ExecutionException if the task failed; the cause is what it threw, the very same object
     * @throws TaskCancelledException if it was cancelled
     * @throws InterruptedException if the calling thread is interrupted before the task is done
     * @throws PoolDeadlockException if the task waits, perhaps through others, for the calling one
     */
    @Override
    public T get() throws InterruptedException, ExecutionException {
        if (!isDone()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Runner me = Runner.current();
            // Here, and not in the wait: these frames are what a chain of a thousand nested waits costs of the stack.
            if (me == null || !isPending() || !home.help(this, me, true)) {
                awaitDone(me, true, new TaskFuture<?>[] {this});
            }
        }
        return outcomeAsGet();
    }

    /**
     * Waits so long at most; runs nothing itself. Zero or a negative time looks without waiting.
     *
     * @throws TimeoutException if the task is not done by then; it goes on
     * @throws ExecutionException if the task failed; the cause is what it threw
     * @throws TaskCancelledException if it was cancelled
     * @throws InterruptedException if the calling thread is interrupted before the task is done
     */
    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        long nanos = unit.toNanos(timeout);
        if (!awaitNanos(nanos, false)) {
            throw new TimeoutException(
                    "task " + name() + " is not done after " + Duration.ofNanos(Math.max(0, nanos)) + ": " + status());
        }
        return outcomeAsGet();
    }

    /** {@link #get(long, TimeUnit)} with a {@code Duration}. Python: {@code Future.result(timeout)}. */
    public T get(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        return get(Durations.toNanos(timeout), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until the task is done and returns its value; what the task threw comes out as it was thrown if it is
     * unchecked. An interrupt does not end the wait; the flag is set again on return. Runs a pending task of the own
     * pool itself, as {@link #get()} does.
     *
     * @throws RuntimeException the unchecked exception or {@code Error} that the task threw, the very same object
     * @throws CompletionException if it threw a checked exception, which is the cause
     * @throws TaskCancelledException if it was cancelled
     * @throws PoolDeadlockException if the task waits, perhaps through others, for the calling one
     */
    public T join() {
        if (!isDone()) {
            Runner me = Runner.current();
            if (me == null || !isPending() || !home.help(this, me, false)) {
                awaitDoneUninterruptibly(me);
            }
        }
        return outcomeAsJoin();
    }

    /**
     * The value of a task that succeeded; never waits. The contract is that of JDK 19's {@code Future.resultNow}.
     *
     * @throws IllegalStateException if the task is not done, failed or was cancelled
     */
    public T resultNow() {
        int status = state & STATUS;
        if (status == SUCCESS) {
            return value();
        }
        throw new IllegalStateException(
                "task " + name() + " has no result: " + status(), status == FAILED ? failure() : null);
    }

    /**
     * What a task that failed threw, the very same object; never waits. The contract is that of JDK 19's
     * {@code Future.exceptionNow}. Python: {@code Future.exception}.
     *
     * @throws IllegalStateException if the task is not done, succeeded or was cancelled
     */
    public Throwable exceptionNow() {
        if ((state & STATUS) == FAILED) {
            return failure();
        }
        throw new IllegalStateException("task " + name() + " has no exception: " + status());
    }

    /**
     * Waits until the code of this task runs nowhere any more, so long at most; zero or less looks without waiting.
     *
     * @return whether that was so in time
     * @throws InterruptedException if the calling thread is interrupted before
     */
    public boolean awaitExit(Duration timeout) throws InterruptedException {
        return awaitNanos(Durations.toNanos(timeout), true);
    }

    private boolean hasCome(boolean exit) {
        return exit ? hasExited() : isDone();
    }

    /**
     * Waits without a limit for done; shows first, to its own executor, what the calling task waits for: {@code targets},
     * all of them, this one included.
     */
    void awaitDone(@Nullable Runner me, boolean interruptible, TaskFuture<?>[] targets) throws InterruptedException {
        WaitGraph graph = me == null ? null : me.waits();
        while (me != null && !isDone()) {
            // First: what changes while this thread looks whether it can help ends the stall, and it looks again.
            Stall stall = new Stall(this);
            boolean shown = false;
            try {
                home.stall(this, me, stall);
                help(me, interruptible);
                if (graph != null && graph == home.waits()) {
                    graph.beginWait(me, targets);
                    shown = true;
                }
                park(Long.MAX_VALUE, false, interruptible, stall);
            } finally {
                if (graph != null && shown) {
                    graph.endWait(me);
                }
                stall.remove();
            }
        }
        if (me == null) {
            park(Long.MAX_VALUE, false, interruptible, null);
        }
    }

    /** If this pends, or is made of tasks that do, and the thread may, runs them. */
    private void help(Runner me, boolean interruptible) throws InterruptedException {
        if (isPending()) {
            home.help(this, me, interruptible);
        }
        while (!isDone() && home.assist(me, interruptible)) {
            if (interruptible && Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void awaitDoneUninterruptibly(@Nullable Runner me) {
        try {
            awaitDone(me, false, new TaskFuture<?>[] {this});
        } catch (InterruptedException e) {
            throw new AssertionError("this wait ends by no interrupt", e);
        }
    }

    /** Waits for done, or for exit, so long at most. Returns whether it has come. */
    boolean awaitNanos(long nanos, boolean exit) throws InterruptedException {
        if (hasCome(exit)) {
            return true;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return nanos > 0 && park(nanos, exit, true, null);
    }

    /**
     * Returns whether it has come. {@code Long.MAX_VALUE} nanoseconds stand for no limit; the end of the stall ends the
     * wait, too. The caller has looked at the interrupt flag.
     */
    private boolean park(long nanos, boolean exit, boolean interruptible, @Nullable Stall stall)
            throws InterruptedException {
        // Who waits for the first of many had better sleep: when it is woken, many are done.
        if (home.isNext(this) && comesSoon(exit)) {
            return true;
        }
        Listeners all = listeners();
        Listeners.Waiter waiter = new Listeners.Waiter(all, home.backend, exit);
        all.add(waiter);
        boolean interrupted = false;
        try {
            long start = nanos == Long.MAX_VALUE ? 0 : home.backend.nanoTime();
            while (!hasCome(exit)) {
                if (stall != null && stall.isOver()) {
                    return false;
                }
                if (nanos == Long.MAX_VALUE) {
                    home.backend.park(this);
                } else {
                    long left = nanos - (home.backend.nanoTime() - start);
                    if (left <= 0) {
                        return hasCome(exit);
                    }
                    home.backend.parkNanos(this, left);
                }
                // Done first: a value that is there is returned, and the flag stays as it is.
                if (!hasCome(exit) && Thread.interrupted()) {
                    if (interruptible) {
                        throw new InterruptedException();
                    }
                    interrupted = true;
                }
            }
            return true;
        } finally {
            waiter.remove();
            if (interrupted) {
                Callbacks.interruptHere();
            }
        }
    }

    /** Looks for some microseconds before parking, if there is a processor for that. */
    final boolean comesSoon(boolean exit) {
        if (home.leavesAProcessor() && Spinning.enter()) {
            try {
                Backend backend = home.backend;
                long nanos = backend.searchNanos();
                long start = backend.nanoTime();
                int looks = Spinning.MOST_LOOKS;
                while (!hasCome(exit) && backend.nanoTime() - start < nanos && --looks > 0) {}
            } finally {
                Spinning.leave();
            }
        }
        return hasCome(exit);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what a Callable<T> returned
    private T value() {
        return (T) content;
    }

    private T outcomeAsGet() throws ExecutionException {
        switch (state & STATUS) {
            case SUCCESS:
                return value();
            case FAILED:
                Throwable cause = failure();
                throw new ExecutionException(Failure.describe(cause), cause);
            default:
                throw new TaskCancelledException(name());
        }
    }

    private T outcomeAsJoin() {
        switch (state & STATUS) {
            case SUCCESS:
                return value();
            case FAILED:
                Throwable thrown = failure();
                if (thrown instanceof RuntimeException) {
                    throw (RuntimeException) thrown;
                }
                if (thrown instanceof Error) {
                    throw (Error) thrown;
                }
                throw new CompletionException(Failure.describe(thrown), thrown);
            default:
                throw new TaskCancelledException(name());
        }
    }

    // ---- cancelling ----

    /**
     * Cancels the task unless it is done. A pending one never runs, and gives its place in the queue back at once. A
     * running one is CANCELLED at once for all who wait and listen, and its code is interrupted if asked for; its
     * worker stays busy until the code returns, which {@link #onExit} tells.
     *
     * @param mayInterruptIfRunning whether to interrupt the code; the interrupt reaches this task or nobody
     * @return whether this call cancelled the task: false if it was done, cancelled included
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return tryCancel(mayInterruptIfRunning);
    }

    /**
     * Cancels the task only if it has not begun; it then never runs, and gives its place in the queue back at once.
     * Python: {@code Future.cancel}.
     *
     * @return whether this call cancelled the task
     */
    public boolean cancelIfPending() {
        return tryCancelPending();
    }

    // ---- telling ----

    /**
     * Calls {@code callback} with this future when it is done: in the thread that completes it (the canceller's, if it is
     * cancelled; a daemon thread that is no worker's, if it runs out of time), or at once in the calling thread if it is
     * done already. Callbacks added before run in the order added, with the interrupt flag
     * clear; what one throws goes to the thread's uncaught-exception handler, and the others still run. What
     * a callback completes runs its callbacks there and then; sixteen deep, they wait until the outermost has ended, so
     * that chains of any length fit the stack. Python: {@code Future.add_done_callback}.
     *
     * @return how to take the callback back
     */
    public Registration onDone(Consumer<? super TaskFuture<T>> callback) {
        return listenInContext(callback, null, false);
    }

    /**
     * Calls {@code callback} on {@code executor} when this future is done. If the executor rejects it, the rejection
     * goes to the uncaught-exception handler of the thread that completes.
     *
     * @return how to take the callback back
     */
    public Registration onDone(Consumer<? super TaskFuture<T>> callback, Executor executor) {
        return listenInContext(callback, Objects.requireNonNull(executor, "executor"), false);
    }

    /**
     * Calls {@code callback} when the code of this task runs nowhere any more and never will: in the thread that ran
     * the code or, if it never ran, in the thread that ended the task; at once in the calling thread if that is so
     * already. It comes after the callbacks of {@link #onDone}, but for a task that was cancelled, or ran out of time,
     * while it ran: there these run in the thread that did that, and may still run when the code has left.
     *
     * @return how to take the callback back
     */
    public Registration onExit(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        return listenInContext(future -> callback.run(), null, true);
    }

    /** {@link #onDone} for code of ours, which needs nobody's context. */
    void callOnDone(Consumer<TaskFuture<?>> action) {
        Registration unused = listen(action, null, false);
    }

    /** {@link #onExit} for code of ours. */
    void callOnExit(Runnable action) {
        Registration unused = listen(future -> action.run(), null, true);
    }

    @SuppressWarnings("unchecked") // only ever called with this
    private Registration listenInContext(
            Consumer<? super TaskFuture<T>> callback, @Nullable Executor executor, boolean exit) {
        Consumer<TaskFuture<?>> action =
                (Consumer<TaskFuture<?>>) (Consumer<?>) Objects.requireNonNull(callback, "callback");
        return listen(home.observer == null ? action : home.observer.inContext(action), executor, exit);
    }

    private Registration listen(Consumer<TaskFuture<?>> action, @Nullable Executor executor, boolean exit) {
        if (!hasCome(exit)) {
            Listeners all = listeners();
            var entry = new Listeners.Callback(all, action, executor, exit);
            all.add(entry);
            // It may have come in between; whoever takes the entry out calls it.
            if (!hasCome(exit) || !entry.remove()) {
                return entry;
            }
        }
        if (!exit) {
            look();
        }
        runHere(action, executor);
        return () -> false;
    }

    /** A callback on a done future: at once, also in the middle of other callbacks. */
    private void runHere(Consumer<TaskFuture<?>> action, @Nullable Executor executor) {
        boolean interrupted = Thread.interrupted();
        Callbacks.call(action, executor, this);
        if (interrupted) {
            Callbacks.interruptHere();
        }
    }

    /** As {@link #onDone}, for code of ours that runs code of the user's; a failure does not count as looked at. */
    Registration watch(Consumer<TaskFuture<?>> action) {
        if (!isDone()) {
            Listeners all = listeners();
            var entry = new Listeners.Watch(all, action);
            all.add(entry);
            if (!isDone() || !entry.remove()) {
                return entry;
            }
        }
        runHere(action, null);
        return () -> false;
    }

    /** Tells code of ours when this is done: at once if it is. */
    Registration signal(Consumer<TaskFuture<?>> action) {
        if (!isDone()) {
            Listeners all = listeners();
            var entry = new Listeners.Signal(all, action);
            all.add(entry);
            if (!isDone() || !entry.remove()) {
                return entry;
            }
        }
        action.accept(this);
        return () -> false;
    }

    /**
     * A {@code CompletableFuture} with this outcome. Cancelling it cancels this task, with an interrupt if it is
     * called with true; its dependents get the task's own exception in one {@link CompletionException}. A wait on it is
     * a plain wait: it runs no pending task. Each call makes another one; to complete it by hand does nothing to the
     * task.
     */
    public CompletableFuture<T> toCompletableFuture() {
        BridgedFuture<T> bridged = new BridgedFuture<>(this);
        callOnDone(done -> bridged.settle(this));
        return bridged;
    }
}
