// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

/** What is known of one task so far. Thread-safe. Times are of {@code System.nanoTime}. */
final class TaskRecord {
    private final String name;
    private final long submitNanos;
    /** Null until it runs. Guarded by this, as are the next. */
    private Lane lane;

    private String thread;
    private int depth;
    private long startNanos;
    /** When the code had returned; for a task whose code never ran, when it ended. */
    private long stopNanos;

    private boolean hasStopped;
    private Outcome outcome = Outcome.UNFINISHED;

    TaskRecord(String name, long submitNanos) {
        this.name = name;
        this.submitNanos = submitNanos;
    }

    long submitNanos() {
        return submitNanos;
    }

    synchronized void start(Lane lane, String thread, int depth, long nanos) {
        this.lane = lane;
        this.thread = thread;
        this.depth = depth;
        startNanos = nanos;
    }

    /** Returns whether that is the last that is heard of the task: its outcome is known. */
    synchronized boolean stop(long nanos) {
        stopNanos = nanos;
        hasStopped = true;
        return outcome != Outcome.UNFINISHED;
    }

    /** Returns whether that is the last that is heard of the task: its code has run, or {@code neverRuns}. */
    synchronized boolean end(Outcome outcome, boolean neverRuns, long nanos) {
        this.outcome = outcome;
        if (neverRuns && lane == null) {
            stopNanos = nanos;
            hasStopped = true;
        }
        return hasStopped;
    }

    /** Null until it runs. */
    synchronized Lane lane() {
        return lane;
    }

    /** As it stands, with times since {@code began}. */
    synchronized Recording.Task toTask(long began) {
        return new Recording.Task(
                name,
                submitNanos - began,
                lane != null,
                lane == null ? 0 : startNanos - began,
                (hasStopped ? stopNanos : System.nanoTime()) - began,
                hasStopped ? outcome : Outcome.UNFINISHED,
                lane == null ? -1 : lane.index(),
                thread,
                depth);
    }
}
