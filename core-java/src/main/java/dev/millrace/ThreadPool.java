// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool of threads that run tasks. Threads are started when tasks come, at most {@link Builder#maxWorkers
 * maxWorkers} of them, an idle one is used before another is started, and idle ones end: a pool that nobody closes
 * neither keeps the program alive nor leaks.
 *
 * <pre>{@code
 * try (ThreadPool pool = ThreadPool.of(8)) {
 *     TaskFuture<Integer> size = pool.submit(() -> download(url).length());
 *     System.out.println(size.join());
 * } // waits for what was submitted
 * }</pre>
 *
 * <p>A task that waits, without a time limit, for a pending task of its own pool runs that one itself, on its own
 * thread; so trees of submit-and-wait finish on a pool of any size. Do not wait while you hold a lock that the other
 * task needs.
 *
 * <p>Thread-safe. Python: {@code concurrent.futures.ThreadPoolExecutor}.
 */
public final class ThreadPool extends AbstractTaskExecutor {
    private static final AtomicInteger POOLS = new AtomicInteger();

    private final PoolCore core;
    private final Capabilities capabilities;

    private ThreadPool(Builder builder) {
        capabilities = builder.capabilities;
        String name = builder.name != null ? builder.name : "millrace-" + POOLS.incrementAndGet();
        core = new PoolCore(
                name,
                builder.maxWorkers,
                builder.initializer,
                builder.maxTasksPerWorker,
                builder.idleNanos,
                builder.capacity,
                builder.whenFull,
                new Starter(
                        name,
                        builder.threadFactory != null ? builder.threadFactory : new NamedThreads(name),
                        builder.backend),
                null,
                builder.loader,
                builder.observability,
                builder.backend);
        core.lane().terminated.future().signal(ended -> Failure.lookOnFrom(builder.backend, Failure.FIRST_PAUSE_NANOS));
    }

    /** A pool of at most so many workers, with the defaults of {@link Builder}. */
    public static ThreadPool of(int maxWorkers) {
        return builder().maxWorkers(maxWorkers).build();
    }

    /** A pool whose workers carry each task to that executor and wait for what comes back. */
    static ThreadPool carrying(ExecutorService executor, Capabilities capabilities) {
        String type = executor.getClass().getName();
        Builder builder = builder()
                .name(type.substring(type.lastIndexOf('.') + 1) + "@"
                        + Integer.toHexString(System.identityHashCode(executor)))
                .maxWorkers(capabilities.workers());
        builder.capabilities = capabilities;
        builder.loader = (task, code) -> new Carried(executor, capabilities, task, code);
        return builder.build();
    }

    /** Starts to describe a pool. */
    public static Builder builder() {
        return new Builder();
    }

    /** The name that stands in messages and, with a number behind it, in the names of the threads. */
    public String name() {
        return core.name();
    }

    /**
     * Changes the most workers that may be busy. More: waiting tasks get new workers at once. Fewer: surplus workers
     * leave, busy ones after their task.
     *
     * @throws IllegalArgumentException if less than one
     */
    public void setMaxWorkers(int maxWorkers) {
        Builder.ensureAtLeastOne("maxWorkers", maxWorkers);
        core.setMaxWorkers(maxWorkers);
    }

    /**
     * Waits until no task pends or runs, and no callback runs on a worker, so long at most. Python:
     * {@code queue.Queue.join}.
     *
     * @return whether that was so in time
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public boolean awaitQuiescence(Duration timeout) throws InterruptedException {
        ensureNotOwnTask("awaitQuiescence");
        return core.awaitQuiescence(Durations.toNanos(timeout));
    }

    /**
     * The pool in numbers, now: what has become of its tasks, what waits, what its workers do. Takes the pool's lock for
     * some microseconds, and longer the more workers there are; of no use more often than a few times a second.
     */
    public PoolStats stats() {
        return core.stats();
    }

    /**
     * The pool for people to read: each worker with its tasks, the innermost first, how long they have run, and its stack;
     * then the first that wait. An age counts from when {@code stats()} or {@code dump()} saw the task there first. The text
     * may change from version to version. Takes milliseconds if there are many workers.
     */
    public String dump() {
        return core.dump();
    }

    @Override
    public TaskExecutorService limited(int maxConcurrency) {
        return new View(core, core, maxConcurrency, capabilities);
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void shutdown() {
        core.shutdown(core.lane());
    }

    @Override
    public boolean isShutdown() {
        return core.lane().isShutDown();
    }

    @Override
    public boolean isTerminated() {
        return core.lane().phase() == Lane.Phase.TERMINATED;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        ensureNotOwnTask("awaitTermination");
        return core.awaitEnd(core.lane(), unit.toNanos(timeout));
    }

    /**
     * Calls {@code action} when, after a shutdown, all work has ended: in the thread of the last worker, which ends right
     * after it, or at once in the calling thread if that is so already. What it throws goes to that thread's
     * uncaught-exception handler.
     *
     * @return how to take the action back
     */
    public Registration onTermination(Runnable action) {
        Objects.requireNonNull(action, "action");
        return core.lane().terminated.future().onDone(ended -> action.run());
    }

    /** Name, state and counts. */
    @Override
    public String toString() {
        return "ThreadPool[" + core.describe() + "]";
    }

    // ---- what AbstractTaskExecutor asks ----

    @Override
    TaskHome home() {
        return core;
    }

    @Override
    void accept(TaskFuture<?> task) {
        core.admission().accept(task);
    }

    @Override
    void prepare(TaskFuture<?> task) {
        core.admission().prepare(task);
    }

    @Override
    void acceptPrepared(TaskFuture<?> task) {
        core.admission().acceptPrepared(task);
    }

    @Override
    boolean acceptWithin(TaskFuture<?> task, long nanos) {
        return core.admission().acceptWithin(task, nanos);
    }

    @Override
    boolean acceptWhenRoom(TaskFuture<?> task) {
        return core.admission().acceptWhenRoom(task);
    }

    @Override
    void acceptBeyondBound(TaskFuture<?> task) {
        core.admission().acceptBeyondBound(task);
    }

    @Override
    void acceptOfMany(TaskFuture<?> task) {
        core.admission().acceptOfMany(task);
    }

    @Override
    List<TaskFuture<?>> drainPending() {
        return core.drainPending(core.lane());
    }

    @Override
    void drained(List<TaskFuture<?>> tasks) {
        core.decisions().drained(core.lane(), tasks);
    }

    @Override
    List<TaskFuture<?>> interruptRunning() {
        return core.interruptRunning(core.lane(), core);
    }

    @Override
    List<? extends Runner> runners() {
        return core.runners();
    }

    @Override
    boolean standsInLine(TaskFuture<?> task) {
        return core.admission().standsInLine(task);
    }

    @Override
    int workersForMap() {
        return core.maxWorkers();
    }

    @Override
    List<Thread> awaitThreads(long nanos) throws InterruptedException {
        return core.awaitThreads(nanos);
    }

    /** Starts a worker on a thread of the factory. (A class: what a program's first lambda costs is paid by its first task.) */
    private static final class Starter implements Consumer<Worker> {
        private final String pool;
        private final ThreadFactory factory;
        private final Backend backend;

        Starter(String pool, ThreadFactory factory, Backend backend) {
            this.pool = pool;
            this.factory = factory;
            this.backend = backend;
        }

        @Override
        public void accept(Worker worker) {
            Thread thread = factory.newThread(worker);
            if (thread == null) {
                throw new NullPointerException("the thread factory of pool " + pool + " returned null");
            }
            backend.start(thread);
        }
    }

    /** The threads of a pool that was given no factory: {@code io-1}, {@code io-2}, …, not daemons. */
    private static final class NamedThreads implements ThreadFactory {
        /** Twice the usual default: tasks that wait for tasks run on top of each other. Costs only what is used. */
        private static final long STACK_BYTES = 2 << 20;

        private final String name;
        private final AtomicInteger count = new AtomicInteger();
        /** That of who made the pool: a worker must not hold on to the one of whoever happened to submit first. */
        private final @Nullable ClassLoader contextClassLoader =
                Thread.currentThread().getContextClassLoader();

        NamedThreads(String name) {
            this.name = name;
        }

        /** Neither priority nor the daemon flag comes from whoever happened to submit, nor a thread-local. */
        @Override
        @SuppressWarnings("ThreadPriorityCheck")
        public Thread newThread(Runnable worker) {
            Thread thread = OwnThread.of(worker, name + "-" + count.incrementAndGet(), STACK_BYTES);
            thread.setDaemon(false);
            thread.setPriority(Thread.NORM_PRIORITY);
            thread.setContextClassLoader(contextClassLoader);
            return thread;
        }
    }

    /**
     * Describes a pool. Each method checks its argument at once. Not thread-safe; can be used for several pools.
     *
     * <pre>{@code
     * ThreadPool io = ThreadPool.builder().name("io").maxWorkers(32).boundedQueue(1000, WhenFull.BLOCK).build();
     * }</pre>
     */
    public static final class Builder {
        private @Nullable String name;
        private int maxWorkers = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
        private @Nullable Runnable initializer;
        private int maxTasksPerWorker = Integer.MAX_VALUE;
        private long idleNanos = TimeUnit.SECONDS.toNanos(10);
        private int capacity = Integer.MAX_VALUE;
        private WhenFull whenFull = WhenFull.REJECT;
        private @Nullable ThreadFactory threadFactory;
        private Backend backend = Backend.SYSTEM;
        private Capabilities capabilities = Capabilities.threads();
        private Admission.@Nullable Loader loader;
        private final Observability observability = new Observability();

        private Builder() {}

        /**
         * The pool's name, which stands in every message; its threads are {@code name-1}, {@code name-2}, …. By default
         * {@code millrace-1}, {@code millrace-2}, ….
         */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * The most workers at a time; by default the number of processors plus 4, at most 32, as in Python.
         *
         * @throws IllegalArgumentException if less than one
         */
        public Builder maxWorkers(int maxWorkers) {
            ensureAtLeastOne("maxWorkers", maxWorkers);
            this.maxWorkers = maxWorkers;
            return this;
        }

        /**
         * Runs first in each worker. If it throws, the pool breaks: pending tasks fail with {@link
         * BrokenPoolException}, later submits throw it, and what runs finishes. It must not wait for tasks of its pool.
         * Python: {@code initializer}.
         */
        public Builder initializer(Runnable initializer) {
            this.initializer = Objects.requireNonNull(initializer, "initializer");
            return this;
        }

        /**
         * After so many tasks a worker's thread ends, and a new one takes its place when needed. With a factory of
         * virtual threads and 1: a fresh virtual thread for each task. By default there is no limit.
         *
         * <p>With 1 no task sees a {@code ThreadLocal} that the task before has set, nor, as the threads of a pool
         * without a factory inherit nothing, an {@code InheritableThreadLocal}. Those of a factory are made in any
         * thread, a worker's included: it should make threads that do not inherit. A task that another one waits for
         * and runs itself shares its thread all the same. Python: {@code maxtasksperchild}.
         *
         * @throws IllegalArgumentException if less than one
         */
        public Builder maxTasksPerWorker(int maxTasksPerWorker) {
            ensureAtLeastOne("maxTasksPerWorker", maxTasksPerWorker);
            this.maxTasksPerWorker = maxTasksPerWorker;
            return this;
        }

        /**
         * How long a worker without work stays; by default 10 s. Zero: it ends when there is no more work. All workers
         * end so: an idle pool has no thread.
         *
         * @throws IllegalArgumentException if negative
         */
        public Builder idleTimeout(Duration idleTimeout) {
            if (idleTimeout.isNegative()) {
                throw new IllegalArgumentException("idleTimeout must not be negative: " + idleTimeout);
            }
            idleNanos = Durations.toNanos(idleTimeout);
            return this;
        }

        /**
         * At most so many tasks wait while all workers are busy; by default there is no bound. Zero: a task is accepted
         * only if a worker is there for it.
         *
         * @throws IllegalArgumentException if the capacity is negative
         */
        public Builder boundedQueue(int capacity, WhenFull whenFull) {
            if (capacity < 0) {
                throw new IllegalArgumentException("capacity must be at least 0: " + capacity);
            }
            this.capacity = capacity;
            this.whenFull = Objects.requireNonNull(whenFull, "whenFull");
            return this;
        }

        /**
         * Makes the workers' threads, in the thread that needs the worker, never under a lock; by default threads that
         * are no daemons and inherit no thread-local, with a stack of 2 MB, normal priority, and the context class loader of
         * who made the pool. The pool starts each, which has to run what it was given: one that
         * does not is waited for. If it throws or returns null, tasks wait for the workers that live; if none does, what is
         * pending fails and the submit throws.
         */
        public Builder threadFactory(ThreadFactory threadFactory) {
            this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
            return this;
        }

        /**
         * Takes thread-bound context along to where tasks and callbacks run: that of who submits, who calls {@code map}, who
         * adds a callback to a future of this pool. By default nothing is carried.
         */
        public Builder contextCarrier(ContextCarrier contextCarrier) {
            observability.carrier = Objects.requireNonNull(contextCarrier, "contextCarrier");
            return this;
        }

        /** Adds one that hears what happens in the pool; they are told in the order in which they were added. */
        public Builder listener(PoolListener listener) {
            observability.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Takes the times that {@link PoolStats#queueWait} and {@link PoolStats#runTime} show; by default none are taken.
         * While tasks wait, those of one in 64, which then counts for 64: a look at the clock costs as much as a
         * quarter of a submit.
         */
        public Builder recordTimes() {
            observability.recordsTimes = true;
            return this;
        }

        /**
         * Who hears, instead of the log, of a task that failed while nobody has looked at its future until that was
         * collected: gets the task's name and what it threw. Called once for each such task, some time after that, in a
         * thread of its own. It should not refer to what holds such futures: until they are told of, it is held itself. What
         * it throws goes to the uncaught-exception handler. By default it is a warning of the
         * {@code java.util.logging} logger {@code dev.millrace}.
         */
        public Builder onUnobservedFailure(BiConsumer<String, Throwable> handler) {
            observability.unobservedHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /**
         * Logs a task that runs for so long, with the stack of its thread, or that waits for a worker for so long: once,
         * when it has taken at most a quarter more. Of tasks that wait one is told of, until none waits so long. Nothing
         * else happens to the task. By default nobody looks.
         *
         * @throws IllegalArgumentException if not positive
         */
        public Builder stuckAfter(Duration limit) {
            return stuckAfter(limit, Watchdog::log);
        }

        /** {@link #stuckAfter(Duration)}, and calls the handler instead of logging; in a thread of its own. */
        public Builder stuckAfter(Duration limit, Consumer<StuckTask> handler) {
            if (limit.isZero() || limit.isNegative()) {
                throw new IllegalArgumentException("stuckAfter must be positive: " + limit);
            }
            observability.stuckAfter = limit;
            observability.stuckHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /** For tests. */
        Builder backend(Backend backend) {
            this.backend = backend;
            return this;
        }

        /** Makes the pool. No thread is started before the first task comes. */
        public ThreadPool build() {
            return new ThreadPool(this);
        }

        private static void ensureAtLeastOne(String what, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(what + " must be at least 1: " + value);
            }
        }
    }
}
