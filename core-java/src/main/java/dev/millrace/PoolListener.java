// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/**
 * Hears what happens in a pool: for metrics, traces and timelines. A task is {@link #submitted}; then it is {@link
 * #rejected}, or it may be {@link #started} and {@link #stopped}, and in the end it is {@link #done}.
 *
 * <pre>{@code
 * ThreadPool pool = ThreadPool.builder().listener(new PoolListener() {
 *     public void done(TaskFuture<?> task) {
 *         if (task.status() == TaskStatus.FAILED) failures.increment();
 *     }
 * }).build();
 * }</pre>
 *
 * <p>Each method is called in the thread in which it happens, under no lock, by many threads at once, and that thread
 * waits for it: it should take microseconds, must not block or wait for tasks, and leaves the thread's interrupt flag alone. What it throws
 * goes to the thread's uncaught-exception handler and changes nothing. Tasks are those of the pool and of its views, what
 * came by {@code execute} included; of a map, each chunk is one. To look at {@link TaskFuture#status} or {@link
 * TaskFuture#name} counts as no look at a failure.
 */
public interface PoolListener {
    /** Somebody submits the task; called in that thread, before the pool takes it, so before anything else about it. */
    default void submitted(TaskFuture<?> task) {}

    /**
     * The submit has failed, by an exception or because there was no room in time; called in the submitter. Most often the
     * last that is heard of the task; but it may be {@link #done} as well, before or after, where no worker could be
     * started, or where the task is cancelled or out of time just then.
     */
    default void rejected(TaskFuture<?> task) {}

    /** The task's code runs next, in the calling thread: a worker, a task that waits for this one, or its submitter. */
    default void started(TaskFuture<?> task) {}

    /** The code has returned or thrown; called in the thread that ran it. The outcome may be open yet. */
    default void stopped(TaskFuture<?> task) {}

    /**
     * The outcome is fixed: {@code task.status()} says which. Called in the thread that fixed it, before those who wait
     * are woken. For a task that was cancelled, or ran out of time, while it ran, {@link #stopped} follows. For one of
     * {@code invokeAll} or of a group that ends before its turn to be submitted this is all that is heard.
     */
    default void done(TaskFuture<?> task) {}

    /** A worker begins; called in its thread, before the initializer. */
    default void workerStarted(Thread worker) {}

    /** A worker ends; called in its thread, the last that it does for the pool. */
    default void workerEnded(Thread worker) {}
}
