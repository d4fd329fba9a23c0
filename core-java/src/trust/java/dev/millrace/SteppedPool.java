// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pool without threads of its own: each of its workers does one step whenever a caller says so, on the caller's thread,
 * and comes back instead of parking. So Lincheck, which knows its own three threads only, sees all that a pool does.
 */
final class SteppedPool {
    /** Of each scenario in the short form: one takes some ten milliseconds. */
    static final int INTERLEAVINGS = 250;

    private final List<Worker> workers = new ArrayList<>();
    /** Those that a thread steps just now. */
    private final Set<Worker> stepping = new HashSet<>();

    private final List<TaskFuture<?>> accepted = new ArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();
    private final PoolCore core;
    private final ViewHome view;

    SteppedPool(int maxWorkers, int capacity) {
        core = new PoolCore(
                "stepped",
                maxWorkers,
                null,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                capacity,
                WhenFull.REJECT,
                this::started,
                null,
                null,
                new Observability(),
                new Stepping());
        view = core.newView(core, 1);
    }

    private void started(Worker worker) {
        synchronized (workers) {
            workers.add(worker);
        }
    }

    PoolCore core() {
        return core;
    }

    /** The home of tasks that run one at a time. */
    ViewHome view() {
        return view;
    }

    TaskFuture<Integer> newTask(TaskHome home) {
        return TaskFuture.of(home, runs::incrementAndGet);
    }

    /** Null if the pool did not take it. */
    TaskFuture<?> submit(TaskHome home) {
        TaskFuture<?> task = newTask(home);
        try {
            core.admission().accept(task);
        } catch (RejectedExecutionException refused) {
            return null;
        }
        accepted(task);
        return task;
    }

    void accepted(TaskFuture<?> task) {
        synchronized (accepted) {
            accepted.add(task);
        }
    }

    /** What {@code shutdownNow} does, but for interrupting threads that are Lincheck's. */
    void stop() {
        Lane root = core.lane();
        core.shutdown(root);
        List<TaskFuture<?>> drained = core.drainPending(root);
        core.decisions().decide(plan -> root.stop());
        Runner.inRoleOf(core, () -> drained.forEach(TaskFuture::cancelIfPending));
        core.decisions().drained(root, drained);
    }

    /** The worker goes on until it has run a task or parks; nothing if another thread steps it. Whether it did something. */
    boolean step(int index) {
        Worker worker;
        synchronized (workers) {
            worker = index < workers.size() ? workers.get(index) : null;
            if (worker == null || !isAwake(worker) || !stepping.add(worker)) {
                return false;
            }
        }
        worker.enter();
        try {
            TaskFuture<?> task = core.next(worker);
            if (task == null) {
                core.workerGone(worker);
            } else {
                core.roleFor(task, worker).claimAndRun(task);
            }
            return true;
        } catch (Parked parked) {
            return false;
        } finally {
            worker.exit();
            synchronized (workers) {
                stepping.remove(worker);
            }
        }
    }

    private static boolean isAwake(Worker worker) {
        return worker.standing != Worker.Standing.GONE && worker.standing != Worker.Standing.IDLE;
    }

    /** Whether all that were accepted come to their end if the workers that are awake go on. */
    void finish() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (int i = 0; i < workers.size(); i++) {
                moved |= step(i);
            }
        }
        int ran = 0;
        for (TaskFuture<?> task : accepted) {
            if (!task.isDone() || !task.hasExited()) {
                throw new IllegalStateException(task + " was lost: " + describe());
            }
            ran += task.status() == TaskStatus.SUCCESS ? 1 : 0;
        }
        if (runs.get() != ran) {
            throw new IllegalStateException(ran + " tasks succeeded, code ran " + runs + " times");
        }
    }

    String describe() {
        return core.describe();
    }

    /** A worker would park now. */
    private static final class Parked extends RuntimeException {
        private static final long serialVersionUID = 1;

        Parked() {
            super(null, null, false, false);
        }
    }

    private static final class Stepping extends Backend {
        @Override
        long nanoTime() {
            return 0;
        }

        @Override
        void park(Object blocker) {
            throw new Parked();
        }

        @Override
        void parkNanos(Object blocker, long nanos) {
            throw new Parked();
        }

        @Override
        void unpark(Thread thread) {}

        @Override
        void start(Thread thread) {
            throw new AssertionError("its workers have no threads");
        }

        @Override
        Alarm schedule(Runnable action, long nanos) {
            throw new AssertionError(TimeUnit.NANOSECONDS.toSeconds(nanos) + " s: no task here has a time limit");
        }

        @Override
        void runOnDemand(Runnable action) {
            action.run();
        }
    }
}
