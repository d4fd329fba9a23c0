// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a pool four times in the time after which a task counts as stuck, as long as threads run for it: so that time may
 * be over for a quarter more when it is seen. Tasks pay nothing for it, and it holds none of them.
 */
final class Watchdog {
    private static final int LOOKS = 4;
    private static final long SHORTEST_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final PoolCore pool;
    private final long limitNanos;
    private final Consumer<StuckTask> handler;
    private final Sightings running = new Sightings();
    private final Sightings waiting = new Sightings();
    /** Of those that still run. */
    private final Set<TaskFuture<?>> told = weakSet();
    /** The watch that is kept; null: no alarm is set. */
    private final AtomicReference<@Nullable Watch> current = new AtomicReference<>();

    Watchdog(PoolCore pool, Duration limit, Consumer<StuckTask> handler) {
        this.pool = pool;
        this.limitNanos = Durations.toNanos(limit);
        this.handler = handler;
    }

    private static Set<TaskFuture<?>> weakSet() {
        return Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    }

    /** A worker, which is on the books, begins. */
    void workerStarted() {
        Watch watch = new Watch();
        if (current.get() == null && current.compareAndSet(null, watch)) {
            watch.setAlarm();
        }
    }

    /** A worker has left the books. If it was the last, nothing is to hold the pool. */
    void workerGone() {
        Watch watch = current.get();
        if (watch != null && isDeserted()) {
            watch.end();
        }
    }

    private boolean isDeserted() {
        return pool.runners().isEmpty();
    }

    /** From the first worker to the last. */
    private final class Watch {
        private volatile Backend.@Nullable Alarm alarm;
        /** The newest of each queue, as they were at the looks before. Used by one look at a time. */
        private final Set<TaskFuture<?>> marks = weakSet();
        /** Some wait too long, and that has been told; the next is told of when there was none in between. */
        private boolean toldOfQueue;

        void setAlarm() {
            long period = Math.max(SHORTEST_PERIOD_NANOS, limitNanos / LOOKS);
            // Not on the timer's thread: the handler is the user's code.
            alarm = pool.backend.schedule(() -> pool.backend.runOnDemand(this::ring), period);
        }

        private void ring() {
            if (current.get() != this) {
                return;
            }
            try {
                look();
            } finally {
                if (isDeserted()) {
                    end();
                } else if (current.get() == this) {
                    setAlarm();
                }
            }
        }

        void end() {
            Backend.Alarm armed = alarm;
            if (current.compareAndSet(this, null)) {
                if (armed != null) {
                    armed.disarm();
                }
                // A worker that was put on the books before found this watch kept.
                if (!isDeserted()) {
                    workerStarted();
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
            for (TaskFuture<?> mark : new HashSet<>(marks)) {
                long nanos = waiting.nanos(mark, now);
                if (nanos >= limitNanos && (late == null || nanos > waiting.nanos(late, now))) {
                    late = mark;
                }
            }
            if (late != null && !toldOfQueue) {
                reportQueued(late, waiting.nanos(late, now));
            }
            toldOfQueue = late != null;
            if (late == null) {
                // While one is late, no other is needed.
                marks.addAll(pool.decisions().ask(PoolState::newestQueued));
            }
            waiting.see(new HashSet<>(marks), now);
        }
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
