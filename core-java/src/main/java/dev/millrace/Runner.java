// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs tasks of one executor, and what it does now. A worker is one for its whole life; a thread that
 * runs a task in place, one for as long as that lasts, on top of what the thread was before.
 */
class Runner {
    private static final ThreadLocal<@Nullable Runner> CURRENT = new ThreadLocal<>();

    @SuppressWarnings("unchecked") // an updater of the raw type does the same
    private static final AtomicReferenceFieldUpdater<Runner, @Nullable TaskFuture<?>> TASK =
            (AtomicReferenceFieldUpdater<Runner, @Nullable TaskFuture<?>>) (AtomicReferenceFieldUpdater<Runner, ?>)
                    AtomicReferenceFieldUpdater.newUpdater(Runner.class, TaskFuture.class, "task");

    final TaskHome home;
    /** What this thread was before; null at the bottom. */
    final @Nullable Runner outer;
    /** The bottom one of this thread. */
    private final Runner bottom;
    /** Set by the thread itself when it takes this role; a worker's is null until its thread runs. */
    private volatile @Nullable Thread thread;
    /** The task whose code runs on top, or which is about to be claimed for that. Written by this thread; shutdown and reports read it. */
    private volatile @Nullable TaskFuture<?> task;
    /** Of the bottom one only: what its thread waits for, all of them. Written by this thread, read under the graph's lock. */
    volatile TaskFuture<?> @Nullable [] waitsFor;

    /** Of the bottom one only: the innermost role. Written by this thread; shutdown and reports read it. */
    private volatile Runner top = this;

    /** Of the bottom one only: how many tasks deep this thread is; used by this thread only. */
    private int depth;
    /** How many tasks it has run in this role. Written by this thread; statistics read it. */
    int tasksRun;

    Runner(TaskHome home, @Nullable Runner outer) {
        this.home = home;
        this.outer = outer;
        bottom = outer == null ? this : outer.bottom;
    }

    /** What the calling thread is now, or null if it runs for nobody. */
    static @Nullable Runner current() {
        return CURRENT.get();
    }

    /** Takes the role for the calling thread. */
    final void enter() {
        thread = Thread.currentThread();
        CURRENT.set(this);
        bottom.top = this;
    }

    /** Gives it back, and leaves no thread-local behind on a thread that is not ours. */
    final void exit() {
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
            bottom.top = outer;
        }
    }

    /** Does something in the role of a thread of that executor: what would wait for its own end is then refused. */
    static void inRoleOf(TaskHome executor, Runnable action) {
        Runner role = new Runner(executor, current());
        role.enter();
        try {
            action.run();
        } finally {
            role.exit();
        }
    }

    /** Whether the thread is a worker's, whatever role it is in: then its interrupt flag is nobody's but a task's. */
    final boolean isOnWorker() {
        return bottom.isWorker();
    }

    boolean isWorker() {
        return false;
    }

    /** The innermost task of that executor on this thread, whatever runs on top of it. */
    final @Nullable TaskFuture<?> taskOf(TaskHome executor) {
        for (Runner r = bottom.top; r != null; r = r.outer) {
            TaskFuture<?> running = r.task;
            if (running != null && r.home.isWithin(executor)) {
                return running;
            }
        }
        return null;
    }

    final Runner bottom() {
        return bottom;
    }

    /** The tasks whose code is on this thread, the innermost first. */
    final List<TaskFuture<?>> tasks() {
        List<TaskFuture<?>> tasks = new ArrayList<>();
        for (Runner r = bottom.top; r != null; r = r.outer) {
            TaskFuture<?> running = r.task;
            if (running != null) {
                tasks.add(running);
            }
        }
        return tasks;
    }

    /** How many tasks deep this thread is, whatever roles they run in. */
    final int depth() {
        return bottom.depth;
    }

    final @Nullable Thread thread() {
        return thread;
    }

    final @Nullable TaskFuture<?> task() {
        return task;
    }

    /** Whether this thread, in this role or one beneath, runs for that executor. */
    final boolean runsFor(TaskHome executor) {
        for (Runner r = this; r != null; r = r.outer) {
            if (r.home.isWithin(executor)) {
                return true;
            }
        }
        return false;
    }

    /** The graph in which this thread's waits for tasks of the executor that it runs for are edges. */
    final @Nullable WaitGraph waits() {
        return home.waits();
    }

    /** The innermost task whose code runs on this thread, in whatever role. */
    final @Nullable TaskFuture<?> innermostTask() {
        for (Runner r = this; r != null; r = r.outer) {
            TaskFuture<?> top = r.task;
            if (top != null) {
                return top;
            }
        }
        return null;
    }

    /**
     * Runs a claimed task on this thread, on top of whatever runs on it. An interrupt meant for what is beneath is held
     * until this returns, and a flag that it has is kept from the new task.
     *
     * <p>A wait that helps comes here straight, and the task is called from here straight: these frames are what a
     * chain of a thousand nested waits costs of the stack.
     */
    final void runOnTop(TaskFuture<?> claimed, Object code) {
        TaskFuture<?> beneath = innermostTask();
        boolean interrupted = hold(beneath);
        Object result;
        TaskFuture<?> beneathHere = begin(claimed);
        try {
            Observer observer = claimed.home().observer;
            result = observer != null && observer.isOn()
                    ? observer.call(claimed, code)
                    : claimed.isRunnable() ? callRunnable(code) : ((Callable<?>) code).call();
        } catch (Throwable thrown) {
            result = claimed.thrown(thrown);
        }
        end(claimed, result, beneathHere);
        release(beneath, interrupted);
    }

    /** {@link #runOnTop} in this role, which the calling thread takes for it. */
    final void enterAndRunOnTop(TaskFuture<?> claimed, Object code) {
        enter();
        try {
            runOnTop(claimed, code);
        } finally {
            exit();
        }
    }

    private static boolean hold(@Nullable TaskFuture<?> beneath) {
        if (beneath != null) {
            beneath.shield();
        }
        return Thread.interrupted();
    }

    private void release(@Nullable TaskFuture<?> beneath, boolean interrupted) {
        // What the new task left behind on a worker is dropped (TaskState.finish: elsewhere it may be the caller's own,
        // come meanwhile); what was there before comes back.
        if (isOnWorker()) {
            Thread.interrupted();
        }
        if (interrupted) {
            Callbacks.interruptHere();
        }
        if (beneath != null) {
            beneath.unshield();
        }
    }

    private static @Nullable Object callRunnable(Object code) {
        ((Runnable) code).run();
        return null;
    }

    /** Claims the task and runs it where none runs, on a worker. Returns false if it was not to be had any more. */
    final boolean claimAndRun(TaskFuture<?> task) {
        // Whatever was left by a callback, or came from outside while no task ran, is nobody's.
        Thread.interrupted();
        TASK.lazySet(this, task);
        // The claim makes it seen, and then looks for a shutdown.
        Object code = task.claimAndBegin(this);
        if (code == null) {
            TASK.lazySet(this, null);
            return false;
        }
        bottom.depth++;
        call(task, code, null);
        return true;
    }

    /** Runs a claimed task where none runs. */
    final void run(TaskFuture<?> claimed, Object code) {
        call(claimed, code, begin(claimed));
    }

    private void call(TaskFuture<?> claimed, Object code, @Nullable TaskFuture<?> beneathHere) {
        Object result;
        try {
            Observer observer = claimed.home().observer;
            result = observer != null && observer.isOn()
                    ? observer.call(claimed, code)
                    : claimed.isRunnable() ? callRunnable(code) : ((Callable<?>) code).call();
        } catch (Throwable thrown) {
            result = claimed.thrown(thrown);
        }
        end(claimed, result, beneathHere);
    }

    private @Nullable TaskFuture<?> begin(TaskFuture<?> claimed) {
        TaskFuture<?> beneathHere = task;
        // Seen by a shutdown from here on, before the task looks whether there was one (TaskFuture.unshield).
        task = claimed;
        bottom.depth++;
        claimed.begin(this);
        return beneathHere;
    }

    private void end(TaskFuture<?> claimed, @Nullable Object result, @Nullable TaskFuture<?> beneathHere) {
        ArrayDeque<Listeners.Listener> due = null;
        // Before: who has seen the outcome finds it counted.
        count(claimed);
        try {
            due = claimed.finish(this, result);
        } finally {
            bottom.depth--;
            // A shutdown that still sees a task that has ended does nothing to it.
            TASK.lazySet(this, beneathHere);
        }
        codeLeft(claimed, due != null);
        if (due != null) {
            claimed.callBack(due);
        }
    }

    private void count(TaskFuture<?> claimed) {
        tasksRun++;
        boolean isBelow = bottom != this && home.isWithin(bottom.home);
        if (isBelow) {
            bottom.tasksRun++;
        }
        if (!bottom.isWorker() || !(isBelow || bottom == this)) {
            claimed.home().ranOnVisitor();
        }
    }

    /** The code has returned and nobody is to be called back: from now on this thread counts as free. */
    void becomeFree() {}

    /** A callback came in the last moment: this thread is not free after all. */
    void becomeBusyAgain() {}

    /** The code of a task has left this thread; callbacks may follow. */
    void codeLeft(TaskFuture<?> task, boolean callbacksFollow) {}
}
