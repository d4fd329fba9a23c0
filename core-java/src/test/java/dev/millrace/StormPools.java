// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A small pool of any kind, made by a Random, and what a storm has to know of it. */
final class StormPools {
    final TaskExecutorService executor;
    /** Null for an adapted executor of this JVM. */
    final ThreadPool pool;
    /** The threads' executor, if it is not the pool. */
    final ExecutorService host;
    /** Who looks at the pool; null if nobody does. */
    final StormEvents events;
    /** How many tasks may run at once. */
    final int limit;
    /** All threads may wait at once, so a wait without a limit may never end. */
    final boolean isBoundToTime;
    /** The host refuses tasks, now and then. */
    final boolean isFull;
    /** It starts many threads: fewer tasks will do. */
    final boolean isCostly;

    private StormPools(
            TaskExecutorService executor,
            ExecutorService host,
            StormEvents events,
            int limit,
            boolean isBoundToTime,
            boolean isCostly) {
        this.executor = executor;
        this.events = events;
        this.host = host;
        this.limit = limit;
        this.isBoundToTime = isBoundToTime;
        this.isCostly = isCostly;
        isFull = host instanceof ThreadPoolExecutor
                && ((ThreadPoolExecutor) host).getQueue().remainingCapacity() < Integer.MAX_VALUE;
        pool = executor instanceof ThreadPool ? (ThreadPool) executor : null;
    }

    boolean isElsewhere() {
        return executor.capabilities().isElsewhere();
    }

    /** All threads that it starts are shown to {@code started}; a ForkJoinPool's are its own. */
    static StormPools any(Random random, Consumer<Thread> started) {
        ThreadFactory platform = showing(started, code -> new Worked(code));
        int kind = random.nextInt(20);
        if (kind < 16) {
            boolean virtual = random.nextInt(8) == 0 && ThreadsOfJdk21.exist();
            return pool(random, virtual ? showing(started, ThreadsOfJdk21.factory()) : platform);
        }
        int threads = 1 + random.nextInt(4);
        switch (kind) {
            case 16:
                return adapted(fixed(threads, new LinkedBlockingQueue<>(), platform), threads);
            case 17:
                return adapted(full(random, threads, platform), threads);
            case 18:
                return adapted(random.nextBoolean() ? new ForkJoinPool(threads) : unlimited(platform), 0);
            default:
                ExecutorService host = fixed(threads, new LinkedBlockingQueue<>(), platform);
                Capabilities elsewhere = Capabilities.elsewhere().withWorkers(1 + random.nextInt(4));
                return new StormPools(
                        TaskExecutorService.adapt(host, elsewhere), host, null, Integer.MAX_VALUE, true, true);
        }
    }

    /** A thread whose interrupt takes its time, as that of one that is blocked in a channel: who interrupts is late. */
    private static final class Worked extends Thread {
        Worked(Runnable code) {
            super(code, "storm-worker");
        }

        @Override
        public void interrupt() {
            if (Thread.currentThread() != this) {
                long start = System.nanoTime();
                while (System.nanoTime() - start < (start & 0x3fff)) {
                    Thread.onSpinWait();
                }
            }
            super.interrupt();
        }
    }

    private static ThreadFactory showing(Consumer<Thread> started, ThreadFactory factory) {
        return code -> {
            Thread thread = factory.newThread(code);
            started.accept(thread);
            return thread;
        };
    }

    private static StormPools pool(Random random, ThreadFactory threads) {
        int workers = 1 + random.nextInt(random.nextBoolean() ? 8 : 2);
        ThreadPool.Builder builder = ThreadPool.builder().maxWorkers(workers).threadFactory(threads);
        int idle = random.nextInt(4);
        builder.idleTimeout(List.of(Duration.ZERO, Duration.ofNanos(20_000), Duration.ofDays(1), Duration.ofDays(1))
                .get(idle));
        int policy = random.nextInt(6);
        if (policy < 3) {
            builder.boundedQueue(random.nextInt(4), WhenFull.values()[policy]);
        }
        boolean retires = random.nextInt(6) == 0;
        if (retires) {
            builder.maxTasksPerWorker(1 + random.nextInt(3));
        }
        if (random.nextInt(4) == 0) {
            builder.initializer(() -> {});
        }
        StormEvents events = random.nextInt(3) == 0 ? new StormEvents(random, builder) : null;
        return new StormPools(builder.build(), null, events, workers, false, retires || idle < 2);
    }

    private static StormPools adapted(ExecutorService host, int threads) {
        boolean limited = host instanceof ThreadPoolExecutor && threads > 0;
        return new StormPools(
                TaskExecutorService.adapt(host), host, null, limited ? threads : Integer.MAX_VALUE, true, !limited);
    }

    private static ExecutorService full(Random random, int threads, ThreadFactory platform) {
        ThreadPoolExecutor host = fixed(threads, new LinkedBlockingQueue<>(1 + random.nextInt(4)), platform);
        if (random.nextBoolean()) {
            host.setRejectedExecutionHandler(new ThreadPoolExecutor.CallerRunsPolicy());
        }
        return host;
    }

    private static ThreadPoolExecutor fixed(int threads, BlockingQueue<Runnable> queue, ThreadFactory platform) {
        ThreadPoolExecutor host = new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, queue, platform);
        // It is tempting to let it start them as tasks come. Don't: where a shutdown meets the start of its only
        // thread,
        // what was queued meanwhile stays there for ever, and it never terminates (JDK 17).
        host.prestartAllCoreThreads();
        return host;
    }

    private static ExecutorService unlimited(ThreadFactory platform) {
        return ThreadsOfJdk21.exist()
                ? ThreadsOfJdk21.newVirtualThreadPerTaskExecutor()
                : Executors.newCachedThreadPool(platform);
    }
}
