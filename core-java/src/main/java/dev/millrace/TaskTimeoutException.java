// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;

/**
 * Time ran out: a task's own limit ({@link TaskOptions#withTimeout}), or that of a wait for several
 * ({@link TaskFutures#asCompleted(Iterable, Duration)}, {@link MapOptions#withTimeout}, {@link TaskGroup#joinUntil}).
 * Where a task was running, the stack trace of this exception is that of the thread that ran it, at the moment when time
 * ran out; where it had not begun, the stack trace is empty.
 */
public final class TaskTimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What was going on when time ran out. */
    public enum Phase {
        /** The task had not begun: it waited for room or for a worker. */
        QUEUED,
        /** The task's code was running; it was interrupted. */
        RUNNING,
        /** It was not a task's limit but that of who waits for several: of {@code asCompleted}, a map or a group. */
        WAITING
    }

    private final Phase phase;

    private TaskTimeoutException(Phase phase, String message) {
        super(message);
        this.phase = phase;
    }

    static TaskTimeoutException queued(String taskName, Duration limit) {
        TaskTimeoutException e = new TaskTimeoutException(
                Phase.QUEUED, "task " + taskName + " was not begun within its limit of " + limit);
        e.setStackTrace(new StackTraceElement[0]);
        return e;
    }

    static TaskTimeoutException running(String taskName, Duration limit, Thread thread) {
        TaskTimeoutException e = new TaskTimeoutException(
                Phase.RUNNING,
                "task " + taskName + " was not finished within its limit of " + limit + ": running on "
                        + thread.getName());
        e.setStackTrace(thread.getStackTrace());
        return e;
    }

    static TaskTimeoutException waiting(int unfinished, int total, Duration limit) {
        return new TaskTimeoutException(
                Phase.WAITING, unfinished + " of " + total + " futures unfinished after " + limit);
    }

    static TaskTimeoutException ofMap(String executorName, String howFar, Duration limit) {
        return new TaskTimeoutException(
                Phase.WAITING,
                "the map over " + executorName + " did not end within its limit of " + limit + ": " + howFar
                        + ", and there may be more");
    }

    static TaskTimeoutException ofGroup(String executorName, int unfinished, int total, Duration limit) {
        return new TaskTimeoutException(
                Phase.WAITING,
                unfinished + " of " + total + " tasks of the group on " + executorName + " unfinished after " + limit
                        + "; they were cancelled");
    }

    /** What was going on when time ran out. */
    public Phase phase() {
        return phase;
    }
}
