// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The code of a task that runs elsewhere: a worker of ours hands it to the executor there and waits for what comes back.
 * An interrupt of the worker, as a cancel brings it, cancels the task there.
 */
final class Carried extends Wrapped {
    private final ExecutorService executor;
    private final Capabilities capabilities;
    private final TaskFuture<?> task;
    private final Parcel parcel;

    Carried(ExecutorService executor, Capabilities capabilities, TaskFuture<?> task, Object original) {
        super(original);
        this.executor = executor;
        this.capabilities = capabilities;
        this.task = task;
        Object sent = original instanceof MapChunk ? ((MapChunk<?, ?>) original).toSend() : original;
        parcel = Parcel.of(sent, task.isRunnable(), task.name());
    }

    @Override
    public @Nullable Object call() throws Exception {
        return original() instanceof MapChunk ? fetchChunk((MapChunk<?, ?>) original()) : fetch(parcel);
    }

    @Override
    public void run() {
        try {
            Object unused = fetch(parcel);
        } catch (Exception e) {
            throw Carried.<RuntimeException>asUnchecked(e);
        }
    }

    /** A chunk that stopped at an interrupt goes on, unless it was ours. */
    private @Nullable Object fetchChunk(MapChunk<?, ?> chunk) throws Exception {
        boolean hasRun = false;
        try {
            for (Parcel next = parcel; !chunk.ranElsewhere(fetch(next)); ) {
                ensureWanted();
                next = Parcel.of(chunk.toSend(), false, task.name());
            }
            hasRun = true;
            return null;
        } finally {
            if (!hasRun && !task.isDone()) {
                chunk.failedElsewhere();
            }
        }
    }

    private @Nullable Object fetch(Parcel sent) throws Exception {
        int attempts = 1 + task.home().retries();
        for (int attempt = 1; ; attempt++) {
            byte[] reply;
            try {
                reply = await(executor.submit(sent));
            } catch (ExecutionException | RuntimeException e) {
                // Not what the task threw, which is in the reply.
                Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
                if (!capabilities.isLoss(e) && !capabilities.isLoss(cause)) {
                    throw Carried.<RuntimeException>asUnchecked(cause);
                }
                if (attempt == attempts) {
                    throw new WorkerLostException(task.name(), task.home().name(), attempts, cause);
                }
                ensureWanted();
                continue;
            }
            return Parcel.open(reply, task.name());
        }
    }

    /** Nothing is sent once more after a cancel, or after the end of its time or of the pool. */
    private void ensureWanted() throws InterruptedException {
        if (task.isDone() || task.home().isStopping() || Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static byte[] await(Future<byte[]> there) throws InterruptedException, ExecutionException {
        try {
            awaitDone(there);
            return there.get();
        } catch (InterruptedException e) {
            try {
                there.cancel(true);
            } catch (RuntimeException notTold) {
                // It is a message, too. Who cancelled here wants to hear of the interrupt, whatever became of that.
                e.addSuppressed(notTold);
            }
            throw e;
        } catch (CancellationException e) {
            // Not by us: whoever did it is elsewhere, and the task has failed here.
            throw new RejectedExecutionException("the task was cancelled elsewhere", e);
        }
    }

    /**
     * Not by {@code get}, where there is another way: in Hazelcast's, an interrupt is the end of the future, which then can
     * no longer be cancelled.
     */
    private static void awaitDone(Future<?> there) throws InterruptedException {
        if (there instanceof CompletionStage) {
            CountDownLatch done = new CountDownLatch(1);
            // In the thread that completes it: Hazelcast's own choice is the common pool, whose threads may all wait
            // here.
            var unused =
                    ((CompletionStage<?>) there).whenCompleteAsync((value, thrown) -> done.countDown(), Runnable::run);
            done.await();
        }
    }

    /** To throw it as it is, checked or not: as it was thrown elsewhere. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // it is thrown, and never looked at
    static <X extends Throwable> X asUnchecked(Throwable thrown) throws X {
        throw (X) thrown;
    }
}
