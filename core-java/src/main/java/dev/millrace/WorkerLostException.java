// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/**
 * The worker that had the task is lost, and no outcome will come: its process has ended, or the connection to it broke.
 * The task may have run: wholly, in part, or not at all. Only of executors that run tasks elsewhere; see {@link Capabilities}.
 *
 * <p>A task that may run twice can be sent again: {@link TaskOptions#withRetries}, {@link MapOptions#withRetries}.
 */
public final class WorkerLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WorkerLostException(String taskName, String executorName, int attempts, Throwable cause) {
        super(
                "the worker of " + executorName + " that had task " + taskName + " is lost"
                        + (attempts == 1 ? "" : ", at the last of " + attempts + " attempts")
                        + "; the task may have run: " + Failure.describe(cause),
                cause);
    }
}
