// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jspecify.annotations.Nullable;

/**
 * A thread of a pool. It asks the pool for the next task, runs it, and asks again, until the pool has no more for it.
 * All that it knows of the pool is {@link Pool}.
 */
final class Worker extends Runner implements Runnable {
    /**
     * What a worker does, as the pool counts it.
     *
     * <pre>
     *   STARTING ──▶ FREE ⇄ BUSY      STARTING: its thread is being started, or runs the initializer
     *                 ⇅               FREE: awake, and will look at the queue before it parks
     *                IDLE             IDLE: parked on the stack of idle workers
     *   from each ──▶ GONE
     * </pre>
     */
    enum Standing {
        STARTING,
        FREE,
        BUSY,
        IDLE,
        GONE
    }

    /** What a worker needs of its pool. */
    abstract static class Pool extends LaneHome {
        Pool(Backend backend, @Nullable Observer observer) {
            super(backend, observer);
        }

        /** Whether that thread, the calling one, which is about to wait for the task, may run it, and has the stack. */
        final boolean mayHelp(TaskFuture<?> task, Runner me) {
            if (!me.runsFor(this)) {
                return false;
            }
            if (me.bottom() instanceof Worker && ((Worker) me.bottom()).initializing) {
                throw new IllegalStateException("the initializer of pool " + name() + " waits for task " + task.name()
                        + " of the same pool, which cannot run before an initializer has returned");
            }
            StackRoom.ensure();
            return true;
        }

        /** The calling thread is a new worker. */
        abstract void workerStarted();

        /** The calling thread, a worker, ends. */
        abstract void workerEnded();

        /** The user's initializer as a task, or null if there is none. */
        abstract @Nullable TaskFuture<?> newInitializer();

        /** The initializer failed. */
        abstract void breakWith(Throwable cause);

        /** Waits for the next task; null: the worker has been taken off the books and must end. */
        abstract @Nullable TaskFuture<?> next(Worker worker);

        /** In what role the worker runs that task: its own, or that of a view. */
        abstract Runner roleFor(TaskFuture<?> task, Worker worker);

        /** The code of the worker's task has left, and its callbacks follow. */
        abstract void codeLeft(Worker worker);

        /** The worker, if it is to stay, counts as free from now on. */
        abstract void workerFree(Worker worker);

        /** The worker counts as busy again. */
        abstract void workerBusyAgain(Worker worker);

        /** Takes the worker off the books if it is still on them: it ends, whatever for. */
        abstract void workerGone(Worker worker);
    }

    private final Pool pool;
    /** Written under the pool's lock; the worker reads it without while it is parked. */
    volatile Standing standing = Standing.STARTING;

    /** Has run its last task. Guarded by the pool's lock. */
    boolean leavesSoon;

    /** Where the task that it took last came from, until that has ended; null: the pool itself. Guarded by the pool's lock. */
    @Nullable
    Lane lane;
    /** Whether it holds a permit there. Guarded by the pool's lock. */
    boolean holdsPermit;

    /** Used by this thread only. */
    private boolean initializing;
    /** The code of the task that it took runs, or what that waits for runs on top; used by this thread only. */
    private boolean runsTaken;

    Worker(Pool pool) {
        super(pool, null);
        this.pool = pool;
    }

    @Override
    public void run() {
        try {
            enter();
            pool.workerStarted();
            if (initialize()) {
                while (runNext()) {}
            }
        } finally {
            try {
                pool.workerEnded();
            } finally {
                pool.workerGone(this);
                exit();
            }
        }
    }

    /** A method of its own, so that no variable of an idle worker refers to its last task. */
    private boolean runNext() {
        TaskFuture<?> task = pool.next(this);
        if (task == null) {
            return false;
        }
        boolean ran = runTaken(task);
        runsTaken = false;
        if (ran) {
            Failure.haveCollectedReported(pool.backend);
        }
        return true;
    }

    private boolean runTaken(TaskFuture<?> task) {
        Runner role = pool.roleFor(task, this);
        runsTaken = true;
        if (role == this) {
            return claimAndRun(task);
        }
        role.enter();
        try {
            return role.claimAndRun(task);
        } finally {
            role.exit();
        }
    }

    /** Runs the user's initializer, as a task so that a shutdown can interrupt it. Returns whether to go on. */
    private boolean initialize() {
        TaskFuture<?> initializer = pool.newInitializer();
        Object code = initializer == null ? null : initializer.claim();
        if (initializer == null || code == null) {
            return true;
        }
        initializing = true;
        run(initializer, code);
        initializing = false;
        tasksRun = 0;
        if (initializer.status() == TaskStatus.FAILED) {
            pool.breakWith(initializer.exceptionNow());
            return false;
        }
        return true;
    }

    @Override
    boolean isWorker() {
        return true;
    }

    /** Only at the end of the task that it took: a task that a callback waits for leaves it as busy as it was. */
    @Override
    void becomeFree() {
        if (depth() == 1 && runsTaken && !initializing) {
            pool.workerFree(this);
        }
    }

    @Override
    void becomeBusyAgain() {
        if (depth() == 1 && runsTaken && !initializing) {
            pool.workerBusyAgain(this);
        }
    }

    @Override
    void codeLeft(TaskFuture<?> task, boolean callbacksFollow) {
        if (depth() == 0) {
            runsTaken = false;
            if (callbacksFollow) {
                pool.codeLeft(this);
            }
        }
    }
}
