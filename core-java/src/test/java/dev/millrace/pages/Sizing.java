// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.TaskExecutorService;
import dev.millrace.ThreadPool;
import dev.millrace.WhenFull;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

class Sizing {
    private final CountDownLatch end = new CountDownLatch(1);
    private int sheds;

    private Void work() throws InterruptedException {
        end.await();
        return null;
    }

    private void tellBusy() {
        sheds++;
    }

    void workers() {
        // shown
        int processors = Runtime.getRuntime().availableProcessors();
        ThreadPool computing = ThreadPool.of(processors);
        ThreadPool asking = ThreadPool.of(50); // 200 requests a second, each of which waits 0.25 s
        shown();
        computing.close();
        asking.close();
    }

    void bound() {
        // shown
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(50)
                .boundedQueue(1_000, WhenFull.REJECT)
                .build();
        shown();
        for (int i = 0; i < 1_050; i++) {
            pool.submit(this::work);
        }
        assertThrows(RejectedExecutionException.class, () -> pool.submit(this::work));
        // shown
        if (pool.trySubmit(this::work, Duration.ofMillis(100)).isEmpty()) {
            tellBusy();
        }
        shown();
        assertEquals(1, sheds);
        end.countDown();
        pool.close();
    }

    void share() {
        ThreadPool pool = ThreadPool.of(4);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        // shown
        TaskExecutorService database = pool.limited(2); // as many as it has connections
        shown();
        for (int i = 0; i < 100; i++) {
            database.submit(() -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.yield();
                now.decrementAndGet();
            });
        }
        pool.close();
        assertTrue(most.get() <= 2, () -> most + " at a time");
    }
}
