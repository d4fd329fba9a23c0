// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task that has run, or waited for a worker, for longer than {@link ThreadPool.Builder#stuckAfter} says. Immutable. */
public final class StuckTask {
    private final String pool;
    private final String task;
    private final Duration atLeast;
    private final @Nullable Thread thread;
    private final List<StackTraceElement> stack;
    private final int queued;

    StuckTask(
            String pool,
            TaskFuture<?> task,
            Duration atLeast,
            @Nullable Thread thread,
            List<StackTraceElement> stack,
            int queued) {
        this.pool = pool;
        this.task = task.name();
        this.atLeast = atLeast;
        this.thread = thread;
        this.stack = stack;
        this.queued = queued;
    }

    /** The pool's name. */
    public String pool() {
        return pool;
    }

    /** The task's name. */
    public String task() {
        return task;
    }

    /** How long it has run, or waited, at least. */
    public Duration duration() {
        return atLeast;
    }

    /** Whether it waits for a worker; if not, it runs. */
    public boolean isQueued() {
        return thread == null;
    }

    /** The thread that runs it; null if it waits for a worker. */
    public @Nullable Thread thread() {
        return thread;
    }

    /** What that thread was doing when it was looked at; empty if the task waits for a worker. */
    public List<StackTraceElement> stack() {
        return stack;
    }

    /** The message, with the stack if there is one. */
    @Override
    public String toString() {
        if (thread == null) {
            return "task " + task + " of pool " + pool + " has waited for a worker for at least " + atLeast + "; "
                    + queued + " tasks wait";
        }
        StringBuilder text = new StringBuilder(
                "task " + task + " of pool " + pool + " has run for at least " + atLeast + " on " + thread.getName());
        stack.forEach(
                frame -> text.append(System.lineSeparator()).append("    at ").append(frame));
        return text.toString();
    }
}
