// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that belong together: they end together, and none outlives the block that they are started in.
 *
 * <pre>{@code
 * try (TaskGroup group = pool.group()) {
 *     TaskFuture<String> user = group.submit(() -> fetch("user"));
 *     TaskFuture<String> orders = group.submit(() -> fetch("orders"));
 *     group.join(); // throws what the first one threw that failed; the other is cancelled then
 *     show(user.join() + orders.join());
 * } // nothing of the group runs any more
 * }</pre>
 *
 * <p>Whoever waits here in a task of the same pool runs pending tasks of the group itself, so a group works on a pool of
 * one worker, and in a task of another group.
 *
 * <p>Thread-safe: tasks of the group may submit more to it. One thread, not one of its tasks, joins and closes it.
 */
public final class TaskGroup implements AutoCloseable {
    /** What the end of one task means for the others; which it is, the owner says by how it waits. */
    private enum Policy {
        /** Nothing, as long as nobody waits. */
        NONE,
        FIRST_FAILURE_ENDS_ALL,
        FIRST_SUCCESS_ENDS_ALL
    }

    private final AbstractTaskExecutor executor;
    private final ReentrantLock lock = new ReentrantLock();
    /** Whose code may still run, or is going to; in the order submitted. This and what follows is guarded by the lock. */
    private final Set<TaskFuture<?>> open = new LinkedHashSet<>();
    /** In the order in which it was noticed. */
    private final Set<TaskFuture<?>> failed = new LinkedHashSet<>();

    private @Nullable TaskFuture<?> succeeded;
    private Policy policy = Policy.NONE;
    private int submitted;
    /** What is submitted from now on is cancelled from the start. */
    private boolean cancelled;

    private boolean closed;
    /** The task that the owner waits in was cancelled while it ran a task of the group itself. */
    private boolean ownerCancelled;
    /** What join throws, and throws again. */
    private @Nullable Throwable failure;

    TaskGroup(AbstractTaskExecutor executor) {
        this.executor = executor;
    }

    // ---- submitting ----

    /**
     * Submits a task of this group, as {@link TaskExecutorService#submit(Callable)} does. Once the group has been
     * cancelled, because a task failed or the owner was interrupted, the future is cancelled from the start, so that
     * the owner comes to {@link #join}, which says why.
     *
     * @throws RejectedExecutionException if the group is closed, or the executor does not accept the task
     */
    public <T extends @Nullable Object> TaskFuture<T> submit(Callable<T> task) {
        return submit(task, TaskOptions.NONE);
    }

    /** Submits a task without a value. See {@link #submit(Callable)}. */
    public TaskFuture<?> submit(Runnable task) {
        return submit(task, TaskOptions.NONE);
    }

    /** Submits a task without a value, with options. See {@link #submit(Callable)}. */
    public TaskFuture<?> submit(Runnable task, TaskOptions options) {
        return executor.submit(task, options, this::enter);
    }

    /** Submits a task with a name, a time limit, or a taker for a late outcome. See {@link #submit(Callable)}. */
    public <T extends @Nullable Object> TaskFuture<T> submit(Callable<T> task, TaskOptions options) {
        // Known to the group before the executor has it: a close that comes meanwhile finds it.
        return executor.submit(task, options, this::enter);
    }

    /** Called with each task before the executor gets it. */
    private void enter(TaskFuture<?> task) {
        boolean tooLate;
        lock.lock();
        try {
            if (closed) {
                throw new RejectedExecutionException(
                        "the group on " + executor.home().name() + " is closed and takes no new tasks (task "
                                + task.name() + " refused)");
            }
            submitted++;
            open.add(task);
            tooLate = cancelled;
        } finally {
            lock.unlock();
        }
        task.callOnExit(() -> leave(task));
        // Noted before the next task of a lane can begin, so that the first failure is the first.
        task.signal(this::noteInOrder);
        task.watch(this::ended);
        if (tooLate) {
            task.cancelIfPending();
        }
    }

    private void leave(TaskFuture<?> task) {
        lock.lock();
        try {
            // Its failure, of which the group hears in a callback of its own, may not have been noted yet.
            note(task);
            open.remove(task);
        } finally {
            lock.unlock();
        }
    }

    private void noteInOrder(TaskFuture<?> task) {
        lock.lock();
        try {
            note(task);
        } finally {
            lock.unlock();
        }
    }

    private void ended(TaskFuture<?> task) {
        boolean endsAll;
        lock.lock();
        try {
            endsAll = endsAll();
        } finally {
            lock.unlock();
        }
        if (endsAll) {
            cancelAll();
        }
    }

    private void note(TaskFuture<?> task) {
        if (task.status() == TaskStatus.FAILED) {
            failed.add(task);
        } else if (task.status() == TaskStatus.SUCCESS && succeeded == null) {
            succeeded = task;
        }
    }

    private boolean endsAll() {
        switch (policy) {
            case FIRST_FAILURE_ENDS_ALL:
                return !failed.isEmpty() && !cancelled;
            case FIRST_SUCCESS_ENDS_ALL:
                return succeeded != null && !cancelled;
            default:
                return false;
        }
    }

    // ---- waiting ----

    /**
     * Waits until all tasks of the group are done. The first one that fails cancels the others, with an interrupt, and
     * its failure is thrown as {@link TaskFuture#join} throws it, with the failures of others as suppressed exceptions.
     * A task that somebody cancelled by itself is no failure. May be called again, after more was submitted too.
     *
     * @throws InterruptedException if the calling thread is interrupted before; then all tasks are cancelled
     * @throws IllegalStateException if called from a task of this group, which would wait for itself
     */
    public void join() throws InterruptedException {
        await(Long.MAX_VALUE);
        throwFailure();
    }

    /**
     * {@link #join()}, but so long at most: then all tasks that are not done are cancelled. Runs no task itself.
     *
     * @throws TaskTimeoutException if some were not done in time; the message says how many
     * @throws InterruptedException if the calling thread is interrupted before; then all tasks are cancelled
     * @throws IllegalStateException if called from a task of this group, which would wait for itself
     */
    public void joinUntil(Duration timeout) throws InterruptedException {
        int unfinished = await(Durations.limit(Durations.toNanos(timeout)));
        if (unfinished > 0) {
            throw TaskTimeoutException.ofGroup(executor.home().name(), unfinished, submitted, timeout);
        }
        throwFailure();
    }

    /**
     * Waits until one task of the group has succeeded, cancels the others, with an interrupt, and returns it: its
     * {@link TaskFuture#resultNow} is there. If none succeeds, the first failure is thrown as {@link TaskFuture#join}
     * throws it, with the others as suppressed exceptions. It is a wait for any of several: a cycle of waits through it is
     * not detected.
     *
     * @throws TaskCancelledException if none succeeded or failed, because all were cancelled
     * @throws InterruptedException if the calling thread is interrupted before; then all tasks are cancelled
     * @throws IllegalStateException if nothing was submitted, or if called from a task of this group
     */
    public TaskFuture<?> firstSuccess() throws InterruptedException {
        Registration ownerWatch = beginWait("firstSuccess", Policy.FIRST_SUCCESS_ENDS_ALL);
        NextDone<TaskFuture<?>> next = new NextDone<>();
        try {
            for (List<TaskFuture<?>> undone = undone();
                    !undone.isEmpty() && firstSucceeded() == null;
                    undone = undone()) {
                undone.forEach(next::add);
                if (next.take(Long.MAX_VALUE) == null) {
                    throw new AssertionError("this wait has no limit");
                }
            }
        } finally {
            next.close();
            ownerWatch.remove();
            // The rest, however the wait ended.
            cancelAll();
        }
        TaskFuture<?> first = firstSucceeded();
        if (first != null) {
            return first;
        }
        ensureOwnerNotCancelled();
        throwFailure();
        if (submitted == 0) {
            throw new IllegalStateException("firstSuccess of a group to which nothing was submitted");
        }
        throw new TaskCancelledException("group on " + executor.home().name());
    }

    /** Returns how many were not done in time; they are cancelled. */
    private int await(long nanos) throws InterruptedException {
        Registration ownerWatch = beginWait("join", Policy.FIRST_FAILURE_ENDS_ALL);
        long start = executor.home().backend.nanoTime();
        boolean allDone = false;
        try {
            // More than once: the tasks may submit others.
            for (List<TaskFuture<?>> undone = undone(); !undone.isEmpty(); undone = undone()) {
                long left = nanos == Long.MAX_VALUE
                        ? nanos
                        : nanos - (executor.home().backend.nanoTime() - start);
                if (!TaskFutures.awaitAll(undone, left)) {
                    int unfinished = undone().size();
                    if (unfinished > 0) {
                        return unfinished;
                    }
                }
            }
            ensureOwnerNotCancelled();
            allDone = true;
            return 0;
        } finally {
            ownerWatch.remove();
            if (!allDone) {
                cancelAll();
            }
        }
    }

    /** Returns what to remove when the wait is over. */
    private Registration beginWait(String what, Policy newPolicy) {
        ensureNotOwnTask(what);
        boolean endsAll;
        lock.lock();
        try {
            policy = newPolicy;
            endsAll = endsAll();
        } finally {
            lock.unlock();
        }
        if (endsAll) {
            cancelAll();
        }
        return watchOwner();
    }

    /**
     * If the owner runs a task of the group itself when it is cancelled, its interrupt is held until that one ends: what
     * cancels the group then is that the owner's task is done.
     */
    private Registration watchOwner() {
        TaskFuture<?> owner = TaskFuture.current();
        if (owner == null || owner.isDone()) {
            return () -> false;
        }
        return owner.watch(done -> {
            if (done.wasInterrupted()) {
                lock.lock();
                try {
                    ownerCancelled = true;
                } finally {
                    lock.unlock();
                }
                cancelAll();
            }
        });
    }

    /** What the owner ran itself may have been the last: then no wait has thrown. */
    private void ensureOwnerNotCancelled() throws InterruptedException {
        lock.lock();
        try {
            if (!ownerCancelled) {
                return;
            }
            ownerCancelled = false;
        } finally {
            lock.unlock();
        }
        Thread.interrupted();
        throw new InterruptedException();
    }

    private List<TaskFuture<?>> undone() {
        lock.lock();
        try {
            List<TaskFuture<?>> undone = new ArrayList<>(open);
            undone.removeIf(TaskFuture::isDone);
            return undone;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable TaskFuture<?> firstSucceeded() {
        lock.lock();
        try {
            // Who is done and still open may not have come to its callback yet.
            open.forEach(this::note);
            return succeeded;
        } finally {
            lock.unlock();
        }
    }

    private void throwFailure() {
        Throwable thrown;
        lock.lock();
        try {
            open.forEach(this::note);
            if (failure == null && !failed.isEmpty()) {
                failure = failureOf(failed);
            }
            thrown = failure;
        } finally {
            lock.unlock();
        }
        if (thrown != null) {
            // The callback that cancels the group may still be on its way.
            cancelAll();
        }
        if (thrown instanceof Error) {
            throw (Error) thrown;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    private static Throwable failureOf(Set<TaskFuture<?>> failed) {
        Throwable first = null;
        Throwable cause = null;
        for (TaskFuture<?> task : failed) {
            Throwable next = task.exceptionNow();
            if (first == null) {
                cause = next;
                first = next instanceof RuntimeException || next instanceof Error
                        ? next
                        : new CompletionException(Failure.describe(next), next);
            } else if (next != cause) {
                first.addSuppressed(next);
            }
        }
        return Objects.requireNonNull(first);
    }

    // ---- the end ----

    private void cancelAll() {
        List<TaskFuture<?>> all;
        lock.lock();
        try {
            cancelled = true;
            all = new ArrayList<>(open);
        } finally {
            lock.unlock();
        }
        // Those that have not begun first: a worker that a cancel sets free must find none of them.
        all.forEach(TaskFuture::cancelIfPending);
        all.forEach(task -> task.cancel(true));
    }

    /**
     * Cancels what is unfinished, with an interrupt, and waits until no code of the group runs any more, also if that
     * takes long because the code ignores the interrupt. An interrupt of the calling thread does not end this wait; the
     * flag is set again in the end. What is submitted later is refused. May be called again.
     *
     * @throws IllegalStateException if called from a task of this group, which would wait for itself
     */
    @Override
    public void close() {
        ensureNotOwnTask("close");
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        cancelAll();
        boolean interrupted = false;
        for (List<TaskFuture<?>> running = running(); !running.isEmpty(); running = running()) {
            try {
                for (TaskFuture<?> task : running) {
                    task.awaitNanos(Long.MAX_VALUE, true);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Callbacks.interruptHere();
        }
    }

    private List<TaskFuture<?>> running() {
        lock.lock();
        try {
            List<TaskFuture<?>> running = new ArrayList<>(open);
            running.removeIf(TaskFuture::hasExited);
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** What would wait for the calling task itself is refused. */
    private void ensureNotOwnTask(String what) {
        Runner me = Runner.current();
        if (me == null) {
            return;
        }
        for (TaskFuture<?> task : running()) {
            Runner runner = task.runner();
            if (runner != null && runner.bottom() == me.bottom()) {
                throw new IllegalStateException(what + " called from task " + task.name()
                        + " of the group itself, which would wait for its own end; call it from the owner");
            }
        }
    }

    /** How many tasks were submitted, failed, and still run or wait. */
    @Override
    public String toString() {
        lock.lock();
        try {
            return "TaskGroup[" + executor.home().name() + ", " + submitted + " submitted, " + failed.size()
                    + " failed, " + open.size() + " not ended" + (closed ? ", closed" : "") + "]";
        } finally {
            lock.unlock();
        }
    }
}
