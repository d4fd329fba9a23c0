// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/**
 * A thread that waits for a task which it would run itself, but cannot now: the task's view is full, or the tasks of which
 * the outcome is made run elsewhere or have yet to come. When that changes, the thread is woken to try again: it may be
 * the only one left that can.
 */
final class Stall {
    final Thread thread = Thread.currentThread();
    /** What it waits for. */
    final TaskFuture<?> task;

    private volatile boolean over;

    Stall(TaskFuture<?> task) {
        this.task = task;
    }

    /** It is worth trying again. Whoever calls this wakes the thread. */
    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }

    /** The wait is over. */
    void remove() {
        task.home().endStall(this);
    }
}
