// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.PoolListener;
import dev.millrace.PoolStats;
import dev.millrace.TaskFuture;
import dev.millrace.TaskStatus;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

class Observing {
    private final List<String> lines = new ArrayList<>();

    private void log(String line) {
        lines.add(line);
    }

    void asked() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ThreadPool pool = ThreadPool.of(1);
        pool.submit(() -> {
            running.countDown();
            end.await();
            return null;
        });
        running.await();
        pool.submit(() -> {});
        // shown
        PoolStats stats = pool.stats();
        log(stats.busyWorkers() + " of " + stats.maxWorkers() + " workers busy");
        log(stats.queued() + " tasks wait, the oldest for " + stats.oldestQueued());
        log(pool.dump()); // for people: each worker's tasks with their stack, then who waits
        shown();
        end.countDown();
        pool.close();
        assertEquals("1 of 1 workers busy", lines.get(0));
        assertTrue(lines.get(1).startsWith("1 tasks wait, the oldest for PT"), lines.get(1));
    }

    void alarms() {
        // shown
        ThreadPool pool = ThreadPool.builder()
                .name("orders")
                .stuckAfter(Duration.ofSeconds(30), stuck -> log(stuck.toString()))
                .onUnobservedFailure((task, failure) -> log(task + " failed: " + failure))
                .recordTimes()
                .build();
        shown();
        pool.submit(() -> 1).join();
        // shown
        log("99 % waited at most " + pool.stats().queueWait().percentile(99));
        shown();
        pool.close();
        assertTrue(lines.get(0).matches("99 % waited at most PT.*"), lines.get(0));
    }

    void listener() {
        LongAdder failures = new LongAdder();
        // shown
        PoolListener counting = new PoolListener() {
            @Override
            public void done(TaskFuture<?> task) {
                if (task.status() == TaskStatus.FAILED) {
                    failures.increment();
                }
            }
        };
        ThreadPool pool = ThreadPool.builder().listener(counting).build();
        shown();
        TaskFuture<?> failing = pool.submit(() -> {
            throw new IllegalStateException();
        });
        assertThrows(IllegalStateException.class, failing::join);
        pool.close();
        assertEquals(1, failures.sum());
    }
}
