// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Promise 7: tasks of one producer start in order, callbacks run in the order added. */
class OrderTest {
    @Test
    void tasksOfOneProducerLeaveTheQueueInOrder() {
        List<Integer> order = new ArrayList<>();
        try (ThreadPool pool = ThreadPool.of(1)) {
            for (int i = 0; i < 10_000; i++) {
                int mine = i;
                pool.execute(() -> order.add(mine));
            }
        }
        for (int i = 0; i < 10_000; i++) {
            assertEquals(i, order.get(i));
        }
    }

    @Test
    void whatWaitsKeepsItsOrderThoughThePoolIsAskedHowMuchThatIs() throws Exception {
        List<Integer> order = new CopyOnWriteArrayList<>();
        HeldTask first = HeldTask.polite();
        HeldTask second = HeldTask.polite();
        try (ThreadPool pool = ThreadPool.of(1)) {
            pool.submit(first);
            first.awaitBegun();
            pool.submit(second);
            for (int i = 0; i < 10; i++) {
                int mine = i;
                if (i == 5) {
                    // The worker sees those that have come by now, and none of those that come later.
                    first.letGo();
                    second.awaitBegun();
                }
                pool.execute(() -> order.add(mine));
            }
            assertTrue(pool.toString().contains("10 tasks waiting"), pool::toString);
            second.letGo();
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
    }

    @Test
    void callbacksRunInTheOrderAddedAndThoseForTheExitAfterThem() {
        List<Integer> order = new CopyOnWriteArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch exited = new CountDownLatch(1);
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
            task.onExit(() -> order.add(-1));
            for (int i = 0; i < 100; i++) {
                int mine = i;
                task.onDone(f -> order.add(mine));
            }
            task.onExit(exited::countDown);
            go.countDown();
            Waiting.await(exited);
        }
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            expected.add(i);
        }
        expected.add(-1);
        assertEquals(expected, order);
    }

    @Test
    void aLaterCallbackRunsAtOnceInTheAdder() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskFuture<Integer> task = pool.submit(() -> 1);
            task.join();
            List<Thread> in = new ArrayList<>();
            Registration registration = task.onDone(f -> in.add(Thread.currentThread()));
            assertSame(Thread.currentThread(), in.get(0));
            assertFalse(registration.remove());
        }
    }

    @Test
    void aCallbackAddedWhileTheTaskCompletesRunsExactlyOnce() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            for (int round = 0; round < 100_000; round++) {
                AtomicInteger calls = new AtomicInteger();
                TaskFuture<Integer> task = pool.submit(() -> 1);
                task.onDone(f -> calls.incrementAndGet());
                Waiting.until(() -> calls.get() > 0);
                pool.submit(() -> {}).join();
                assertEquals(1, calls.get());
            }
        }
    }

    @Test
    void aCallbackThatWasTakenBackNeverRuns() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            AtomicInteger calls = new AtomicInteger();
            CountDownLatch go = new CountDownLatch(1);
            TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
            List<Registration> registrations = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                registrations.add(task.onDone(f -> calls.incrementAndGet()));
            }
            for (Registration registration : registrations) {
                assertTrue(registration.remove());
                assertFalse(registration.remove());
            }
            go.countDown();
            task.join();
            assertEquals(0, calls.get());
        }
    }

    @Test
    void aCallbackOnAnExecutorRunsThereAndItsRejectionStopsNoOther() {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        ThreadPool rejecting = ThreadPool.of(1);
        rejecting.close();
        try (ThreadPool other = ThreadPool.builder().name("other").maxWorkers(1).build();
                ThreadPool pool = ThreadPool.builder()
                        .maxWorkers(1)
                        .threadFactory(worker -> {
                            Thread thread = new Thread(worker);
                            thread.setUncaughtExceptionHandler((t, thrown) -> uncaught.add(thrown));
                            return thread;
                        })
                        .build()) {
            CountDownLatch go = new CountDownLatch(1);
            TaskPromise<String> ranOn = new TaskPromise<>();
            TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
            task.onDone(f -> {}, rejecting);
            task.onDone(f -> ranOn.succeed(Thread.currentThread().getName()), other);
            go.countDown();
            assertEquals("other-1", ranOn.future().join());
            assertEquals(1, uncaught.size());
        }
    }
}
