// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/** A Callable that never ran, as one of the Runnables that {@code shutdownNow} returns. */
final class DroppedCallable implements Runnable {
    private final Callable<?> code;
    private final String taskName;

    DroppedCallable(Callable<?> code, String taskName) {
        this.code = code;
        this.taskName = taskName;
    }

    @Override
    public void run() {
        try {
            code.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public String toString() {
        return "dropped task " + taskName;
    }
}
