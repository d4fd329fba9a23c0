// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What groups do on our own pools beside {@link GroupContract}. */
class TaskGroupTest extends ContractFixture {
    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.of(maxWorkers);
    }

    private static <T> T value(TaskFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static String nested(TaskExecutorService executor, int levels) throws InterruptedException {
        try (TaskGroup group = executor.group()) {
            if (levels == 0) {
                return "leaf";
            }
            TaskFuture<String> left = group.submit(() -> nested(executor, levels - 1));
            TaskFuture<String> right = group.submit(() -> nested(executor, levels - 1));
            group.join();
            assertEquals(left.resultNow(), right.resultNow());
            return left.resultNow();
        }
    }

    @Test
    void nestedGroupsFinishOnAPoolOfAnySize() throws Exception {
        for (int workers : new int[] {1, 2, 4}) {
            TaskExecutorService pool = open(workers);
            for (TaskExecutorService executor : List.of(pool, pool.limited(1), pool.limited(2))) {
                assertEquals("leaf", nested(executor, 5));
                assertEquals("leaf", value(executor.submit(() -> nested(executor, 5))));
            }
        }
    }

    @Test
    void firstSuccessFinishesInATaskOfTheOnlyWorker() throws Exception {
        TaskExecutorService pool = open(1);
        for (TaskExecutorService executor : List.of(pool, pool.limited(1))) {
            Object first = value(pool.submit(() -> {
                try (TaskGroup group = executor.group()) {
                    group.submit(() -> {
                        throw new IllegalStateException("no");
                    });
                    group.submit(() -> "success");
                    return group.firstSuccess().resultNow();
                }
            }));
            assertEquals("success", first);
        }
    }

    /** The owner's thread runs the first task itself when the second, on the other worker, fails. */
    @Test
    void aFailureInterruptsTheTaskThatTheOwnerRunsItself() throws Exception {
        TaskExecutorService pool = open(2);
        HeldTask ownersOwn = polite();
        HeldTask fuse = polite();
        AtomicReference<Thread> ranOn = new AtomicReference<>();
        IllegalStateException failure = new IllegalStateException("no");
        TaskFuture<Thread> owner = pool.submit(() -> {
            try (TaskGroup group = pool.group()) {
                group.submit(() -> {
                    fuse.call();
                    throw failure;
                });
                fuse.awaitBegun();
                group.submit(() -> {
                    ranOn.set(Thread.currentThread());
                    return ownersOwn.call();
                });
                assertSame(failure, assertThrows(IllegalStateException.class, group::join));
                return Thread.currentThread();
            }
        });
        ownersOwn.awaitBegun();
        fuse.letGo();
        assertSame(ranOn.get(), value(owner));
        assertTrue(ownersOwn.wasInterrupted());
    }

    /** The owner's interrupt is held while the child runs on its thread; the child hears of it all the same. */
    @Test
    void cancellingAnOwnerThatRunsATaskItselfInterruptsThatTask() throws Exception {
        TaskExecutorService pool = open(1);
        for (boolean firstSuccess : new boolean[] {false, true}) {
            HeldTask ownersOwn = polite();
            HeldTask next = polite();
            AtomicReference<Class<?>> thrown = new AtomicReference<>();
            TaskFuture<Object> owner = pool.submit(() -> {
                try (TaskGroup group = pool.group()) {
                    group.submit(ownersOwn);
                    group.submit(next);
                    if (firstSuccess) {
                        group.firstSuccess();
                    } else {
                        group.join();
                    }
                } catch (InterruptedException e) {
                    thrown.set(e.getClass());
                }
                return null;
            });
            ownersOwn.awaitBegun();
            owner.cancel(true);
            ownersOwn.awaitInterrupted();
            assertTrue(owner.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
            assertEquals(InterruptedException.class, thrown.get());
            assertFalse(next.hasBegun());
        }
    }

    @Test
    void aTimeLimitOfAnOwnerThatRunsATaskItselfInterruptsThatTask() throws Exception {
        TaskExecutorService pool = open(1);
        HeldTask ownersOwn = polite();
        TaskFuture<Object> owner = pool.submit(
                () -> {
                    try (TaskGroup group = pool.group()) {
                        group.submit(ownersOwn);
                        group.join();
                    }
                    return null;
                },
                TaskOptions.timeout(Duration.ofMillis(200)));
        ownersOwn.awaitBegun().awaitInterrupted();
        assertTrue(owner.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
        assertThrows(TaskTimeoutException.class, owner::join);
    }

    /** A group that cleans up after a cancel is the business of the code that makes it. */
    @Test
    void aCancelledTaskMayStillOwnAGroup() throws Exception {
        TaskExecutorService pool = open(1);
        HeldTask task = stubborn();
        AtomicReference<Object> cleanedUp = new AtomicReference<>();
        TaskFuture<Object> owner = pool.submit(() -> {
            task.call();
            try (TaskGroup group = pool.group()) {
                TaskFuture<String> child = group.submit(() -> "cleaned up");
                group.join();
                cleanedUp.set(child.resultNow());
            }
            return null;
        });
        task.awaitBegun();
        owner.cancel(true);
        task.awaitInterrupted().letGo();
        assertTrue(owner.awaitExit(Duration.ofSeconds(PATIENCE_SECONDS)));
        assertEquals("cleaned up", cleanedUp.get());
    }

    /** Not so on a view, whose permit is given back before the callback that cancels the group. */
    @Test
    void whatPendsIsCancelledBeforeWhatRuns() throws Exception {
        HeldTask running = polite();
        List<Boolean> cancelled = new CopyOnWriteArrayList<>();
        try (TaskGroup group = open(1).group()) {
            TaskFuture<String> runs = group.submit(running);
            running.awaitBegun();
            TaskFuture<String> pends = group.submit(() -> "never");
            runs.onDone(f -> cancelled.add(pends.isCancelled()));
        }
        assertEquals(List.of(true), cancelled);
    }

    @Test
    void whatPendsInAPoolWhenOneFailsNeverRuns() throws Exception {
        HeldTask holder = polite();
        TaskExecutorService pool = openBusy(holder);
        AtomicInteger ran = new AtomicInteger();
        try (TaskGroup group = pool.group()) {
            group.submit(() -> {
                throw new IllegalStateException("no");
            });
            group.submit(ran::incrementAndGet);
            Aside<Object> owner = Aside.run(group::join).awaitParked();
            holder.letGo();
            owner.thrown(IllegalStateException.class);
        }
        finish(pool);
        assertEquals(0, ran.get());
    }

    @Test
    void closeInATaskOfTheOnlyWorkerWaitsForNothingThatPends() throws Exception {
        TaskExecutorService pool = open(1);
        for (TaskExecutorService executor : List.of(pool, pool.limited(1))) {
            List<TaskFuture<?>> children = new ArrayList<>();
            value(pool.submit(() -> {
                try (TaskGroup group = executor.group()) {
                    children.add(group.submit(() -> {}));
                    children.add(group.submit(() -> {}));
                }
            }));
            assertTrue(children.stream().allMatch(TaskFuture::isCancelled));
        }
    }

    @Test
    void tasksOfAClosedGroupRunNowhere() throws Exception {
        TaskExecutorService pool = open(3);
        for (int round = 0; round < 1_000; round++) {
            AtomicInteger inside = new AtomicInteger();
            try (TaskGroup group = pool.group()) {
                for (int i = 0; i < 6; i++) {
                    group.submit(() -> {
                        inside.incrementAndGet();
                        Thread.yield();
                        inside.decrementAndGet();
                    });
                }
            }
            assertEquals(0, inside.get());
            assertFalse(Thread.interrupted());
        }
    }

    // ---- room ----

    @Test
    void aGroupOfMoreTasksThanAFullPoolTakesIsJoined() throws Exception {
        for (WhenFull whenFull : List.of(WhenFull.BLOCK, WhenFull.RUN_IN_CALLER)) {
            ThreadPool pool = open(
                    ThreadPool.builder().maxWorkers(2).boundedQueue(1, whenFull).build());
            for (TaskExecutorService executor : List.of(pool, pool.limited(1))) {
                AtomicInteger ran = new AtomicInteger();
                try (TaskGroup group = executor.group()) {
                    for (int i = 0; i < 200; i++) {
                        group.submit(ran::incrementAndGet);
                    }
                    group.join();
                }
                assertEquals(200, ran.get());
            }
        }
    }

    @Test
    void aRefusedTaskIsNoTaskOfTheGroup() throws Exception {
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.REJECT)
                .build());
        HeldTask holder = polite();
        try (TaskGroup group = pool.group()) {
            TaskFuture<String> accepted = group.submit(holder);
            holder.awaitBegun();
            assertThrows(RejectedExecutionException.class, () -> group.submit(() -> "never"));
            holder.letGo();
            group.join();
            assertEquals("let go", accepted.resultNow());
        }
    }

    @Test
    void whatIsCancelledFromTheStartTakesNoPlaceInTheQueue() throws Exception {
        ThreadPool pool = open(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.REJECT)
                .build());
        try (TaskGroup group = pool.group()) {
            group.submit(() -> {
                throw new IllegalStateException("no");
            });
            assertThrows(IllegalStateException.class, group::join);
            HeldTask holder = polite();
            TaskFuture<String> holding = pool.submitWhenRoom(holder);
            holder.awaitBegun();
            for (int i = 0; i < 3; i++) {
                assertTrue(group.submit(() -> "never").isCancelled());
            }
            TaskFuture<String> takesThePlace = pool.submit(() -> "in time");
            holder.letGo();
            assertEquals("in time", value(takesThePlace));
            assertEquals("let go", value(holding));
        }
    }

    // ---- memory ----

    @Test
    void aGroupThatLivesLongKeepsNoFinishedTask() throws Exception {
        TaskExecutorService pool = open(2);
        try (TaskGroup group = pool.group()) {
            List<WeakReference<?>> finished = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                finished.add(submit(group, new Object()));
            }
            finished.add(cancel(group));
            group.submit(() -> "the first success may be kept").get();
            // The first success is the answer to firstSuccess.
            finished.remove(0);
            Waiting.until(() -> {
                System.gc();
                return finished.stream().allMatch(reference -> reference.get() == null);
            });
            assertEquals("open", value(group.submit(() -> "open")));
        }
    }

    /** In a frame of its own, which holds the only strong references. */
    private static WeakReference<?> submit(TaskGroup group, Object result) throws Exception {
        TaskFuture<Object> future = group.submit(() -> result);
        value(future);
        return new WeakReference<>(future);
    }

    private static WeakReference<?> cancel(TaskGroup group) {
        TaskFuture<String> future = group.submit(() -> "cancelled");
        future.cancel(true);
        return new WeakReference<>(future);
    }

    // ---- failures that nobody looked at ----

    @Test
    void aFailureInAGroupThatWasOnlyClosedIsLogged() throws Exception {
        Logger logger = Logger.getLogger("dev.millrace");
        List<LogRecord> records = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            TaskExecutorService pool = open(1);
            IllegalStateException lost = new IllegalStateException("lost");
            IllegalStateException seen = new IllegalStateException("seen");
            failIn(pool, lost, false);
            failIn(pool, seen, true);
            Waiting.until(() -> {
                System.gc();
                // A worker that goes idle looks.
                pool.submit(() -> {}).join();
                return records.stream().anyMatch(record -> record.getThrown() == lost);
            });
            assertEquals(1, records.stream().filter(r -> r.getThrown() == lost).count());
            assertTrue(records.stream().noneMatch(record -> record.getThrown() == seen));
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    private static void failIn(TaskExecutorService pool, RuntimeException failure, boolean join) throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        try (TaskGroup group = pool.group()) {
            group.submit(() -> {
                failed.countDown();
                throw failure;
            });
            Waiting.await(failed);
            // The one worker has ended that task.
            value(pool.submit(() -> {}));
            if (join) {
                assertSame(failure, assertThrows(RuntimeException.class, group::join));
            }
        }
    }

    // ---- words ----

    @Test
    void aGroupSaysWhatItHolds() throws Exception {
        ThreadPool pool = open(ThreadPool.builder().name("io").maxWorkers(2).build());
        HeldTask task = polite();
        TaskGroup group = pool.group();
        group.submit(task);
        task.awaitBegun();
        assertEquals("TaskGroup[io, 1 submitted, 0 failed, 1 not ended]", group.toString());
        group.close();
        assertTrue(group.toString().startsWith("TaskGroup[io, 1 submitted, 0 failed, "), group::toString);
        assertTrue(group.toString().endsWith(", closed]"), group::toString);
    }
}
