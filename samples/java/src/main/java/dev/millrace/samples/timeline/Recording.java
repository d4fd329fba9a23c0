// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import java.time.Instant;
import java.util.List;

/**
 * What a timeline shows: the tasks in the order of their submits, with times in nanoseconds since {@code began}, which
 * is the first submit. {@code notRecorded} tasks came when there was no more room.
 */
record Recording(String title, Instant began, List<String> lanes, List<Task> tasks, long nanos, long notRecorded) {
    /**
     * Of a task that never ran, {@code stopNanos} is when it ended, and the last three mean nothing; {@code depth} is
     * the number of tasks in the middle of which the thread ran it; {@code lane} counts from 0.
     */
    record Task(
            String name,
            long submitNanos,
            boolean ran,
            long startNanos,
            long stopNanos,
            Outcome outcome,
            int lane,
            String thread,
            int depth) {

        /** When it no longer waited. */
        long leaveNanos() {
            return ran ? startNanos : stopNanos;
        }

        long waitNanos() {
            return leaveNanos() - submitNanos;
        }

        long runNanos() {
            return stopNanos - startNanos;
        }

        /** Whether it waits where the recording ends. */
        boolean isPending() {
            return !ran && outcome == Outcome.UNFINISHED;
        }
    }

    /** When tasks began to wait, ascending. */
    long[] submits() {
        return tasks.stream().mapToLong(Task::submitNanos).toArray();
    }

    /** When tasks no longer waited, ascending: they ran, or ended without. */
    long[] leaves() {
        return tasks.stream()
                .filter(task -> !task.isPending())
                .mapToLong(Task::leaveNanos)
                .sorted()
                .toArray();
    }
}
