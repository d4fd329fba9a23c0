// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/**
 * A {@code Runnable} that wants to know if it will never run. Nobody holds a future of what was given to
 * {@link TaskExecutorService#execute execute}; without this, a shutdown that drops it would go unheard.
 */
public interface Droppable extends Runnable {
    /**
     * Called once, instead of {@code run}, in the thread that ended the task, under no lock: after {@code shutdownNow} or
     * {@code shutdownAndCancelPending}, or because no worker can be had. What it throws goes to that thread's
     * uncaught-exception handler. If {@code execute} throws because no worker could be started, this was called before.
     *
     * @param cause why it will not run
     */
    void dropped(Throwable cause);
}
