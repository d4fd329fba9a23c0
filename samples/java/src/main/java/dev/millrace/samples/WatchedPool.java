// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.PoolListener;
import dev.millrace.PoolStats;
import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.TaskStatus;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Looks at a pool while it works: what it tells by itself, and what it says when it is asked. */
public final class WatchedPool {
    private WatchedPool() {}

    public static void main(String[] args) throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        Consumer<String> alarm = line -> {
            System.out.println(line);
            told.countDown();
        };
        FailuresByName failures = new FailuresByName();
        try (ThreadPool pool = watched(failures, alarm)) {
            TaskFuture<Boolean> slow = pool.submit(() -> told.await(10, TimeUnit.SECONDS), TaskOptions.named("slow"));
            TaskFuture<?> wrong = pool.submit(() -> Integer.parseInt("seven"), TaskOptions.named("wrong"));
            wrong.awaitExit(Duration.ofSeconds(10));

            System.out.println(line(pool.stats()));
            System.out.println(pool.dump());
            System.out.println("failed: " + failures);
            slow.join(); // returns when the alarm has been raised
        }
    }

    static ThreadPool watched(PoolListener listener, Consumer<String> alarm) {
        return ThreadPool.builder()
                .name("orders")
                .maxWorkers(2)
                .listener(listener)
                .recordTimes()
                .stuckAfter(Duration.ofMillis(200), stuck -> alarm.accept(stuck.toString()))
                .onUnobservedFailure((task, failure) -> alarm.accept(task + " failed unseen: " + failure))
                .build();
    }

    static String line(PoolStats stats) {
        return stats.pool() + ": " + stats.busyWorkers() + " of " + stats.maxWorkers() + " workers busy, "
                + stats.queued() + " tasks wait, the oldest for " + stats.oldestQueued() + "; " + stats.completed()
                + " have ended, " + stats.failed() + " failed; 99 % waited less than "
                + stats.queueWait().percentile(99);
    }

    /** Called by many threads at once, while the task's thread waits: it counts, and does no more. */
    static final class FailuresByName implements PoolListener {
        private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

        @Override
        public void done(TaskFuture<?> task) {
            if (task.status() == TaskStatus.FAILED) {
                failures.computeIfAbsent(task.name(), name -> new LongAdder()).increment();
            }
        }

        @Override
        public String toString() {
            return failures.toString();
        }
    }
}
