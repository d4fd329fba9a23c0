// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** Where a task stands: {@code PENDING → RUNNING → SUCCESS | FAILED | CANCELLED}; the last three are final. */
public enum TaskStatus {
    /** Accepted, not begun. */
    PENDING,
    /** A thread runs the code. */
    RUNNING,
    /** The code returned; its value is there. */
    SUCCESS,
    /** The code threw, or the task could not be run, or ran out of time. */
    FAILED,
    /** Somebody cancelled it. Its code may still be on its way out: see {@link TaskFuture#hasExited()}. */
    CANCELLED;

    /** Whether this status is final. */
    public boolean isDone() {
        return this != PENDING && this != RUNNING;
    }
}
