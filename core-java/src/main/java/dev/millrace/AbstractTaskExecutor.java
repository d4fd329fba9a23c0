// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the executors have in common: all that can be said with "take this task", "give back what has not begun" and
 * "wait for the end".
 */
abstract class AbstractTaskExecutor implements TaskExecutorService {
    /** How long {@code close(Duration)} waits for code to react to its interrupt. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    abstract TaskHome home();

    /** Takes the task by the executor's own rules; may block, or run it here, or throw a rejection. */
    abstract void accept(TaskFuture<?> task);

    /** The code gets along what it needs where it runs. Then others may know of the task, and run it. */
    void prepare(TaskFuture<?> task) {}

    /** {@link #accept} after {@link #prepare}. */
    void acceptPrepared(TaskFuture<?> task) {
        accept(task);
    }

    /** Takes the task if there is room within that time; false if not. */
    abstract boolean acceptWithin(TaskFuture<?> task, long nanos);

    /** Takes the task now or when there is room, and says whether that was now; does not block. */
    abstract boolean acceptWhenRoom(TaskFuture<?> task);

    /** Takes the task now, whether there is room or not; does not block. */
    abstract void acceptBeyondBound(TaskFuture<?> task);

    /** Takes one of several tasks whose submitter will wait for them: blocks on no full queue, but may reject. */
    abstract void acceptOfMany(TaskFuture<?> task);

    /** After a shutdown: takes out what has not begun, in order. Termination waits for {@link #drained}. */
    abstract List<TaskFuture<?>> drainPending();

    /** What was taken out has been cancelled, and its callbacks have run. */
    abstract void drained(List<TaskFuture<?>> tasks);

    /** After a shutdown: interrupts what runs, and whatever still begins. Returns what was running. */
    abstract List<TaskFuture<?>> interruptRunning();

    /** The threads that run tasks of this executor, or are its workers. */
    abstract List<? extends Runner> runners();

    /** Whether a task that {@link #acceptWhenRoom} took still waits for room. */
    abstract boolean standsInLine(TaskFuture<?> task);

    /** How many workers a map has to keep busy. */
    abstract int workersForMap();

    /** Waits, after termination, until the threads have really ended, so long at most; returns those that have not. */
    abstract List<Thread> awaitThreads(long nanos) throws InterruptedException;

    @Override
    public <T extends @Nullable Object> TaskFuture<T> submit(Callable<T> task) {
        TaskFuture<T> future = TaskFuture.of(home(), Objects.requireNonNull(task, "task"));
        accept(future);
        return future;
    }

    @Override
    public TaskFuture<?> submit(Runnable task) {
        TaskFuture<?> future = TaskFuture.of(home(), Objects.requireNonNull(task, "task"));
        accept(future);
        return future;
    }

    @Override
    public <T extends @Nullable Object> TaskFuture<T> submit(Runnable task, T result) {
        return submit(new Returning<>(Objects.requireNonNull(task, "task"), result));
    }

    @Override
    public <T extends @Nullable Object> TaskFuture<T> submit(Callable<T> task, TaskOptions options) {
        return withOptions(task, options, this::accept);
    }

    @Override
    public TaskFuture<?> submit(Runnable task, TaskOptions options) {
        return withOptions(task, options, this::accept);
    }

    /** A submit that shows the task to {@code first} before the executor gets it; what is refused then is cancelled. */
    final <T extends @Nullable Object> TaskFuture<T> submit(
            Callable<T> task, TaskOptions options, Consumer<TaskFuture<?>> first) {
        return withOptions(task, options, future -> acceptShown(future, first));
    }

    final TaskFuture<?> submit(Runnable task, TaskOptions options, Consumer<TaskFuture<?>> first) {
        return withOptions(task, options, future -> acceptShown(future, first));
    }

    private void acceptShown(TaskFuture<?> future, Consumer<TaskFuture<?>> first) {
        boolean accepted = false;
        try {
            prepare(future);
            first.accept(future);
            if (future.isPending()) {
                acceptPrepared(future);
            }
            accepted = true;
            if (!future.isPending()) {
                // It may have been cancelled, or run, before it had a place to give back.
                home().withdraw(future);
            }
        } finally {
            if (!accepted) {
                future.refuse();
            }
        }
    }

    @Override
    public <T extends @Nullable Object> Optional<TaskFuture<T>> trySubmit(Callable<T> task, Duration timeout) {
        TaskFuture<T> future = TaskFuture.of(home(), Objects.requireNonNull(task, "task"));
        return acceptWithin(future, Durations.toNanos(timeout)) ? Optional.of(future) : Optional.empty();
    }

    @Override
    public <T extends @Nullable Object> TaskFuture<T> submitWhenRoom(Callable<T> task) {
        TaskFuture<T> future = TaskFuture.of(home(), Objects.requireNonNull(task, "task"));
        boolean unused = acceptWhenRoom(future);
        return future;
    }

    @Override
    public <T extends @Nullable Object> TaskFuture<T> submitWhenRoom(Callable<T> task, TaskOptions options) {
        return withOptions(task, options, this::acceptWhenRoom);
    }

    private <T extends @Nullable Object> TaskFuture<T> withOptions(
            Callable<T> task, TaskOptions options, Consumer<TaskFuture<?>> accept) {
        Objects.requireNonNull(task, "task");
        return withOptions(home -> TaskFuture.<T>of(home, task), options, accept);
    }

    private TaskFuture<?> withOptions(Runnable task, TaskOptions options, Consumer<TaskFuture<?>> accept) {
        Objects.requireNonNull(task, "task");
        return withOptions(home -> TaskFuture.<@Nullable Object>of(home, task), options, accept);
    }

    private <T extends @Nullable Object> TaskFuture<T> withOptions(
            Function<TaskHome, TaskFuture<T>> make, TaskOptions options, Consumer<TaskFuture<?>> accept) {
        if (Objects.requireNonNull(options, "options") == TaskOptions.NONE) {
            TaskFuture<T> future = make.apply(home());
            accept.accept(future);
            return future;
        }
        var own = new TaskHome.WithOptions(home(), options);
        TaskFuture<T> future = make.apply(own);
        own.arm(future);
        boolean accepted = false;
        try {
            accept.accept(future);
            accepted = true;
            if (future.isDone()) {
                // The time was over before the task had a place to give back.
                own.withdraw(future);
            }
        } finally {
            if (!accepted) {
                own.disarm();
            }
        }
        return future;
    }

    /**
     * Runs the task without a future: what it throws goes to the uncaught-exception handler of the thread that runs it.
     */
    @Override
    public void execute(Runnable task) {
        accept(TaskFuture.detached(home(), Objects.requireNonNull(task, "task")));
    }

    @Override
    public void executeBeyondBound(Runnable task) {
        acceptBeyondBound(TaskFuture.detached(home(), Objects.requireNonNull(task, "task")));
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        return invokeAll(tasks, Long.MAX_VALUE);
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) throws InterruptedException {
        return invokeAll(tasks, Durations.limit(unit.toNanos(timeout)));
    }

    /** {@code Long.MAX_VALUE} stands for no limit. */
    private <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long nanos)
            throws InterruptedException {
        long start = home().backend.nanoTime();
        List<TaskFuture<T>> futures = futures(tasks);
        boolean allDone = false;
        try {
            for (TaskFuture<T> future : futures) {
                if (nanos != Long.MAX_VALUE && left(nanos, start) <= 0) {
                    return new ArrayList<>(futures);
                }
                acceptOfMany(future);
            }
            allDone = TaskFutures.awaitAll(futures, nanos == Long.MAX_VALUE ? nanos : left(nanos, start));
            return new ArrayList<>(futures);
        } finally {
            if (!allDone) {
                cancelAll(futures);
            }
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        try {
            return invokeAny(tasks, Long.MAX_VALUE);
        } catch (TimeoutException e) {
            throw new AssertionError("this wait has no limit", e);
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return invokeAny(tasks, Durations.limit(unit.toNanos(timeout)));
    }

    private <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        long start = home().backend.nanoTime();
        List<TaskFuture<T>> futures = futures(tasks);
        if (futures.isEmpty()) {
            throw new IllegalArgumentException("invokeAny needs at least one task: 0");
        }
        NextDone<TaskFuture<T>> next = new NextDone<>();
        ExecutionException failure = null;
        try {
            for (TaskFuture<T> future : futures) {
                acceptOfMany(future);
                next.add(future);
                TaskFuture<T> done = next.poll();
                if (done != null && done.status() == TaskStatus.SUCCESS) {
                    return done.resultNow();
                }
                failure = done == null ? failure : failureOf(done);
            }
            while (next.open() > 0) {
                TaskFuture<T> done = next.take(nanos == Long.MAX_VALUE ? nanos : left(nanos, start));
                if (done == null) {
                    throw new TimeoutException(
                            "none of " + futures.size() + " tasks succeeded within " + Duration.ofNanos(nanos));
                }
                if (done.status() == TaskStatus.SUCCESS) {
                    return done.resultNow();
                }
                failure = failureOf(done);
            }
            throw Objects.requireNonNull(failure);
        } finally {
            next.close();
            cancelAll(futures);
        }
    }

    private static ExecutionException failureOf(TaskFuture<?> done) {
        Throwable cause = done.isCancelled() ? new TaskCancelledException(done.name()) : done.exceptionNow();
        return new ExecutionException(Failure.describe(cause), cause);
    }

    private <T extends @Nullable Object> List<TaskFuture<T>> futures(Collection<? extends Callable<T>> tasks) {
        List<TaskFuture<T>> futures = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
            futures.add(TaskFuture.of(home(), Objects.requireNonNull(task, "tasks must not hold null")));
        }
        return futures;
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> Stream<R> map(
            Iterable<? extends A> inputs, ThrowingFunction<? super A, ? extends R> fn, MapOptions options) {
        return MapStream.start(mapCall(inputs, fn, options, false, false), inputs);
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> Stream<TaskFuture<R>> map(
            Iterable<? extends A> inputs,
            ThrowingFunction<? super A, ? extends R> fn,
            MapOptions.CollectingFailures options) {
        return MapStream.start(mapCall(inputs, fn, optionsOf(options), true, false), inputs);
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> TaskFuture<List<R>> mapAsync(
            Iterable<? extends A> inputs, ThrowingFunction<? super A, ? extends R> fn, MapOptions options) {
        return MapAsync.start(mapCall(inputs, fn, options, false, true), inputs);
    }

    @Override
    public <A extends @Nullable Object, R extends @Nullable Object> TaskFuture<List<TaskFuture<R>>> mapAsync(
            Iterable<? extends A> inputs,
            ThrowingFunction<? super A, ? extends R> fn,
            MapOptions.CollectingFailures options) {
        return MapAsync.start(mapCall(inputs, fn, optionsOf(options), true, true), inputs);
    }

    private static MapOptions optionsOf(MapOptions.CollectingFailures options) {
        return Objects.requireNonNull(options, "options").options;
    }

    private <A extends @Nullable Object, R extends @Nullable Object> MapCall<A, R> mapCall(
            Iterable<? extends A> inputs,
            ThrowingFunction<? super A, ? extends R> fn,
            MapOptions options,
            boolean collectsFailures,
            boolean isAsync) {
        Objects.requireNonNull(inputs, "inputs");
        Objects.requireNonNull(fn, "fn");
        Objects.requireNonNull(options, "options");
        if (isShutdown()) {
            throw new RejectedExecutionException(home().name() + " takes no new map: shut down");
        }
        return new MapCall<>(this, inputs, fn, options, collectsFailures, isAsync);
    }

    @Override
    public TaskGroup group() {
        return new TaskGroup(this);
    }

    private static void cancelAll(List<? extends TaskFuture<?>> futures) {
        // Those that have not begun first: a worker that a cancel sets free must find none of them.
        futures.forEach(TaskFuture::cancelIfPending);
        futures.forEach(future -> future.cancel(true));
    }

    final long left(long nanos, long start) {
        return nanos - (home().backend.nanoTime() - start);
    }

    @Override
    public void shutdownAndCancelPending() {
        shutdown();
        cancelPending(() -> {});
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        List<Runnable> code = new ArrayList<>();
        // Interrupted before the drained are cancelled: a cancelled one's callback may wait for one that runs.
        cancelPending(this::interruptRunning).forEach(task -> code.add(task.code));
        return code;
    }

    private List<Dropped> cancelPending(Runnable meanwhile) {
        // What has been drained is ended here or by nobody.
        StackRoom.ensureForMany();
        List<TaskFuture<?>> tasks = drainPending();
        List<Dropped> dropped = new ArrayList<>();
        try {
            meanwhile.run();
        } finally {
            // Callbacks run here, and the end of this executor waits for them: they must not wait for it.
            Runner.inRoleOf(home(), () -> dropped.addAll(Dropped.cancel(tasks)));
            drained(tasks);
        }
        return dropped;
    }

    @Override
    public void close() {
        ensureNotOwnTask("close");
        shutdown();
        boolean interrupted = false;
        for (boolean ended = false; !ended; ) {
            try {
                ended = awaitTermination(1, TimeUnit.DAYS);
                if (ended) {
                    awaitThreads(Long.MAX_VALUE);
                }
            } catch (InterruptedException e) {
                ended = false;
                if (!interrupted) {
                    shutdownNow();
                }
                interrupted = true;
            }
        }
        if (interrupted) {
            Callbacks.interruptHere();
        }
    }

    @Override
    public ShutdownReport close(Duration drainFor) {
        long drainNanos = Durations.toNanos(drainFor);
        ensureNotOwnTask("close");
        shutdown();
        List<String> cancelled = new ArrayList<>();
        List<String> interrupted = new ArrayList<>();
        boolean flag = false;
        boolean ended = false;
        try {
            ended = awaitTermination(drainNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            flag = true;
        }
        if (!ended) {
            cancelPending(() -> interruptRunning().forEach(task -> interrupted.add(task.name())))
                    .forEach(task -> cancelled.add(task.name));
        }
        long start = home().backend.nanoTime();
        List<ShutdownReport.Straggler> stragglers = new ArrayList<>();
        for (boolean waited = false; !waited; ) {
            try {
                if (awaitTermination(left(GRACE_NANOS, start), TimeUnit.NANOSECONDS)) {
                    awaitThreads(Math.max(0, left(GRACE_NANOS, start)))
                            .forEach(thread -> stragglers.add(new ShutdownReport.Straggler(thread, null)));
                } else {
                    stragglers.addAll(stragglers());
                }
                waited = true;
            } catch (InterruptedException e) {
                flag = true;
            }
        }
        if (flag) {
            Callbacks.interruptHere();
        }
        return new ShutdownReport(isTerminated() && stragglers.isEmpty(), cancelled, interrupted, stragglers);
    }

    private List<ShutdownReport.Straggler> stragglers() {
        List<ShutdownReport.Straggler> stragglers = new ArrayList<>();
        for (Runner runner : runners()) {
            Thread thread = runner.thread();
            TaskFuture<?> task = runner.taskOf(home());
            if (thread != null) {
                stragglers.add(new ShutdownReport.Straggler(thread, task == null ? null : task.name()));
            }
        }
        return stragglers;
    }

    /** What would wait for the calling task itself is refused. */
    final void ensureNotOwnTask(String what) {
        Runner me = Runner.current();
        if (me != null && me.runsFor(home())) {
            throw new IllegalStateException(what + " called from a task of " + home().name()
                    + " itself, which would wait for its own end; call it from another thread, or call shutdown()");
        }
    }

    /** A task that was cancelled before it began. */
    static final class Dropped {
        final String name;
        final Runnable code;

        private Dropped(String name, Runnable code) {
            this.name = name;
            this.code = code;
        }

        /** Cancels those of the tasks that have not begun. */
        static List<Dropped> cancel(Collection<? extends TaskFuture<?>> tasks) {
            List<Dropped> dropped = new ArrayList<>();
            for (TaskFuture<?> task : tasks) {
                Runnable code = task.asDropped();
                if (code != null && task.cancelIfPending()) {
                    dropped.add(new Dropped(task.name(), code));
                }
            }
            return dropped;
        }
    }

    /** What a submit to a shut-down executor throws. */
    static RejectedExecutionException refusal(TaskHome home, TaskFuture<?> task, Object state) {
        return new RejectedExecutionException(
                home.name() + " takes no new tasks: " + state + " (task " + task.name() + " refused)");
    }

    /** As {@code Executors.callable}, but it can travel to another JVM if the two that it is made of can. */
    private static final class Returning<T extends @Nullable Object> implements Callable<T>, Serializable {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // whether it is serializable shows when it is sent
        private final Runnable task;

        @SuppressWarnings("serial")
        private final T result;

        Returning(Runnable task, T result) {
            this.task = task;
            this.result = result;
        }

        @Override
        public T call() {
            task.run();
            return result;
        }
    }
}
