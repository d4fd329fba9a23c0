// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ExecutorService} whose futures are {@link TaskFuture}s. A {@link ThreadPool} is one; {@link #adapt} makes
 * one of any other executor.
 *
 * <p>After a shutdown every method that takes a task throws {@link RejectedExecutionException}, which names the
 * executor and its state. Every accepted task ends: in success, failure, or cancelled.
 *
 * <p>{@code execute} makes no future: what its code throws goes to the uncaught-exception handler of the thread that
 * runs it. {@code invokeAll} and {@code invokeAny} throw what a submit of one of their tasks would throw, and then
 * cancel the others; where a submit waits for room, their tasks stand in the line together.
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

    /** Submits a task without a value, with options. See {@link #submit(Callable)}. */
    TaskFuture<?> submit(Runnable task, TaskOptions options);

    /**
     * Submits a task if there is room, or becomes room in time, whatever the queue's {@link WhenFull} says. Blocks so
     * long at most, in turn with others who wait for room; zero or less does not wait. Where the queue is unbounded
     * there is always room; an adapted executor says at once whether it takes the task.
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
     * Runs a task as {@code execute} does, but neither waits for room nor is refused for lack of it: for what was admitted
     * before and only goes on, as a coroutine does. Does not block. One that is {@link Droppable} hears if it is dropped.
     *
     * @throws RejectedExecutionException if the executor is shut down or broken, or is an adapted one that refuses
     */
    void executeBeyondBound(Runnable task);

    /**
     * Calls {@code fn} for each input on the executor's threads; the stream hands out the results in the order of the
     * inputs. A first window of items is started by this call, in the calling thread; further inputs are read, by who
     * consumes the stream, only as results are taken, and each result is let go of when it has been handed out. So the
     * input may be endless, and a slow consumer holds it back. Its iterator is asked for once, so {@code () ->
     * lines.iterator()} will do for a stream of lines. Inputs and results may be null.
     *
     * <pre>{@code
     * try (Stream<String> pages = pool.map(urls, this::fetch)) {
     *     pages.limit(3).forEach(this::show);
     * } // cancels the rest
     * }</pre>
     *
     * <p>Taking a result blocks until it is there. If {@code fn} throws, or the input does, that is thrown at its place,
     * after all results before it, as {@link TaskFuture#join} throws it; if the consumer is interrupted while it waits,
     * a {@link java.util.concurrent.CompletionException} with the {@link InterruptedException}, and the flag is set. The
     * same happens at the end of the limit ({@link MapOptions#withTimeout}) and when the executor is shut down in the
     * middle ({@link RejectedExecutionException}). Each of these, and closing the stream, cancels the rest: nothing more
     * is read, what pends is withdrawn, what runs is interrupted. Another thread may close the stream, too; then the
     * consumer gets an {@link IllegalStateException}, never an early end. A stream that is neither consumed to its end nor
     * closed, as after {@code limit}, leaves a window of items at most to finish by themselves.
     *
     * <p>A task may consume the stream of its own pool: it then runs pending items itself. {@code parallel()} changes
     * nothing: one thread takes the results. On a bounded pool the window shrinks to the room there is, whatever its
     * {@link WhenFull}. Python: {@code Executor.map}, {@code Pool.imap}.
     */
    default <A extends @Nullable Object, R extends @Nullable Object> Stream<R> map(
            Iterable<? extends A> inputs, ThrowingFunction<? super A, ? extends R> fn) {
        return map(inputs, fn, MapOptions.DEFAULTS);
    }

    /**
     * {@link #map(Iterable, ThrowingFunction)} with options: the window, chunks, results in the order in which they are
     * done, a time limit, progress. Python: {@code Pool.imap_unordered}, {@code chunksize}, {@code timeout}.
     */
    <A extends @Nullable Object, R extends @Nullable Object> Stream<R> map(
            Iterable<? extends A> inputs, ThrowingFunction<? super A, ? extends R> fn, MapOptions options);

    /**
     * {@link #map(Iterable, ThrowingFunction, MapOptions)}, where each result comes as a future that is done, so that the
     * failure of one item does not end the map.
     */
    <A extends @Nullable Object, R extends @Nullable Object> Stream<TaskFuture<R>> map(
            Iterable<? extends A> inputs,
            ThrowingFunction<? super A, ? extends R> fn,
            MapOptions.CollectingFailures options);

    /**
     * {@link #map(Iterable, ThrowingFunction)} over two inputs, taken in pairs; stops where the shorter one does. Python:
     * {@code Executor.map(fn, xs, ys)}, {@code Pool.starmap}.
     */
    default <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> Stream<R> map(
            Iterable<? extends A> first,
            Iterable<? extends B> second,
            ThrowingBiFunction<? super A, ? super B, ? extends R> fn) {
        return map(first, second, fn, MapOptions.DEFAULTS);
    }

    /** {@link #map(Iterable, Iterable, ThrowingBiFunction)} with options. */
    default <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> Stream<R> map(
            Iterable<? extends A> first,
            Iterable<? extends B> second,
            ThrowingBiFunction<? super A, ? super B, ? extends R> fn,
            MapOptions options) {
        return map(Pairs.of(first, second), Pairs.unpacking(fn), options);
    }

    /** {@link #map(Iterable, Iterable, ThrowingBiFunction)} whose results come as futures that are done. */
    default <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            Stream<TaskFuture<R>> map(
                    Iterable<? extends A> first,
                    Iterable<? extends B> second,
                    ThrowingBiFunction<? super A, ? super B, ? extends R> fn,
                    MapOptions.CollectingFailures options) {
        return map(Pairs.of(first, second), Pairs.unpacking(fn), options);
    }

    /**
     * Calls {@code fn} for each input on the executor's threads; the future has all results, in the order of the inputs.
     * The inputs are read to their end by this call; nobody waits afterwards, and no thread stands by. The first failure
     * in time fails the future and cancels the rest; cancelling the future cancels all of it. Without a window and
     * without {@link MapOptions#AUTO} all items are submitted by this call, if the executor has room for them: a shutdown
     * that comes before all are submitted fails the future. Python: {@code Pool.map_async}.
     *
     * <pre>{@code
     * pool.mapAsync(urls, this::fetch).onDone(pages -> show(pages.join().size()));
     * }</pre>
     */
    default <A extends @Nullable Object, R extends @Nullable Object> TaskFuture<List<R>> mapAsync(
            Iterable<? extends A> inputs, ThrowingFunction<? super A, ? extends R> fn) {
        return mapAsync(inputs, fn, MapOptions.DEFAULTS);
    }

    /** {@link #mapAsync(Iterable, ThrowingFunction)} with options; without order the results stand as they came. */
    <A extends @Nullable Object, R extends @Nullable Object> TaskFuture<List<R>> mapAsync(
            Iterable<? extends A> inputs, ThrowingFunction<? super A, ? extends R> fn, MapOptions options);

    /** {@link #mapAsync(Iterable, ThrowingFunction)} whose results are futures that are done: no item's failure ends it. */
    <A extends @Nullable Object, R extends @Nullable Object> TaskFuture<List<TaskFuture<R>>> mapAsync(
            Iterable<? extends A> inputs,
            ThrowingFunction<? super A, ? extends R> fn,
            MapOptions.CollectingFailures options);

    /**
     * {@link #mapAsync(Iterable, ThrowingFunction)} over two inputs, taken in pairs; stops where the shorter one does.
     * Python: {@code Pool.starmap_async}.
     */
    default <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            TaskFuture<List<R>> mapAsync(
                    Iterable<? extends A> first,
                    Iterable<? extends B> second,
                    ThrowingBiFunction<? super A, ? super B, ? extends R> fn) {
        return mapAsync(first, second, fn, MapOptions.DEFAULTS);
    }

    /** {@link #mapAsync(Iterable, Iterable, ThrowingBiFunction)} with options. */
    default <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            TaskFuture<List<R>> mapAsync(
                    Iterable<? extends A> first,
                    Iterable<? extends B> second,
                    ThrowingBiFunction<? super A, ? super B, ? extends R> fn,
                    MapOptions options) {
        return mapAsync(Pairs.of(first, second), Pairs.unpacking(fn), options);
    }

    /**
     * A new group: tasks that end together, and none of which outlives the block that closes it.
     *
     * <pre>{@code
     * try (TaskGroup group = pool.group()) {
     *     urls.forEach(url -> group.submit(() -> fetch(url)));
     *     group.join();
     * }
     * }</pre>
     */
    TaskGroup group();

    /**
     * A view of this executor, on which at most so many tasks run at a time: with a queue and a shutdown of its own and
     * without threads. {@code limited(1)} is a serial lane: its tasks run in order, one at a time, and what one did
     * happens-before the next. A task counts until its code has left, not until it is cancelled.
     *
     * <pre>{@code
     * TaskExecutorService log = pool.limited(1);
     * log.execute(() -> write(line));
     * }</pre>
     *
     * <p>Views that have work take turns with each other, and with what is submitted to the pool itself: a flood in one
     * delays the others by no more than its share. A task of a view that waits for a pending task of the same view runs
     * the view's queue in order up to that one, inside its own turn. The bound of the pool's queue covers all views
     * together; a task of the pool that submits to a full view is never held up by it. Shutting a view down ends that
     * view, and the views of it; shutting this executor down includes its views. A view needs no closing: an idle one
     * costs nothing.
     *
     * @throws IllegalArgumentException if less than one
     */
    TaskExecutorService limited(int maxConcurrency);

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
     * {@link #shutdown()}, and lets the work go on so long at most, not at all if zero or less; then cancels what has
     * not begun, interrupts what runs, and gives that one more second. An interrupt of the calling thread ends the
     * first part early, and is set again in the end.
     *
     * @return what was given up, and who refuses to end
     * @throws IllegalStateException if called from a task of this executor, which would wait for itself
     */
    ShutdownReport close(Duration drainFor);

    /** What stands behind this executor, and what that can do. */
    Capabilities capabilities();

    /**
     * Makes any executor one of these: the same futures, with cancellation that reaches the running code. The executor
     * keeps its own queue, threads and rules; shutting the result down shuts it down. One that is a {@code
     * TaskExecutorService} is returned as it is.
     *
     * <pre>{@code
     * var pool = TaskExecutorService.adapt(Executors.newVirtualThreadPerTaskExecutor());
     * }</pre>
     *
     * <p>Where a {@link Capabilities.Provider} knows that the executor runs its tasks elsewhere, as those of a cluster, this is
     * {@link #adapt(ExecutorService, Capabilities)} with what it says.
     *
     * <p>A waiting task runs no pending one itself, as it would in a {@link ThreadPool}, but where both are of a view
     * ({@link #limited}). A view hands the executor a worker for each task that could begin, which goes on as long as
     * views have work. Tasks that are given to the original executor directly are not seen here. The futures of tasks
     * that the executor drops without a word are cancelled when {@code close} or {@code awaitTermination} finds that it
     * has terminated.
     */
    static TaskExecutorService adapt(ExecutorService executor) {
        return adapt(executor, Capabilities.of(Objects.requireNonNull(executor, "executor")));
    }

    /**
     * {@link #adapt(ExecutorService)} for an executor behind which that stands. For {@link Capabilities#elsewhere()} the result is
     * a pool of its own, whose workers carry the tasks there: pending tasks wait here, in order; its shutdown and {@code
     * close} end what was submitted here, and leave the executor to the others that use it.
     */
    static TaskExecutorService adapt(ExecutorService executor, Capabilities capabilities) {
        Objects.requireNonNull(executor, "executor");
        if (Objects.requireNonNull(capabilities, "capabilities").isElsewhere()) {
            return ThreadPool.carrying(executor, capabilities);
        }
        return executor instanceof TaskExecutorService
                ? (TaskExecutorService) executor
                : new ExecutorAdapter(executor, Backend.SYSTEM);
    }
}
