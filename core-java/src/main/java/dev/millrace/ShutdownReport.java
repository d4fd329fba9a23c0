// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How {@link TaskExecutorService#close(java.time.Duration)} ended: whether all work was done in time, what had to be
 * given up, and who refuses to end. Immutable.
 */
public final class ShutdownReport {
    private final boolean terminated;
    private final List<String> cancelled;
    private final List<String> interrupted;
    private final List<Straggler> stragglers;

    ShutdownReport(boolean terminated, List<String> cancelled, List<String> interrupted, List<Straggler> stragglers) {
        this.terminated = terminated;
        this.cancelled = Collections.unmodifiableList(cancelled);
        this.interrupted = Collections.unmodifiableList(interrupted);
        this.stragglers = Collections.unmodifiableList(stragglers);
    }

    /** Whether everything has ended: no task pends or runs, and no thread is left. */
    public boolean isTerminated() {
        return terminated;
    }

    /** The names of the pending tasks that were cancelled because the time was over. */
    public List<String> cancelled() {
        return cancelled;
    }

    /** The names of the running tasks that were interrupted because the time was over. */
    public List<String> interrupted() {
        return interrupted;
    }

    /** The threads that still ran code when {@code close} returned; empty if {@link #isTerminated()}. */
    public List<Straggler> stragglers() {
        return stragglers;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ShutdownReport[")
                .append(terminated ? "terminated" : "not terminated")
                .append(", cancelled=")
                .append(cancelled)
                .append(", interrupted=")
                .append(interrupted)
                .append(']');
        for (Straggler straggler : stragglers) {
            text.append(System.lineSeparator()).append(straggler);
        }
        return text.toString();
    }

    /** A thread that did not end, what it ran, and where it was. */
    public static final class Straggler {
        private final String threadName;
        private final @Nullable String taskName;
        private final List<StackTraceElement> stack;

        Straggler(Thread thread, @Nullable String taskName) {
            threadName = thread.getName();
            this.taskName = taskName;
            stack = List.of(thread.getStackTrace());
        }

        /** The thread's name. */
        public String threadName() {
            return threadName;
        }

        /** The name of the task whose code it ran, or null if it ran a callback or the pool's own code. */
        public @Nullable String taskName() {
            return taskName;
        }

        /** Where it was, the innermost frame first. */
        public List<StackTraceElement> stack() {
            return stack;
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(threadName)
                    .append(" refuses to end")
                    .append(taskName == null ? "" : ", in task " + taskName);
            for (StackTraceElement frame : stack) {
                text.append(System.lineSeparator()).append("    at ").append(frame);
            }
            return text.toString();
        }
    }
}
