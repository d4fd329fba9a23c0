package dev.millrace;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
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
final class Carried implements Callable<@Nullable Object>, Droppable {
    private final ExecutorService executor;
    private final Capabilities capabilities;
    private final TaskFuture<?> task;
    /** What the user submitted. */
    private final Object original;

    private final Parcel parcel;

    Carried(ExecutorService executor, Capabilities capabilities, TaskFuture<?> task, Object original) {
        this.executor = executor;
        this.capabilities = capabilities;
        this.task = task;
        this.original = original;
        Object sent = original instanceof MapChunk ? ((MapChunk<?, ?>) original).toSend() : original;
        parcel = Parcel.of(sent, task.isRunnable(), task.name());
    }

    Object original() {
        return original;
    }

    @Override
    public @Nullable Object call() throws Exception {
        Object value = fetch();
        return original instanceof MapChunk ? ((MapChunk<?, ?>) original).ranElsewhere(value) : value;
    }

    @Override
    public void run() {
        try {
            fetch();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            // Of a Runnable: an interrupt, or what it threw behind the compiler's back.
            throw new CompletionException(e);
        }
    }

    @Override
    public void dropped(Throwable cause) {
        if (original instanceof Droppable) {
            ((Droppable) original).dropped(cause);
        }
    }

    private @Nullable Object fetch() throws Exception {
        int attempts = 1 + task.home().retries();
        for (int attempt = 1; ; attempt++) {
            byte[] reply;
            try {
                reply = await(executor.submit(parcel));
            } catch (ExecutionException | RuntimeException e) {
                // Not what the task threw, which is in the reply.
                Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
                if (!capabilities.isLoss(e) && !capabilities.isLoss(cause)) {
                    throw asException(cause);
                }
                if (attempt == attempts) {
                    throw new WorkerLostException(task.name(), task.home().name(), attempts, cause);
                }
                continue;
            }
            return Parcel.open(reply);
        }
    }

    private static byte[] await(Future<byte[]> there) throws InterruptedException, ExecutionException {
        try {
            awaitDone(there);
            return there.get();
        } catch (InterruptedException e) {
            there.cancel(true);
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
            var unused = ((CompletionStage<?>) there).whenComplete((value, thrown) -> done.countDown());
            done.await();
        }
    }

    private static Exception asException(Throwable failure) {
        if (failure instanceof Error) {
            throw (Error) failure;
        }
        return (Exception) failure;
    }

    @Override
    public String toString() {
        return original.toString();
    }
}
