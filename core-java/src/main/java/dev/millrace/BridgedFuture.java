// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A task's outcome as a {@code CompletableFuture} whose {@code cancel} reaches the task. */
final class BridgedFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    private final TaskFuture<T> task;

    BridgedFuture(TaskFuture<T> task) {
        this.task = task;
    }

    /** The task is done. Its own exception goes in as it is: dependents see one CompletionException around it. */
    void settle(TaskFuture<T> done) {
        switch (done.status()) {
            case SUCCESS:
                complete(done.resultNow());
                break;
            case FAILED:
                completeExceptionally(done.exceptionNow());
                break;
            default:
                completeExceptionally(new TaskCancelledException(done.name()));
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        task.cancel(mayInterruptIfRunning);
        return super.cancel(mayInterruptIfRunning);
    }
}
