// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Promise 5, the room: what a bounded queue takes, refuses, and lets wait. */
class BoundedQueueTest {
    private final FakeBackend backend = new FakeBackend();
    private final CountDownLatch go = new CountDownLatch(1);

    private ThreadPool pool(int workers, int capacity, WhenFull whenFull) {
        return ThreadPool.builder()
                .name("b")
                .maxWorkers(workers)
                .boundedQueue(capacity, whenFull)
                .backend(backend)
                .build();
    }

    private TaskFuture<?> occupy(ThreadPool pool) {
        return pool.submit(() -> Waiting.await(go));
    }

    @Test
    void saturationIsExactlyWorkersPlusCapacity() {
        for (int round = 0; round < 2_000; round++) {
            CountDownLatch end = new CountDownLatch(1);
            ThreadPool pool = ThreadPool.builder()
                    .maxWorkers(1)
                    .boundedQueue(1, WhenFull.REJECT)
                    .build();
            pool.execute(() -> Waiting.await(end));
            pool.execute(() -> {});
            assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
            end.countDown();
            pool.close();
        }
    }

    @Test
    void capacityZeroHandsOver() {
        ThreadPool pool = pool(1, 0, WhenFull.REJECT);
        assertEquals(1, pool.submit(() -> 1).join());
        assertEquals(2, pool.submit(() -> 2).join());
        occupy(pool);
        assertThrows(RejectedExecutionException.class, () -> occupy(pool));
        go.countDown();
        pool.close();
    }

    @Test
    void aWorkerWithACallbackToRunIsNotFreeForWhoSeesItsResult() {
        ThreadPool pool = pool(1, 0, WhenFull.REJECT);
        List<Boolean> taken = new CopyOnWriteArrayList<>();
        CountDownLatch called = new CountDownLatch(1);
        TaskFuture<?> task = occupy(pool);
        // Told as a thread that waits is: when the result is there, and before callbacks.
        task.signal(f -> taken.add(pool.trySubmit(() -> 1, Duration.ZERO).isPresent()));
        task.onDone(f -> called.countDown());
        go.countDown();
        Waiting.await(called);
        assertEquals(List.of(false), taken);
        pool.close();
    }

    @Test
    void aCancelledTaskGivesItsPlaceBackAtOnce() {
        ThreadPool pool = pool(1, 1, WhenFull.REJECT);
        occupy(pool);
        for (int i = 0; i < 1_000; i++) {
            assertTrue(pool.submit(() -> {}).cancel(false));
        }
        TaskFuture<?> last = pool.submit(() -> {});
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
        go.countDown();
        last.join();
        pool.close();
    }

    @Test
    void aFullQueueRunsInTheCaller() {
        ThreadPool pool = pool(1, 0, WhenFull.RUN_IN_CALLER);
        occupy(pool);
        assertSame(Thread.currentThread(), pool.submit(Thread::currentThread).join());
        assertEquals(null, TaskFuture.current());
        go.countDown();
        pool.close();
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
    }

    @Test
    void whoBlocksComesInWhenThereIsRoomFirstComeFirstServed() throws Exception {
        ThreadPool pool = pool(1, 0, WhenFull.BLOCK);
        occupy(pool);
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<Thread> submitters = new ArrayList<>();
        List<TaskFuture<?>> inLine = new ArrayList<>();
        for (int i = 0; i < 6; i += 2) {
            int mine = i;
            Thread submitter = new Thread(() -> pool.submit(() -> order.add(mine)));
            submitter.start();
            Waiting.untilBlocked(submitter);
            submitters.add(submitter);
            inLine.add(pool.submitWhenRoom(() -> order.add(mine + 1)));
        }
        go.countDown();
        for (Thread submitter : submitters) {
            submitter.join();
        }
        inLine.forEach(TaskFuture::join);
        assertTrue(pool.awaitQuiescence(Duration.ofDays(1)));
        assertEquals(List.of(0, 1, 2, 3, 4, 5), order);
        pool.close();
    }

    @Test
    void aPlaceInTheLineCanBeGivenUp() throws Exception {
        ThreadPool pool = pool(1, 0, WhenFull.BLOCK);
        occupy(pool);
        AtomicInteger runs = new AtomicInteger();
        TaskFuture<?> first = pool.submitWhenRoom(runs::incrementAndGet);
        TaskFuture<?> second = pool.submitWhenRoom(() -> "second");
        assertTrue(first.cancel(true));
        go.countDown();
        assertEquals("second", second.get());
        pool.close();
        assertEquals(0, runs.get());
    }

    @Test
    void trySubmitWaitsForRoomSoLongAtMost() throws Exception {
        ThreadPool pool = pool(1, 0, WhenFull.REJECT);
        occupy(pool);
        assertEquals(Optional.empty(), pool.trySubmit(() -> 1, Duration.ZERO));
        TaskPromise<Boolean> timedOut = new TaskPromise<>();
        Thread waiting = new Thread(() ->
                timedOut.succeed(pool.trySubmit(() -> 1, Duration.ofSeconds(5)).isEmpty()));
        waiting.start();
        backend.awaitSleepers(1);
        backend.advance(Duration.ofSeconds(5));
        assertTrue(timedOut.future().get());
        TaskPromise<Integer> accepted = new TaskPromise<>();
        Thread second = new Thread(() -> accepted.succeed(
                pool.trySubmit(() -> 2, Duration.ofSeconds(5)).orElseThrow().join()));
        second.start();
        backend.awaitSleepers(1);
        go.countDown();
        assertEquals(2, accepted.future().get());
        waiting.join();
        second.join();
        pool.close();
    }

    @Test
    void aTaskThatIsLetInAtTheMomentWhenItsTimeIsOverIsAcceptedAndRuns() throws Exception {
        ThreadPool pool = pool(1, 1, WhenFull.REJECT);
        occupy(pool);
        TaskFuture<?> queued = pool.submit(() -> {});
        TaskPromise<Optional<TaskFuture<String>>> outcome = new TaskPromise<>();
        Thread submitter = new Thread(() -> outcome.succeed(pool.trySubmit(() -> "ran", Duration.ofSeconds(5))));
        submitter.start();
        backend.awaitSleepers(1);
        // It wakes because its time is over, sees no decision yet, looks at the clock: and now there is room.
        backend.beforeNextLook(() -> queued.cancel(true));
        backend.advance(Duration.ofSeconds(5));
        TaskFuture<String> accepted = outcome.future().get().orElseThrow();
        go.countDown();
        assertEquals("ran", accepted.get(Duration.ofSeconds(30)));
        submitter.join();
        pool.close();
    }

    @Test
    void anInterruptAtTheMomentWhenATaskIsLetInIsKeptForLater() throws Exception {
        ThreadPool pool = pool(1, 1, WhenFull.REJECT);
        occupy(pool);
        TaskFuture<?> queued = pool.submit(() -> {});
        TaskPromise<Boolean> flag = new TaskPromise<>();
        Thread submitter = new Thread(() -> {
            TaskFuture<?> accepted =
                    pool.trySubmit(() -> "in", Duration.ofSeconds(5)).orElseThrow();
            flag.succeed(Thread.interrupted() && !accepted.isCancelled());
        });
        submitter.start();
        backend.awaitSleepers(1);
        // It wakes, sees no decision yet, looks at the clock: now there is room, and now comes the interrupt.
        backend.beforeNextLook(() -> {
            queued.cancel(true);
            Thread.currentThread().interrupt();
        });
        LockSupport.unpark(submitter);
        assertTrue(flag.future().get());
        go.countDown();
        submitter.join();
        pool.close();
    }

    @Test
    void aTaskThatSubmitsToItsOwnFullPoolRunsTheNewOneInPlace() {
        ThreadPool pool = pool(1, 0, WhenFull.BLOCK);
        TaskFuture<Boolean> outer = pool.submit(() -> {
            Thread me = Thread.currentThread();
            return pool.submit(Thread::currentThread).join() == me;
        });
        assertTrue(outer.join());
        pool.close();
    }

    @Test
    void aTimeLimitEndsTheWaitForRoomToo() throws Exception {
        ThreadPool pool = pool(1, 0, WhenFull.BLOCK);
        occupy(pool);
        TaskPromise<TaskFuture<?>> returned = new TaskPromise<>();
        Thread submitter =
                new Thread(() -> returned.succeed(pool.submit(() -> 1, TaskOptions.timeout(Duration.ofSeconds(3)))));
        submitter.start();
        Waiting.untilBlocked(submitter);
        backend.advance(Duration.ofSeconds(3));
        assertThrows(TaskTimeoutException.class, returned.future().get()::join);
        submitter.join();
        go.countDown();
        pool.close();
    }

    @Test
    void invokeAllOfMoreThanTheRoomWaitsForIt() throws Exception {
        ThreadPool pool = pool(2, 1, WhenFull.BLOCK);
        List<java.util.concurrent.Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int mine = i;
            tasks.add(() -> mine);
        }
        int sum = 0;
        for (var future : pool.invokeAll(tasks)) {
            sum += future.get();
        }
        assertEquals(4_950, sum);
        pool.close();
    }

    @Test
    void manyBlockedSubmittersAllComeIn() throws Exception {
        ThreadPool pool = pool(2, 2, WhenFull.BLOCK);
        AtomicInteger runs = new AtomicInteger();
        List<Thread> submitters = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Thread submitter = new Thread(() -> {
                for (int k = 0; k < 500; k++) {
                    pool.execute(runs::incrementAndGet);
                }
            });
            submitter.start();
            submitters.add(submitter);
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }
        pool.close();
        assertEquals(16 * 500, runs.get());
    }

    @Test
    void thereIsRoomWhenTheMostWorkersGrows() {
        ThreadPool pool = pool(1, 0, WhenFull.REJECT);
        occupy(pool);
        TaskFuture<Integer> inLine = pool.submitWhenRoom(() -> 1);
        assertFalse(inLine.isDone());
        pool.setMaxWorkers(2);
        assertEquals(1, inLine.join());
        go.countDown();
        pool.close();
    }

    @Test
    void aWorkerThatRetiresMakesRoomBeforeItsResultIsKnown() {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .maxTasksPerWorker(1)
                .boundedQueue(0, WhenFull.REJECT)
                .build();
        for (int i = 0; i < 1_000; i++) {
            int mine = i;
            assertEquals(mine, pool.submit(() -> mine).join());
        }
        pool.close();
    }

    @Test
    void workersThatHaveRetiredLeaveTheBoundAsItWas() {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .maxTasksPerWorker(1)
                .boundedQueue(0, WhenFull.REJECT)
                .build();
        for (int i = 0; i < 5; i++) {
            pool.submit(() -> 1).join();
        }
        Waiting.until(occupy(pool)::isRunning);
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> 2));
        go.countDown();
        pool.close();
    }

    @Test
    void aTimeLimitThatIsOverBeforeTheTaskHasAPlaceLeavesNoneTaken() {
        ThreadPool pool = pool(1, 1, WhenFull.BLOCK);
        occupy(pool);
        TaskOptions none = TaskOptions.timeout(Duration.ofNanos(1));
        backend.ringAtOnce();
        for (int i = 0; i < 10; i++) {
            assertThrows(TaskTimeoutException.class, pool.submit(() -> "never", none)::join);
        }
        TaskFuture<String> takesThePlace = pool.submit(() -> "in time");
        // Now the queue is full: the task whose time is over does not wait for room.
        assertThrows(TaskTimeoutException.class, pool.submit(() -> "never", none)::join);
        go.countDown();
        assertEquals("in time", takesThePlace.join());
        pool.close();
    }

    @Test
    void anOverflowingStackInACallerLosesNoPlaceAndLetsThePoolEnd() throws Exception {
        for (int round = 0; round < 20; round++) {
            CountDownLatch end = new CountDownLatch(1);
            ThreadPool pool = ThreadPool.builder()
                    .maxWorkers(1)
                    .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                    .build();
            pool.submit(() -> Waiting.await(end));
            Thread caller = new Thread(
                    null,
                    () -> assertThrows(StackOverflowError.class, () -> deep(pool, 1_000_000)),
                    "deep",
                    300_000 + 77L * round);
            caller.start();
            caller.join();
            end.countDown();
            pool.close();
        }
    }

    private static int deep(ThreadPool pool, int levels) {
        pool.submit(() -> 1);
        return levels == 0 ? 0 : 1 + deep(pool, levels - 1);
    }
}
