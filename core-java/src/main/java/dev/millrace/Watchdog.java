// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks at a pool four times in the time after which a task counts as stuck, as long as the pool has workers: so that time
 * may be over for a quarter more when it is seen. Tasks pay nothing for it.
 */
final class Watchdog {
    private static final int LOOKS = 4;
    private static final long SHORTEST_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final PoolCore pool;
    private final long limitNanos;
    private final Consumer<StuckTask> handler;
    private final Sightings running = new Sightings();
    private final Sightings waiting = new Sightings();
    /** Of those that still run. Used by one look at a time. */
    private final Set<TaskFuture<?>> told = Collections.newSetFromMap(new WeakHashMap<>());
    /** The newest of each queue, as they were at the looks before, and have not begun. Used by one look at a time. */
    private List<TaskFuture<?>> marks = new ArrayList<>();
    /** Some wait too long, and that has been told; the next is told of when there was none in between. */
    private boolean toldOfQueue;
    /** Guarded by this. */
    private boolean armed;

    Watchdog(PoolCore pool, Duration limit, Consumer<StuckTask> handler) {
        this.pool = pool;
        this.limitNanos = Durations.toNanos(limit);
        this.handler = handler;
    }

    /** A worker, which is on the books, begins. */
    synchronized void workerStarted() {
        if (!armed) {
            armed = true;
            arm();
        }
    }

    private void arm() {
        long period = Math.max(SHORTEST_PERIOD_NANOS, limitNanos / LOOKS);
        // Not on the timer's thread: the handler is the user's code.
        pool.backend.schedule(() -> pool.backend.runOnDemand(this::lookAndGoOn), period);
    }

    private void lookAndGoOn() {
        try {
            look();
        } finally {
            synchronized (this) {
                // One that is put on the books after this look finds it not armed.
                armed = pool.decisions().ask(PoolState::workers) > 0;
                if (armed) {
                    arm();
                }
            }
        }
    }

    private void look() {
        long now = pool.backend.nanoTime();
        Set<TaskFuture<?>> all = new HashSet<>();
        for (Runner runner : pool.runners()) {
            List<TaskFuture<?>> tasks = runner.tasks();
            all.addAll(tasks);
            for (TaskFuture<?> task : tasks) {
                Thread thread = runner.thread();
                if (thread != null && running.nanos(task, now) >= limitNanos && !told.contains(task)) {
                    reportRunning(task, running.nanos(task, now), runner, thread);
                }
            }
        }
        running.see(all, now);
        lookAtQueues(now);
    }

    private void lookAtQueues(long now) {
        marks.removeIf(task -> !task.isPending());
        TaskFuture<?> late = null;
        for (TaskFuture<?> mark : marks) {
            late = late == null && waiting.nanos(mark, now) >= limitNanos ? mark : late;
        }
        if (late != null && !toldOfQueue) {
            reportQueued(late, waiting.nanos(late, now));
        }
        toldOfQueue = late != null;
        for (TaskFuture<?> newest : pool.decisions().ask(PoolState::newestQueued)) {
            // While one is late, no other is needed.
            if (late == null && !marks.contains(newest)) {
                marks.add(newest);
            }
        }
        waiting.see(marks, now);
    }

    private void reportRunning(TaskFuture<?> task, long nanos, Runner runner, Thread thread) {
        List<StackTraceElement> stack = List.of(thread.getStackTrace());
        // It may have left meanwhile, and the stack is another's.
        if (runner.tasks().contains(task)) {
            told.add(task);
            tell(new StuckTask(pool.name(), task, Duration.ofNanos(nanos), thread, stack, 0));
        }
    }

    private void reportQueued(TaskFuture<?> task, long nanos) {
        int tasks = pool.decisions().ask(PoolState::queued);
        tell(new StuckTask(pool.name(), task, Duration.ofNanos(nanos), null, List.of(), tasks));
    }

    private void tell(StuckTask stuck) {
        try {
            handler.accept(stuck);
        } catch (Throwable thrown) {
            Callbacks.uncaught(thrown);
        }
    }

    /** What is done with one that is stuck if nothing else was said. */
    static void log(StuckTask stuck) {
        Log.WARNING.write(null, stuck::toString);
    }
}
