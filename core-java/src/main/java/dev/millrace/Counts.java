// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many tasks of a pool ended how. A success is not counted, so that it costs nothing: each thread counts what it runs
 * anyway ({@link Runner#tasksRun}), and what ran otherwise than to success is counted here.
 */
final class Counts {
    private final LongAdder failed = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    /** Runs on threads that are no workers of the pool. */
    private final LongAdder runsOnVisitors = new LongAdder();
    /** Runs that threw, or whose task was cancelled or out of time before. */
    private final LongAdder runsInVain = new LongAdder();

    /** The outcome is fixed. */
    void done(TaskFuture<?> task) {
        // No switch: that is a class of its own, and this may be called where there is no stack left to load one.
        if (task.isCancelled()) {
            cancelled.increment();
        } else if (task.timedOut()) {
            timedOut.increment();
        } else if (task.hasFailed()) {
            failed.increment();
        }
    }

    void rejected() {
        rejected.increment();
    }

    void ranOnVisitor() {
        runsOnVisitors.increment();
    }

    void ranInVain() {
        runsInVain.increment();
    }

    long failedSoFar() {
        return failed.sum();
    }

    long cancelledSoFar() {
        return cancelled.sum();
    }

    long timedOutSoFar() {
        return timedOut.sum();
    }

    long rejectedSoFar() {
        return rejected.sum();
    }

    long succeededSoFar(long runsOfWorkers) {
        return Math.max(0, runsOfWorkers + runsOnVisitors.sum() - runsInVain.sum());
    }
}
