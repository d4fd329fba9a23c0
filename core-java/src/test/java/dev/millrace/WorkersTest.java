// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Promises 4, 5 and 8: a queued task gets a worker, workers are used before they are started, idle ones leave. */
class WorkersTest {
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final FakeBackend backend = new FakeBackend();

    private ThreadPool.Builder pool(int workers) {
        return ThreadPool.builder().name("w").maxWorkers(workers).backend(backend);
    }

    @Test
    void noThreadIsStartedBeforeTheFirstTask() {
        ThreadPool pool = pool(4).build();
        assertEquals(0, backend.started());
        pool.shutdown();
        assertTrue(pool.isTerminated());
    }

    @Test
    void tasksThatBlockAtOnceAllStart() throws Exception {
        ThreadPool pool = pool(8).build();
        CyclicBarrier all = new CyclicBarrier(8);
        List<TaskFuture<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tasks.add(pool.submit(() -> all.await(30, TimeUnit.SECONDS)));
        }
        for (TaskFuture<?> task : tasks) {
            task.get();
        }
        assertEquals(8, backend.started());
        pool.close();
    }

    @Test
    void submitsEachAfterTheLastOnesResultUseOneThread() {
        ThreadPool pool = pool(8).build();
        Thread first = pool.submit(Thread::currentThread).join();
        for (int i = 0; i < 10_000; i++) {
            assertSame(first, pool.submit(Thread::currentThread).join());
        }
        assertEquals(1, backend.started());
        pool.close();
    }

    @Test
    void aWorkerThatRunsACallbackIsBusyAndQueuedWorkGetsAnother() {
        ThreadPool pool = pool(2).build();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch inCallback = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
        task.onDone(f -> {
            inCallback.countDown();
            Waiting.await(end);
        });
        go.countDown();
        Waiting.await(inCallback);
        assertEquals("other", pool.submit(() -> "other").join());
        end.countDown();
        pool.close();
    }

    @Test
    void aCallbackThatComesAtTheLastMomentMakesItsWorkerBusyAgainAndQueuedWorkGetsAnother() throws Exception {
        ThreadPool pool = pool(2).boundedQueue(0, WhenFull.BLOCK).build();
        TaskExecutorService view = pool.limited(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        TaskFuture<?> task = view.submit(() -> Waiting.await(go));
        Aside<TaskFuture<String>> blocked = Aside.call(() -> view.submit(() -> "other"));
        blocked.awaitParked();
        // The worker counts as free, lets the blocked one in, and is about to publish its result.
        backend.beforeNextUnpark(() -> task.onDone(f -> Waiting.await(end)));
        go.countDown();
        assertEquals("other", blocked.value().join());
        end.countDown();
        pool.close();
    }

    @Test
    void aCallbackThatWasTakenBackLeavesTheWorkerFreeForWhoSeesTheResult() {
        ThreadPool pool = pool(8).build();
        for (int i = 0; i < 1_000; i++) {
            CountDownLatch go = new CountDownLatch(1);
            TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
            assertTrue(task.onDone(f -> {}).remove());
            go.countDown();
            task.join();
        }
        assertEquals(1, backend.started());
        pool.close();
    }

    @Test
    void aCallbackMayWaitForATaskOfItsOwnPool() {
        ThreadPool pool = pool(1).build();
        CountDownLatch go = new CountDownLatch(1);
        TaskPromise<String> seen = new TaskPromise<>();
        TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
        task.onDone(f -> seen.succeed(pool.submit(() -> "from the callback").join()));
        go.countDown();
        assertEquals("from the callback", seen.future().join());
        pool.close();
    }

    @Test
    @Tag("one-processor")
    void theSecondTaskRunsWhileTheFirstSpins() {
        for (int workers : new int[] {2, 8}) {
            ThreadPool pool = ThreadPool.builder()
                    .maxWorkers(workers)
                    .idleTimeout(FOR_EVER)
                    .build();
            for (int round = 0; round < (workers == 2 ? 100_000 : 20_000); round++) {
                AtomicBoolean second = new AtomicBoolean();
                TaskFuture<?> spinning = pool.submit(() -> {
                    while (!second.get()) {
                        Thread.yield();
                    }
                });
                pool.execute(() -> second.set(true));
                spinning.join();
            }
            pool.close();
        }
    }

    @Test
    @Tag("one-processor")
    void noWakeUpIsLostBetweenWorkersThatParkAndTasksThatCome() {
        for (int workers : new int[] {1, 2, 8}) {
            ThreadPool pool = ThreadPool.builder()
                    .maxWorkers(workers)
                    .idleTimeout(FOR_EVER)
                    .build();
            for (int round = 0; round < 30_000; round++) {
                TaskFuture<Integer> one = pool.submit(() -> 1);
                TaskFuture<Integer> two = pool.submit(() -> 2);
                assertEquals(3, two.join() + one.join());
            }
            pool.close();
        }
    }

    @Test
    void idleWorkersEndAfterTheTimeoutAndLaterTasksStartNewOnes() throws Exception {
        ThreadPool pool = pool(3).idleTimeout(Duration.ofSeconds(7)).build();
        CyclicBarrier all = new CyclicBarrier(3);
        List<TaskFuture<Thread>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tasks.add(pool.submit(() -> {
                all.await();
                return Thread.currentThread();
            }));
        }
        List<Thread> threads = new ArrayList<>();
        for (TaskFuture<Thread> task : tasks) {
            threads.add(task.get());
        }
        backend.awaitSleepers(3);
        backend.advance(Duration.ofMillis(6_999));
        assertTrue(threads.stream().allMatch(Thread::isAlive));
        backend.awaitSleepers(3);
        backend.advance(Duration.ofMillis(1));
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals("w, running, 0 of 3 workers busy, 0 tasks waiting", description(pool));
        Thread later = pool.submit(Thread::currentThread).join();
        assertFalse(threads.contains(later));
        pool.close();
    }

    private static String description(ThreadPool pool) {
        return pool.toString().replace("ThreadPool[", "").replace("]", "");
    }

    @Test
    void theWorkerThatParkedLastIsUsedFirst() throws Exception {
        ThreadPool pool = pool(2).build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<Thread> slow = pool.submit(() -> {
            Waiting.await(go);
            return Thread.currentThread();
        });
        pool.submit(() -> {}).get();
        backend.awaitSleepers(1);
        go.countDown();
        Thread last = slow.get();
        backend.awaitSleepers(2);
        assertSame(last, pool.submit(Thread::currentThread).get());
        pool.close();
    }

    @Test
    void withAnIdleTimeoutOfZeroAWorkerEndsWhenThereIsNoWork() throws Exception {
        ThreadPool pool = pool(2).idleTimeout(Duration.ZERO).build();
        Thread first = pool.submit(Thread::currentThread).get();
        first.join();
        assertNotSame(first, pool.submit(Thread::currentThread).get());
        pool.close();
    }

    @Test
    void aParkedWorkerStaysParkedUntilItIsWanted() throws Exception {
        ThreadPool pool = pool(8).build();
        CyclicBarrier all = new CyclicBarrier(8);
        for (int i = 0; i < 8; i++) {
            pool.submit(() -> all.await());
        }
        backend.awaitSleepers(8);
        int parks = backend.parks();
        pool.submit(() -> {}).join();
        backend.awaitSleepers(8);
        // The one that ran the task has parked once more, the others have not moved.
        assertEquals(parks + 1, backend.parks());
        pool.close();
    }

    @Test
    void aWorkerRetiresAfterItsTasksAndIsReplaced() {
        ThreadPool pool = pool(1).maxTasksPerWorker(2).build();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            threads.add(pool.submit(Thread::currentThread).join());
        }
        assertSame(threads.get(0), threads.get(1));
        assertNotSame(threads.get(1), threads.get(2));
        assertSame(threads.get(2), threads.get(3));
        assertNotSame(threads.get(3), threads.get(4));
        pool.close();
        assertEquals(3, backend.started());
    }

    @Test
    void anIdleSurplusWorkerLeavesAtOnceWhenTheMostShrinks() throws Exception {
        ThreadPool pool = pool(2).build();
        CyclicBarrier both = new CyclicBarrier(2);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            pool.submit(() -> {
                threads.add(Thread.currentThread());
                return both.await();
            });
        }
        backend.awaitSleepers(2);
        pool.setMaxWorkers(1);
        Waiting.until(() -> threads.stream().filter(Thread::isAlive).count() == 1);
        pool.close();
    }

    @Test
    void theInitializerIsNoTaskOfItsWorker() {
        ThreadPool pool = pool(1).initializer(() -> {}).maxTasksPerWorker(2).build();
        Thread first = pool.submit(Thread::currentThread).join();
        assertSame(first, pool.submit(Thread::currentThread).join());
        assertNotSame(first, pool.submit(Thread::currentThread).join());
        pool.close();
    }

    @Test
    void aWorkerRetiresAfterItsTasksThoughMoreWait() {
        ThreadPool pool = pool(1).maxTasksPerWorker(2).build();
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> ran = new CopyOnWriteArrayList<>();
        pool.execute(() -> {
            Waiting.await(go);
            ran.add(Thread.currentThread());
        });
        for (int i = 0; i < 5; i++) {
            pool.execute(() -> ran.add(Thread.currentThread()));
        }
        go.countDown();
        pool.close();
        assertEquals(6, ran.size());
        assertEquals(3, new HashSet<>(ran).size());
        assertEquals(3, backend.started());
    }

    @Test
    void aRetiringWorkerLeavesNoQueuedTaskBehind() {
        ThreadPool pool = pool(2).maxTasksPerWorker(1).build();
        AtomicInteger runs = new AtomicInteger();
        List<TaskFuture<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            tasks.add(pool.submit(runs::incrementAndGet));
        }
        tasks.forEach(TaskFuture::join);
        assertEquals(2_000, runs.get());
        pool.close();
    }

    @Test
    void neverMoreWorkersAreBusyThanTheMost() {
        ThreadPool pool = pool(3).build();
        AtomicInteger busy = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<TaskFuture<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            tasks.add(pool.submit(() -> {
                most.accumulateAndGet(busy.incrementAndGet(), Math::max);
                Thread.yield();
                busy.decrementAndGet();
            }));
        }
        tasks.forEach(TaskFuture::join);
        assertTrue(most.get() <= 3, "busy at once: " + most);
        assertEquals(3, backend.started());
        pool.close();
    }

    @Test
    void moreWorkersAreStartedAtOnceWhenTheMostGrows() {
        ThreadPool pool = pool(1).build();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            pool.execute(() -> {
                running.countDown();
                Waiting.await(go);
            });
        }
        Waiting.until(() -> running.getCount() == 2);
        pool.setMaxWorkers(3);
        Waiting.await(running);
        go.countDown();
        pool.close();
    }

    @Test
    void surplusWorkersLeaveAfterTheirTaskWhenTheMostShrinks() throws Exception {
        ThreadPool pool = pool(3).build();
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        List<TaskFuture<Thread>> busy = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            busy.add(pool.submit(() -> {
                running.countDown();
                Waiting.await(go);
                return Thread.currentThread();
            }));
        }
        Waiting.await(running);
        Thread idle = pool.submit(Thread::currentThread).get();
        backend.awaitSleepers(1);
        pool.setMaxWorkers(1);
        idle.join();
        TaskFuture<Integer> queued = pool.submit(() -> 1);
        assertTrue(queued.isPending());
        go.countDown();
        assertEquals(1, queued.get());
        Waiting.until(() -> busy.stream().filter(task -> task.join().isAlive()).count() == 1);
        pool.close();
    }

    @Test
    void threadsAreNamedAfterThePoolAndAreNoDaemons() {
        ThreadPool pool = pool(1).build();
        Thread worker = pool.submit(Thread::currentThread).join();
        assertEquals("w-1", worker.getName());
        assertFalse(worker.isDaemon());
        pool.close();
    }

    @Test
    void quiescenceIsWhenNothingPendsOrRunsOrCallsBack() throws Exception {
        ThreadPool pool = pool(1).build();
        assertTrue(pool.awaitQuiescence(Duration.ZERO));
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch inCallback = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        TaskFuture<?> task = pool.submit(() -> Waiting.await(go));
        task.onDone(f -> {
            inCallback.countDown();
            Waiting.await(end);
        });
        assertFalse(pool.awaitQuiescence(Duration.ZERO));
        go.countDown();
        Waiting.await(inCallback);
        assertFalse(pool.awaitQuiescence(Duration.ZERO));
        end.countDown();
        assertTrue(pool.awaitQuiescence(Duration.ofDays(1)));
        assertFalse(pool.isShutdown());
        pool.close();
    }

    @Test
    void aClockThatStandsStillKeepsNobodyAwake() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .backend(new SystemLike() {
                    @Override
                    long nanoTime() {
                        return 0;
                    }

                    @Override
                    long searchNanos() {
                        return 20_000;
                    }
                })
                .build();
        HeldTask held = HeldTask.polite();
        TaskFuture<String> task = pool.submit(held);
        held.awaitBegun();
        Aside<String> waiter = Aside.call(task::get).awaitParked();
        held.letGo();
        assertEquals("let go", waiter.value());
        for (int i = 0; i < 100; i++) {
            assertEquals("next", pool.submit(() -> "next").get(Duration.ofSeconds(10)));
        }
        pool.close();
    }

    @Test
    void aFreshWorkerForEachTaskInheritsNothingFromTheOneBefore() throws Exception {
        InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
        ThreadLocal<String> plain = new ThreadLocal<>();
        try (ThreadPool pool =
                ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(1).build()) {
            HeldTask held = HeldTask.polite();
            pool.submit(() -> {
                held.call();
                inheritable.set("of the first");
                plain.set("of the first");
                return null;
            });
            // Queued, so that it is the first one's thread that starts the next.
            TaskFuture<String> second = pool.submit(() -> inheritable.get() + plain.get());
            held.letGo();
            assertEquals("nullnull", second.join());
        }
    }
}
