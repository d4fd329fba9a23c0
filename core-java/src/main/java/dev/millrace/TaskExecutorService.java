package dev.millrace;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ExecutorService} whose futures are {@link TaskFuture}s. A {@link ThreadPool} is one; {@link #adapt} makes
 * one of any other executor.
 *
 * <p>After a shutdown every method that takes a task throws {@link RejectedExecutionException}, which names the
 * executor and its state. Every accepted task ends: in success, failure, or cancelled.
 *
 * <p>Thread-safe. What a thread did before it submitted a task happens-before what the task does.
 */
public interface TaskExecutorService extends ExecutorService, AutoCloseable {
    /**
     * Submits a task. Where the executor's queue is bounded and full, what happens is up to its {@link WhenFull}.
     * Python: {@code Executor.submit}.
     *
     * @throws RejectedExecutionException if the task is not accepted; the message says why
     */
    @Override
    <T extends @Nullable Object> TaskFuture<T> submit(Callable<T> task);

    /** Submits a task without a value: the future's value is null. See {@link #submit(Callable)}. */
    @Override
    TaskFuture<?> submit(Runnable task);

    /** Submits a task whose future has the given value once it has run. See {@link #submit(Callable)}. */
    @Override
    <T extends @Nullable Object> TaskFuture<T> submit(Runnable task, T result);

    /** Submits a task with a name, a time limit, or a taker for a late outcome. See {@link #submit(Callable)}. */
    <T extends @Nullable Object> TaskFuture<T> submit(Callable<T> task, TaskOptions options);

    /**
     * Submits a task if there is room, or becomes room in time. Blocks so long at most, in turn with others who wait
     * for room; zero or less does not wait. Where the queue is unbounded there is always room; an adapted executor says
     * at once whether it takes the task.
     *
     * @return the future, or empty if there was no room: the task was then not accepted
     * @throws RejectedExecutionException if the executor is shut down, or if the calling thread is interrupted while it
     *     waits: then the cause is the {@link InterruptedException}, and the flag is set
     */
    <T extends @Nullable Object> Optional<TaskFuture<T>> trySubmit(Callable<T> task, Duration timeout);

    /**
     * Submits a task as soon as there is room, without blocking: until then the future pends in the line for room,
     * first come first served with the threads that block in {@link #submit(Callable)}. Cancelling it leaves the line.
     * If the executor is shut down meanwhile, the future fails with {@link RejectedExecutionException}.
     *
     * @throws RejectedExecutionException if the executor is shut down by now
     */
    <T extends @Nullable Object> TaskFuture<T> submitWhenRoom(Callable<T> task);

    /** {@link #submitWhenRoom(Callable)} with options; a time limit counts from this call. */
    <T extends @Nullable Object> TaskFuture<T> submitWhenRoom(Callable<T> task, TaskOptions options);

    /**
     * Takes no new task from now on; what was accepted still runs. Does not wait. May be called again, and from a task.
     * Python: {@code Executor.shutdown(wait=False)}.
     */
    @Override
    void shutdown();

    /**
     * {@link #shutdown()}, and cancels what has not begun. What runs goes on. Python:
     * {@code Executor.shutdown(wait=False, cancel_futures=True)}.
     */
    void shutdownAndCancelPending();

    /**
     * {@link #shutdownAndCancelPending()}, and interrupts what runs. The futures of what runs are not cancelled: they end
     * as their code does, mostly failed with the {@link InterruptedException}.
     *
     * @return the code of the tasks that never began, in the order of the queue: the Runnable that was given to {@code
     *     execute} or {@code submit(Runnable)} itself, else a Runnable that calls what was submitted. Their futures are
     *     cancelled.
     */
    @Override
    List<Runnable> shutdownNow();

    /**
     * Waits until, after a shutdown, all work has ended, and the callbacks that run on the executor's threads, so long
     * at most.
     *
     * @return whether that was so in time
     * @throws IllegalStateException if called from a task of this executor, which would wait for itself
     */
    @Override
    boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException;

    /**
     * {@link #shutdown()}, and waits until all work has ended and no thread is left. If the calling thread is
     * interrupted it calls {@link #shutdownNow()}, goes on waiting, and sets the flag again in the end. Python: leaving
     * {@code with}.
     *
     * @throws IllegalStateException if called from a task of this executor, which would wait for itself
     */
    @Override
    void close();

    /**
     * {@link #shutdown()}, and lets the work go on so long at most; then cancels what has not begun, interrupts what
     * runs, and gives that one more second. An interrupt of the calling thread ends the first part early, and is set
     * again in the end.
     *
     * @return what was given up, and who refuses to end
     * @throws IllegalStateException if called from a task of this executor, which would wait for itself
     */
    ShutdownReport close(Duration drainFor);

    /**
     * Makes any executor one of these: the same futures, with cancellation that reaches the running code. The executor
     * keeps its own queue, threads and rules; shutting the result down shuts it down. One that is a {@code
     * TaskExecutorService} is returned as it is.
     *
     * <pre>{@code
     * var pool = TaskExecutorService.adapt(Executors.newVirtualThreadPerTaskExecutor());
     * }</pre>
     *
     * <p>A waiting task runs no pending one itself, as it would in a {@link ThreadPool}; tasks that are given to the
     * original executor directly are not seen here. The futures of tasks that the executor drops without a word are
     * cancelled when {@code close} or {@code awaitTermination} finds that it has terminated.
     */
    static TaskExecutorService adapt(ExecutorService executor) {
        return executor instanceof TaskExecutorService
                ? (TaskExecutorService) executor
                : new ExecutorAdapter(executor, Backend.SYSTEM);
    }
}
