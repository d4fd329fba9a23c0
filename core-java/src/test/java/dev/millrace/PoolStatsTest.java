// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code stats()} and {@code dump()} say of a pool. */
@ExtendWith(NoThreadsLeft.class)
class PoolStatsTest {
    private final FakeBackend clock = new FakeBackend();
    private final List<ThreadPool> open = new ArrayList<>();

    private ThreadPool open(ThreadPool.Builder builder) {
        ThreadPool pool = builder.build();
        open.add(pool);
        return pool;
    }

    @AfterEach
    void closeAll() {
        open.forEach(ThreadPool::shutdownNow);
        open.forEach(ThreadPool::close);
    }

    private static PoolStats atRest(ThreadPool pool) throws InterruptedException {
        assertTrue(pool.awaitQuiescence(Duration.ofSeconds(30)));
        return pool.stats();
    }

    private static Object fail(String why) {
        throw new IllegalStateException(why);
    }

    @Test
    void eachWayToEndIsCountedOnce() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().name("p").maxWorkers(2));
        TaskExecutorService view = pool.limited(1);
        for (int i = 0; i < 10; i++) {
            pool.submit(() -> {}).join();
            view.submit(() -> {}).join();
        }
        TaskFuture<?> failing = pool.submit(() -> fail("one"));
        assertThrows(IllegalStateException.class, failing::join);
        HeldTask polite = HeldTask.polite();
        TaskFuture<?> running = pool.submit(polite);
        polite.awaitBegun();
        assertTrue(running.cancel(true));
        HeldTask slow = HeldTask.polite();
        TaskFuture<?> late = pool.submit(slow, TaskOptions.timeout(Duration.ofMillis(20)));
        assertThrows(TaskTimeoutException.class, late::join);
        pool.execute(() -> {});
        pool.map(List.of(1, 2, 3), i -> i, MapOptions.chunk(1)).forEach(i -> {});

        PoolStats stats = atRest(pool);
        assertEquals(24, stats.succeeded());
        assertEquals(1, stats.failed());
        assertEquals(1, stats.cancelled());
        assertEquals(1, stats.timedOut());
        assertEquals(0, stats.rejected());
        assertEquals(27, stats.submitted());
        assertEquals(27, stats.completed());
        assertEquals(0, stats.running());
        assertEquals(0, stats.queueWait().count());
        assertEquals(2, stats.maxWorkers());
    }

    /** No rest is needed for that. */
    @Test
    void whoHasSeenAResultFindsItCounted() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(2));
        TaskExecutorService view = pool.limited(1);
        for (int i = 1; i <= 20_000; i++) {
            (i % 2 == 0 ? pool : view).submit(() -> {}).get();
            assertEquals(i, pool.stats().succeeded());
        }
    }

    /** It was counted as failed for a moment, and who looked just then saw one fail that did not. */
    @Test
    void aTimeOutIsNeverCountedAsAFailure() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1));
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        List<Long> failed = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 100; i++) {
            TaskFuture<?> late = pool.submit(() -> {}, TaskOptions.timeout(Duration.ofNanos(1)));
            late.onDone(f -> failed.add(pool.stats().failed()));
            Waiting.until(late::isDone);
        }
        held.letGo();
        assertEquals(100, atRest(pool).timedOut());
        Waiting.until(() -> failed.size() == 100);
        assertEquals(List.of(0L), failed.stream().distinct().collect(Collectors.toList()));
    }

    @Test
    void whatNeverRanIsCountedToo() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1));
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        TaskFuture<?> cancelled = pool.submit(() -> {});
        pool.submit(() -> {});
        assertTrue(cancelled.cancelIfPending());
        assertEquals(1, pool.stats().queued());
        assertEquals(1, pool.stats().running());
        assertEquals(3, pool.stats().submitted());
        pool.shutdownAndCancelPending();
        held.letGo();
        pool.close();
        PoolStats stats = pool.stats();
        assertEquals(2, stats.cancelled());
        assertEquals(1, stats.succeeded());
        assertEquals(3, stats.submitted());
        assertEquals(0, stats.workers());
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
        assertEquals(1, pool.stats().rejected());
        assertEquals(3, pool.stats().submitted());
    }

    @Test
    void whoRunsATaskInPlaceCountsIt() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).boundedQueue(0, WhenFull.RUN_IN_CALLER));
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        assertEquals("here", pool.submit(() -> "here").join());
        held.letGo();
        assertEquals(2, atRest(pool).succeeded());

        ThreadPool nesting = open(ThreadPool.builder().maxWorkers(1));
        TaskExecutorService view = nesting.limited(1);
        assertEquals(7, nesting.submit(() -> view.submit(() -> 7).join()).join());
        assertEquals(7, view.submit(() -> nesting.submit(() -> 7).join()).join());
        assertEquals(4, atRest(nesting).succeeded());
    }

    @Test
    void aWorkerThatLeavesTakesNothingAlong() throws Exception {
        ThreadPool pool =
                open(ThreadPool.builder().maxWorkers(2).maxTasksPerWorker(3).initializer(() -> {}));
        for (int i = 0; i < 20; i++) {
            pool.submit(() -> {}).join();
        }
        assertEquals(20, atRest(pool).succeeded());
        assertEquals(20, pool.stats().submitted());
    }

    @Test
    void anInitializerIsNoTask() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).initializer(() -> fail("no licence")));
        TaskFuture<?> pending = pool.submit(() -> {});
        assertThrows(BrokenPoolException.class, pending::join);
        PoolStats stats = atRest(pool);
        assertEquals(0, stats.succeeded());
        assertEquals(1, stats.failed());
        assertEquals(1, stats.submitted());
    }

    @Test
    void whatIsRefusedIsNotAmongTheSubmitted() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).boundedQueue(1, WhenFull.REJECT));
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        pool.submit(() -> {});
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
        assertTrue(pool.trySubmit(() -> 1, Duration.ZERO).isEmpty());
        TaskFuture<Integer> inLine = pool.submitWhenRoom(() -> 2);
        PoolStats stats = pool.stats();
        assertEquals(2, stats.rejected());
        assertEquals(1, stats.queued());
        assertEquals(1, stats.waitingForRoom());
        assertEquals(1, stats.queueCapacity());
        assertEquals(3, stats.submitted());
        held.letGo();
        assertEquals(2, inLine.join());
        assertEquals(3, atRest(pool).succeeded());
    }

    /** A map over a pool that is full waits in its line: nothing is refused. */
    @Test
    void aMapOverAFullPoolIsNotRefused() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).boundedQueue(1, WhenFull.REJECT));
        List<Integer> inputs = IntStream.range(0, 100).boxed().collect(Collectors.toList());
        assertEquals(inputs, pool.map(inputs, i -> i, MapOptions.chunk(1)).collect(Collectors.toList()));
        assertEquals(0, atRest(pool).rejected());
        assertEquals(100, pool.stats().succeeded());
    }

    @Test
    void aRefusedTaskOfAGroupIsCountedOnce() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).boundedQueue(0, WhenFull.REJECT));
        HeldTask held = HeldTask.polite();
        TaskGroup group = pool.group();
        group.submit(held);
        held.awaitBegun();
        assertThrows(RejectedExecutionException.class, () -> group.submit(() -> 1));
        held.letGo();
        group.join();
        group.close();
        PoolStats stats = atRest(pool);
        assertEquals(1, stats.rejected());
        assertEquals(0, stats.cancelled());
        assertEquals(1, stats.submitted());
    }

    @Test
    void anInitializerThatRunsIsNoTaskEither() throws Exception {
        HeldTask held = HeldTask.polite();
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).initializer(held::run));
        TaskFuture<?> pending = pool.submit(() -> {});
        held.awaitBegun();
        assertEquals(0, pool.stats().running());
        assertEquals(1, pool.stats().submitted());
        held.letGo();
        pending.join();
    }

    @Test
    void timesAreThoseOfTheClock() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).backend(clock).recordTimes());
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        HeldTask next = HeldTask.polite();
        pool.submit(next);
        clock.advance(Duration.ofMillis(30));
        assertEquals(Duration.ofMillis(30), pool.stats().oldestQueued());
        held.letGo();
        next.awaitBegun();
        clock.advance(Duration.ofMillis(70));
        next.letGo();
        PoolStats stats = atRest(pool);
        assertEquals(2, stats.queueWait().count());
        assertEquals(Duration.ofMillis(30), stats.queueWait().max());
        assertEquals(Duration.ofMillis(70), stats.runTime().max());
        assertEquals(Duration.ofMillis(100), stats.runTime().total());
        assertEquals(Duration.ZERO, stats.oldestQueued());
    }

    /** The times of one in 64, each for 64: about as many as there are. */
    @Test
    void underLoadASampleStandsForAll() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).recordTimes());
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        for (int i = 0; i < 100_000; i++) {
            pool.execute(() -> {});
        }
        held.letGo();
        PoolStats stats = atRest(pool);
        assertEquals(100_001, stats.succeeded());
        // Fifteen standard deviations.
        assertEquals(100_001, stats.queueWait().count(), 15 * 64 * Math.sqrt(100_000 / 64.0));
        assertEquals(stats.queueWait().count(), stats.runTime().count());
    }

    @Test
    void withoutTimesTheOldestIsAsOldAsSomebodyHasSeenIt() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().maxWorkers(1).backend(clock));
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        pool.submit(() -> {});
        assertEquals(Duration.ZERO, pool.stats().oldestQueued());
        clock.advance(Duration.ofSeconds(5));
        assertEquals(Duration.ofSeconds(5), pool.stats().oldestQueued());
        held.letGo();
    }

    @Test
    void aDumpShowsWhoDoesWhat() throws Exception {
        ThreadPool pool = open(
                ThreadPool.builder().name("io").maxWorkers(1).backend(clock).boundedQueue(11, WhenFull.BLOCK));
        HeldTask held = HeldTask.polite();
        pool.submit(
                () -> {
                    pool.submit(held, TaskOptions.named("inner")).join();
                },
                TaskOptions.named("outer"));
        held.awaitBegun();
        for (int i = 0; i < 12; i++) {
            pool.submitWhenRoom(() -> null, TaskOptions.named("t" + i));
        }
        Waiting.until(() -> pool.dump().contains("worker io-1, WAITING"));
        clock.advance(Duration.ofSeconds(3));
        String dump = pool.dump();
        assertTrue(dump.startsWith("ThreadPool[io, running, 1 of 1 workers busy, 11 tasks waiting]"), dump);
        assertTrue(dump.contains("worker io-1, WAITING"), dump);
        assertTrue(dump.contains("  TaskFuture[inner, RUNNING], for at least PT3S"), dump);
        assertTrue(dump.contains("dev.millrace.HeldTask.call"), dump);
        assertTrue(dump.contains("waiting for a worker: t0, for at least PT3S, t1, "), dump);
        assertTrue(dump.contains("t9, and 1 others"), dump);
        assertTrue(dump.contains("waiting for room: t11"), dump);
        held.letGo();
    }
}
