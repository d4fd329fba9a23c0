// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.CancellationException;

/**
 * What a wait for a cancelled task throws. It names the task, so that "the task was cancelled" can be told from "I was
 * cancelled", which is a plain {@link CancellationException}.
 */
public final class TaskCancelledException extends CancellationException {
    private static final long serialVersionUID = 1;

    private final String taskName;

    TaskCancelledException(String taskName) {
        super("task " + taskName + " was cancelled");
        this.taskName = taskName;
    }

    /** The task's {@link TaskFuture#name() name}. */
    public String taskName() {
        return taskName;
    }
}
