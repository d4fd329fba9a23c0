// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchedPoolTest {
    private final List<String> alarms = new CopyOnWriteArrayList<>();
    private final WatchedPool.FailuresByName failures = new WatchedPool.FailuresByName();
    private final ThreadPool pool = WatchedPool.watched(failures, alarms::add);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        pool.close();
    }

    @Test
    void theListenerCountsFailuresByTheNameOfTheTask() {
        TaskFuture<?> wrong = pool.submit(WatchedPoolTest::fail, TaskOptions.named("wrong"));
        assertThrows(IllegalStateException.class, wrong::join);
        pool.submit(() -> 1, TaskOptions.named("right")).join();

        assertEquals("{wrong=1}", failures.toString());
    }

    @Test
    void aTaskThatRunsTooLongIsToldOfWithWhereItIs() {
        pool.submit(this::hang, TaskOptions.named("slow"));

        Waiting.until(() -> !alarms.isEmpty());
        assertTrue(alarms.get(0).startsWith("task slow of pool orders has run for at least "), alarms::toString);
        assertTrue(alarms.get(0).contains("WatchedPoolTest.hang"), alarms::toString);
    }

    @Test
    void aFailureThatNobodyLooksAtIsToldOf() {
        pool.submit(WatchedPoolTest::fail, TaskOptions.named("wrong"));

        Waiting.until(() -> {
            System.gc();
            pool.submit(() -> {}).join();
            return alarms.contains("wrong failed unseen: java.lang.IllegalStateException: down");
        });
    }

    @Test
    void statsAndDumpSayWhatThePoolDoes() throws Exception {
        pool.submit(() -> {}).join();
        pool.awaitQuiescence(Duration.ofSeconds(30)); // a worker counts its task just after its end
        CountDownLatch running = new CountDownLatch(2);
        for (int i = 0; i < 3; i++) {
            pool.submit(
                    () -> {
                        running.countDown();
                        return hang();
                    },
                    TaskOptions.named("order " + i));
        }
        running.await();

        String line = WatchedPool.line(pool.stats());
        assertTrue(
                line.matches("orders: 2 of 2 workers busy, 1 tasks wait, the oldest for PT.*; 1 have ended, .*"), line);
        String dump = pool.dump();
        for (String part : List.of("order 0", "order 1", "order 2", "WatchedPoolTest.hang")) {
            assertTrue(dump.contains(part), dump);
        }
    }

    private static Void fail() {
        throw new IllegalStateException("down");
    }

    private Void hang() throws InterruptedException {
        end.await();
        return null;
    }
}
