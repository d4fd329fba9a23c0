// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The end of a pool: who is waited for, who is told, who is named. */
class ShutdownTest {
    private final FakeBackend backend = new FakeBackend();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ThreadFactory remembering = worker -> {
        Thread thread = new Thread(worker, "s-" + (threads.size() + 1));
        threads.add(thread);
        return thread;
    };

    private ThreadPool pool(int workers) {
        return ThreadPool.builder()
                .name("s")
                .maxWorkers(workers)
                .threadFactory(remembering)
                .backend(backend)
                .build();
    }

    @Test
    void noThreadOutlivesClose() {
        for (int round = 0; round < 500; round++) {
            ThreadPool pool = pool(4);
            for (int i = 0; i < 8; i++) {
                pool.execute(() -> {});
            }
            pool.close();
            assertTrue(threads.stream().noneMatch(Thread::isAlive), "round " + round);
            assertTrue(pool.isTerminated());
            threads.clear();
        }
    }

    @Test
    void closeWaitsForRunningTasksAndTheirCallbacks() throws Exception {
        ThreadPool pool = pool(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        List<String> events = new CopyOnWriteArrayList<>();
        TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
        task.onDone(f -> {
            Waiting.await(end);
            events.add("callback");
        });
        Thread closer = new Thread(() -> {
            pool.close();
            events.add("closed");
        });
        closer.start();
        Waiting.untilBlocked(closer);
        go.countDown();
        task.join();
        assertFalse(pool.isTerminated());
        end.countDown();
        closer.join();
        assertEquals(List.of("callback", "closed"), events);
    }

    @Test
    void closeThatIsInterruptedStopsThePoolAndGoesOnWaiting() throws Exception {
        ThreadPool pool = pool(1);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        TaskFuture<?> task = pool.submit(() -> {
            running.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                interrupted.set(true);
                EveryTaskEndsTest.awaitIgnoringInterrupts(go);
            }
        });
        TaskFuture<?> pending = pool.submit(() -> {});
        Waiting.await(running);
        AtomicBoolean flag = new AtomicBoolean();
        Thread closer = new Thread(() -> {
            pool.close();
            flag.set(Thread.currentThread().isInterrupted());
        });
        closer.start();
        Waiting.untilBlocked(closer);
        closer.interrupt();
        Waiting.until(interrupted::get);
        // What runs is interrupted before what pends is cancelled, as callbacks may take long.
        Waiting.until(pending::isCancelled);
        assertTrue(closer.isAlive());
        go.countDown();
        closer.join();
        assertTrue(flag.get());
        assertTrue(task.isDone());
        pool.close();
    }

    @Test
    void closeWithATimeLimitDrainsFirst() {
        ThreadPool pool = pool(1);
        TaskFuture<String> task = pool.submit(() -> "drained");
        ShutdownReport report = pool.close(Duration.ofDays(1));
        assertTrue(report.isTerminated());
        assertEquals(List.of(), report.cancelled());
        assertEquals(List.of(), report.interrupted());
        assertEquals(List.of(), report.stragglers());
        assertEquals("drained", task.resultNow());
    }

    @Test
    void closeWithATimeLimitThenCancelsThenInterruptsThenNamesWhoRefuses() throws Exception {
        ThreadPool pool = pool(2);
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> stubborn = pool.submit(
                () -> {
                    running.countDown();
                    EveryTaskEndsTest.awaitIgnoringInterrupts(go);
                    return null;
                },
                TaskOptions.named("stubborn"));
        Waiting.until(stubborn::isRunning);
        Waiting.untilBlocked(threads.get(0));
        pool.submit(
                () -> {
                    running.countDown();
                    new CountDownLatch(1).await();
                    return null;
                },
                TaskOptions.named("polite"));
        TaskFuture<?> pending = pool.submit(() -> null, TaskOptions.named("pending"));
        Waiting.await(running);
        List<ShutdownReport> reports = new ArrayList<>();
        Thread closer = new Thread(() -> reports.add(pool.close(Duration.ofSeconds(5))));
        closer.start();
        backend.awaitSleepers(1);
        assertTrue(pending.isPending());
        backend.advance(Duration.ofSeconds(5));
        Waiting.until(pending::isCancelled);
        // The polite one ends; the closer sleeps again, for the second that the others have.
        threads.get(1).join();
        backend.awaitSleepers(1);
        backend.advance(Duration.ofSeconds(1));
        closer.join();
        ShutdownReport report = reports.get(0);
        assertFalse(report.isTerminated());
        assertEquals(List.of("pending"), report.cancelled());
        assertEquals(List.of("stubborn", "polite"), report.interrupted());
        assertEquals(1, report.stragglers().size());
        ShutdownReport.Straggler straggler = report.stragglers().get(0);
        assertEquals("s-1", straggler.threadName());
        assertEquals("stubborn", straggler.taskName());
        assertTrue(straggler.toString().contains("awaitIgnoringInterrupts"), straggler.toString());
        go.countDown();
        pool.close();
    }

    @Test
    void anExecuteThatRacesWithShutdownNowIsRunRejectedOrReturned() throws Exception {
        for (int round = 0; round < 3_000; round++) {
            ThreadPool pool = ThreadPool.of(2);
            AtomicInteger ran = new AtomicInteger();
            AtomicInteger rejected = new AtomicInteger();
            Thread submitter = new Thread(() -> {
                for (int i = 0; i < 20; i++) {
                    try {
                        pool.execute(ran::incrementAndGet);
                    } catch (java.util.concurrent.RejectedExecutionException e) {
                        rejected.incrementAndGet();
                    }
                }
            });
            submitter.start();
            if (round % 2 == 0) {
                Thread.yield();
            }
            int returned = pool.shutdownNow().size();
            submitter.join();
            assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
            assertEquals(20, ran.get() + rejected.get() + returned, "round " + round);
        }
    }

    @Test
    void aTaskThatHadBegunIsNotAmongThoseReturned() {
        ThreadPool pool = pool(1);
        CountDownLatch running = new CountDownLatch(1);
        Runnable first = () -> {
            running.countDown();
            EveryTaskEndsTest.awaitIgnoringInterrupts(new CountDownLatch(0));
        };
        Runnable second = () -> {};
        CountDownLatch go = new CountDownLatch(1);
        pool.execute(() -> {
            running.countDown();
            EveryTaskEndsTest.awaitIgnoringInterrupts(go);
        });
        Waiting.await(running);
        pool.execute(first);
        pool.execute(second);
        List<Runnable> returned = pool.shutdownNow();
        assertEquals(2, returned.size());
        assertSame(first, returned.get(0));
        assertSame(second, returned.get(1));
        go.countDown();
        pool.close();
    }

    @Test
    void aReturnedCallableCanBeRunByWhoeverGetsIt() {
        ThreadPool pool = pool(1);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        pool.execute(() -> {
            running.countDown();
            EveryTaskEndsTest.awaitIgnoringInterrupts(go);
        });
        Waiting.await(running);
        pool.submit(calls::incrementAndGet, TaskOptions.named("count"));
        List<Runnable> returned = pool.shutdownNow();
        assertEquals("[dropped task count]", returned.toString());
        returned.get(0).run();
        assertEquals(1, calls.get());
        go.countDown();
        pool.close();
    }

    @Test
    void closeFromACallbackOfADrainedTaskIsRefusedInsteadOfHanging() {
        ThreadPool pool = pool(1);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        pool.submit(() -> {
            running.countDown();
            EveryTaskEndsTest.awaitIgnoringInterrupts(go);
        });
        Waiting.await(running);
        AtomicBoolean refused = new AtomicBoolean();
        pool.submit(() -> {}).onDone(f -> {
            try {
                pool.close();
            } catch (IllegalStateException e) {
                refused.set(true);
            }
        });
        pool.shutdownNow();
        assertTrue(refused.get());
        go.countDown();
        pool.close();
    }

    @Test
    void thePoolHasNotTerminatedBeforeThoseInTheLineAreRefused() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.BLOCK)
                .backend(backend)
                .build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> running = pool.submit(() -> Waiting.await(go));
        TaskFuture<?> first = pool.submitWhenRoom(() -> null);
        TaskFuture<?> second = pool.submitWhenRoom(() -> null);
        List<Boolean> terminated = new ArrayList<>();
        first.onDone(f -> {
            go.countDown();
            running.join();
            terminated.add(pool.isTerminated() && !second.isDone());
        });
        pool.shutdown();
        assertEquals(List.of(false), terminated);
        pool.close();
    }

    @Test
    void aWorkersWrapperMayCloseThePool() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        ThreadPool[] own = new ThreadPool[1];
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .idleTimeout(Duration.ZERO)
                .threadFactory(worker -> new Thread(() -> {
                    worker.run();
                    own[0].close();
                    closed.countDown();
                }))
                .build();
        own[0] = pool;
        Thread worker = pool.submit(Thread::currentThread).join();
        Waiting.await(closed);
        worker.join();
    }

    @Test
    void aCallbackRunsOutsideItsTask() {
        ThreadPool pool = pool(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskPromise<Boolean> outside = new TaskPromise<>();
        TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
        task.onDone(f -> outside.succeed(TaskFuture.current() == null));
        go.countDown();
        assertTrue(outside.future().join());
        pool.close();
    }
}
