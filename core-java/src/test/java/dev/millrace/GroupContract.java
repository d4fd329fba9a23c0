// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a {@link TaskGroup} promises on every executor. */
abstract class GroupContract extends ContractFixture {
    private static final Duration LONG = Duration.ofSeconds(PATIENCE_SECONDS);

    private static Callable<String> failing(Throwable failure) {
        return () -> {
            if (failure instanceof Error) {
                throw (Error) failure;
            }
            throw (Exception) failure;
        };
    }

    private static HeldTask held(TaskGroup group, HeldTask task) throws InterruptedException {
        group.submit(task);
        return task.awaitBegun();
    }

    /** Each way to wait for a group. */
    private interface Wait {
        void in(TaskGroup group) throws InterruptedException;
    }

    private static List<Wait> waits() {
        return List.of(TaskGroup::join, group -> group.joinUntil(LONG), TaskGroup::firstSuccess);
    }

    // ---- join ----

    @Test
    void joinWaitsForAllTasks() throws Exception {
        try (TaskGroup group = open(3).group()) {
            HeldTask slow = held(group, polite());
            TaskFuture<String> quick = group.submit(() -> "quick");
            CountDownLatch ran = new CountDownLatch(1);
            group.submit(ran::countDown);
            Aside<Object> owner = Aside.run(group::join).awaitParked();
            assertFalse(owner.hasEnded());
            slow.letGo();
            owner.value();
            assertEquals("quick", quick.resultNow());
            assertEquals(0, ran.getCount());
        }
    }

    @Test
    void joinOfAGroupWithoutTasksReturns() throws Exception {
        try (TaskGroup group = open(1).group()) {
            group.join();
            group.joinUntil(Duration.ZERO);
        }
    }

    @Test
    void theFirstFailureInterruptsTheOthersAndIsThrown() throws Exception {
        try (TaskGroup group = open(3).group()) {
            HeldTask other = held(group, polite());
            HeldTask fuse = polite();
            IllegalStateException failure = new IllegalStateException("no");
            group.submit(() -> {
                fuse.call();
                throw failure;
            });
            Aside<Object> owner = Aside.run(group::join).awaitParked();
            fuse.letGo();
            assertSame(failure, owner.thrown(IllegalStateException.class));
            other.awaitInterrupted();
        }
    }

    @Test
    void aFailureFromBeforeTheJoinCountsToo() throws Exception {
        try (TaskGroup group = open(3).group()) {
            IllegalStateException failure = new IllegalStateException("no");
            TaskFuture<String> failed = group.submit(failing(failure));
            assertTrue(failed.awaitExit(LONG));
            HeldTask other = held(group, polite());
            assertFalse(other.wasInterrupted());
            assertSame(failure, assertThrows(IllegalStateException.class, group::join));
            other.awaitInterrupted();
        }
    }

    @Test
    void theOthersFailuresAreSuppressedInTheFirst() throws Exception {
        try (TaskGroup group = open(1).group()) {
            IllegalStateException first = new IllegalStateException("first");
            IOException second = new IOException("second");
            group.submit(failing(first));
            group.submit(failing(second));
            TaskFuture<String> third = group.submit(failing(first));
            assertTrue(third.awaitExit(LONG));
            assertSame(first, assertThrows(IllegalStateException.class, group::join));
            assertEquals(List.of(second), List.of(first.getSuppressed()));
        }
    }

    @Test
    void aCheckedFailureIsTheCauseOfACompletionException() throws Exception {
        try (TaskGroup group = open(1).group()) {
            IOException failure = new IOException("no");
            group.submit(failing(failure));
            assertSame(
                    failure,
                    assertThrows(CompletionException.class, group::join).getCause());
        }
    }

    @Test
    void anErrorIsThrownAsItIs() throws Exception {
        try (TaskGroup group = open(1).group()) {
            AssertionError failure = new AssertionError("no");
            group.submit(failing(failure));
            assertSame(failure, assertThrows(AssertionError.class, group::join));
        }
    }

    @Test
    void aTaskThatSomebodyCancelledIsNoFailure() throws Exception {
        try (TaskGroup group = open(3).group()) {
            HeldTask cancelled = polite();
            TaskFuture<String> future = group.submit(cancelled);
            cancelled.awaitBegun();
            TaskFuture<String> other = group.submit(() -> "other");
            future.cancel(true);
            group.join();
            assertEquals("other", other.resultNow());
        }
    }

    @Test
    void joinMayBeRepeatedAfterMoreWasSubmitted() throws Exception {
        try (TaskGroup group = open(2).group()) {
            for (int i = 0; i < 3; i++) {
                int mine = i;
                TaskFuture<Integer> next = group.submit(() -> mine);
                group.join();
                assertEquals(mine, next.resultNow());
            }
            IllegalStateException failure = new IllegalStateException("no");
            group.submit(failing(failure));
            assertSame(failure, assertThrows(IllegalStateException.class, group::join));
            assertSame(failure, assertThrows(IllegalStateException.class, group::join));
        }
    }

    @Test
    void joinWaitsForWhatTheTasksSubmitThemselves() throws Exception {
        try (TaskGroup group = open(2).group()) {
            AtomicInteger ran = new AtomicInteger();
            group.submit(() -> grow(group, 6, ran));
            group.join();
            assertEquals(127, ran.get());
        }
    }

    private static void grow(TaskGroup group, int levels, AtomicInteger ran) {
        if (levels > 0) {
            group.submit(() -> grow(group, levels - 1, ran));
            group.submit(() -> grow(group, levels - 1, ran));
        }
        ran.incrementAndGet();
    }

    @Test
    void aTasksTimeLimitIsItsFailure() throws Exception {
        try (TaskGroup group = open(3).group()) {
            HeldTask other = held(group, polite());
            group.submit(polite(), TaskOptions.timeout(Duration.ofMillis(20)).withName("late"));
            TaskTimeoutException thrown = assertThrows(TaskTimeoutException.class, group::join);
            assertTrue(thrown.getMessage().contains("late"), thrown::getMessage);
            other.awaitInterrupted();
        }
    }

    // ---- joinUntil ----

    /** In real time: 30 ms and not a nanosecond less. */
    @Test
    void joinUntilGivesUpInTimeAndCancelsWhatIsUnfinished() throws Exception {
        try (TaskGroup group = open(3).group()) {
            HeldTask slow = held(group, polite());
            TaskFuture<String> quick = group.submit(() -> "quick");
            assertTrue(quick.awaitExit(LONG));
            long start = System.nanoTime();
            TaskTimeoutException thrown =
                    assertThrows(TaskTimeoutException.class, () -> group.joinUntil(Duration.ofMillis(30)));
            assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(30));
            assertTrue(thrown.getMessage().contains("1 of 2"), thrown::getMessage);
            slow.awaitInterrupted();
            assertTrue(group.submit(() -> "never").isCancelled());
        }
    }

    @Test
    void joinUntilReturnsAsSoonAsAllAreDone() throws Exception {
        try (TaskGroup group = open(2).group()) {
            TaskFuture<String> task = group.submit(() -> "value");
            group.joinUntil(Duration.ofSeconds(Long.MAX_VALUE));
            assertEquals("value", task.resultNow());
            group.joinUntil(Duration.ZERO);
            group.joinUntil(Duration.ofSeconds(-1));
        }
    }

    @Test
    void joinUntilWithoutTimeGivesUpAtOnce() throws Exception {
        for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE))) {
            try (TaskGroup group = open(2).group()) {
                HeldTask task = held(group, polite());
                assertThrows(TaskTimeoutException.class, () -> group.joinUntil(none));
                task.awaitInterrupted();
            }
        }
    }

    @Test
    void joinUntilThrowsTheFirstFailure() throws Exception {
        try (TaskGroup group = open(3).group()) {
            HeldTask other = held(group, polite());
            IllegalStateException failure = new IllegalStateException("no");
            group.submit(failing(failure));
            assertSame(failure, assertThrows(IllegalStateException.class, () -> group.joinUntil(LONG)));
            other.awaitInterrupted();
        }
    }

    // ---- firstSuccess ----

    @Test
    void theFirstSuccessInterruptsTheOthersAndIsReturned() throws Exception {
        try (TaskGroup group = open(3).group()) {
            HeldTask other = held(group, polite());
            HeldTask winner = polite();
            TaskFuture<String> wins = group.submit(winner);
            Aside<TaskFuture<?>> owner =
                    Aside.<TaskFuture<?>>call(group::firstSuccess).awaitParked();
            winner.letGo();
            assertSame(wins, owner.value());
            assertEquals("let go", wins.resultNow());
            other.awaitInterrupted();
        }
    }

    @Test
    void firstSuccessOverlooksFailuresAndCancels() throws Exception {
        try (TaskGroup group = open(1).group()) {
            group.submit(failing(new IOException("no")));
            HeldTask cancelled = polite();
            TaskFuture<String> future = group.submit(cancelled);
            cancelled.awaitBegun();
            future.cancel(true);
            TaskFuture<String> wins = group.submit(() -> "value");
            assertEquals("value", wins.get());
            assertSame(wins, group.firstSuccess());
        }
    }

    @Test
    void ifAllFailFirstSuccessThrowsTheFirstFailureWithTheOthers() throws Exception {
        try (TaskGroup group = open(1).group()) {
            IllegalStateException first = new IllegalStateException("first");
            IOException second = new IOException("second");
            group.submit(failing(first));
            group.submit(failing(second));
            assertSame(first, assertThrows(IllegalStateException.class, group::firstSuccess));
            assertEquals(List.of(second), List.of(first.getSuppressed()));
        }
    }

    @Test
    void firstSuccessOfNothingIsRefusedAndOfCancelledTasksSaysSo() throws Exception {
        TaskExecutorService executor = open(1);
        try (TaskGroup group = executor.group()) {
            assertThrows(IllegalStateException.class, group::firstSuccess);
        }
        try (TaskGroup group = executor.group()) {
            HeldTask cancelled = polite();
            TaskFuture<String> future = group.submit(cancelled);
            cancelled.awaitBegun();
            future.cancel(true);
            assertThrows(TaskCancelledException.class, group::firstSuccess);
        }
    }

    // ---- the owner ----

    @Test
    void anInterruptOfTheOwnerCancelsTheTasks() throws Exception {
        for (Wait wait : waits()) {
            try (TaskGroup group = open(3).group()) {
                HeldTask task = held(group, polite());
                Aside<Object> owner =
                        Aside.run(() -> wait.in(group)).awaitParked().interrupt();
                owner.thrown(InterruptedException.class);
                assertFalse(owner.leftInterrupted());
                task.awaitInterrupted();
                assertTrue(group.submit(() -> "never").isCancelled());
            }
        }
    }

    @Test
    void anInterruptThatIsPendingWhenTheOwnerWaitsCancelsTheTasks() throws Exception {
        for (Wait wait : waits()) {
            try (TaskGroup group = open(3).group()) {
                HeldTask task = held(group, polite());
                Thread.currentThread().interrupt();
                assertThrows(InterruptedException.class, () -> wait.in(group));
                assertFalse(Thread.interrupted());
                task.awaitInterrupted();
            }
        }
    }

    @Test
    void cancellingTheTaskThatOwnsTheGroupCancelsItsTasks() throws Exception {
        TaskExecutorService executor = open(3);
        HeldTask child = polite();
        TaskFuture<Object> owner = executor.submit(() -> {
            try (TaskGroup group = executor.group()) {
                group.submit(child);
                group.join();
                return null;
            }
        });
        child.awaitBegun();
        owner.cancel(true);
        child.awaitInterrupted();
        assertTrue(owner.awaitExit(LONG));
        assertTrue(child.hasLeft());
    }

    @Test
    void aGroupInATaskOfAnotherGroupEndsWithIt() throws Exception {
        TaskExecutorService executor = open(4);
        HeldTask grandchild = polite();
        IllegalStateException failure = new IllegalStateException("no");
        try (TaskGroup outer = executor.group()) {
            outer.submit(() -> {
                try (TaskGroup inner = executor.group()) {
                    inner.submit(grandchild);
                    inner.join();
                    return null;
                }
            });
            grandchild.awaitBegun();
            outer.submit(failing(failure));
            assertSame(failure, assertThrows(IllegalStateException.class, outer::join));
            grandchild.awaitInterrupted();
        }
        assertTrue(grandchild.hasLeft());
    }

    @Test
    void waitingAndClosingFromATaskOfTheGroupIsRefused() throws Exception {
        try (TaskGroup group = open(2).group()) {
            List<Wait> all = new ArrayList<>(waits());
            all.add(TaskGroup::close);
            for (Wait wait : all) {
                TaskFuture<?> task =
                        group.submit(() -> assertThrows(IllegalStateException.class, () -> wait.in(group)));
                task.get();
            }
            assertEquals("open", group.submit(() -> "open").get());
        }
    }

    // ---- close ----

    @Test
    void closeInterruptsWhatRunsAndCancelsWhatPends() throws Exception {
        HeldTask running = polite();
        AtomicBoolean ran = new AtomicBoolean();
        TaskExecutorService executor = open(1);
        try (TaskGroup group = executor.group()) {
            held(group, running);
            if (limitsWorkers()) {
                group.submit(() -> ran.set(true));
            }
        }
        assertTrue(running.wasInterrupted());
        assertTrue(running.hasLeft());
        finish(executor);
        assertFalse(ran.get());
    }

    @Test
    void closeReturnsOnlyWhenNoCodeOfTheGroupRuns() throws Exception {
        TaskGroup group = open(3).group();
        HeldTask refuses = held(group, stubborn());
        assertThrows(TaskTimeoutException.class, () -> group.joinUntil(Duration.ZERO));
        Aside<Boolean> closer = Aside.call(() -> {
            group.close();
            return refuses.hasLeft();
        });
        refuses.awaitInterrupted();
        closer.awaitParked();
        assertFalse(closer.hasEnded());
        refuses.letGo();
        assertTrue(closer.value());
        assertFalse(closer.leftInterrupted());
    }

    @Test
    void anInterruptDoesNotEndCloseAndIsKept() throws Exception {
        TaskGroup group = open(3).group();
        HeldTask refuses = held(group, stubborn());
        Aside<Boolean> closer = Aside.call(() -> {
            Thread.currentThread().interrupt();
            group.close();
            return refuses.hasLeft();
        });
        refuses.awaitInterrupted();
        closer.awaitParked().interrupt();
        // The wait has taken it, and goes on.
        Waiting.until(() -> !closer.thread().isInterrupted());
        closer.awaitParked();
        assertFalse(closer.hasEnded());
        refuses.letGo();
        assertTrue(closer.value());
        assertTrue(closer.leftInterrupted());
    }

    @Test
    void closeMayBeRepeatedAndLaterSubmitsAreRefused() throws Exception {
        TaskExecutorService executor = open(1);
        TaskGroup group = executor.group();
        group.submit(() -> "value").get();
        group.close();
        group.close();
        RejectedExecutionException refused = assertThrows(
                RejectedExecutionException.class, () -> group.submit(() -> "never", TaskOptions.named("late")));
        assertTrue(refused.getMessage().contains("closed"), refused::getMessage);
        assertTrue(refused.getMessage().contains("late"), refused::getMessage);
        assertEquals("open", executor.submit(() -> "open").get());
    }

    @Test
    void whatATaskSubmitsWhileTheGroupIsClosedIsRefused() throws Exception {
        TaskGroup group = open(2).group();
        AtomicBoolean refused = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        group.submit(() -> {
            begun.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                assertThrows(RejectedExecutionException.class, () -> group.submit(() -> "never"));
                refused.set(true);
            }
        });
        begun.await();
        group.close();
        assertTrue(refused.get());
    }

    @Test
    void afterAFailureFurtherTasksAreCancelledFromTheStart() throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        TaskExecutorService executor = open(2);
        try (TaskGroup group = executor.group()) {
            group.submit(failing(new IllegalStateException("no")));
            assertThrows(IllegalStateException.class, group::join);
            for (int i = 0; i < 20; i++) {
                assertTrue(group.submit(() -> ran.set(true)).isCancelled());
            }
            assertThrows(IllegalStateException.class, group::join);
        }
        finish(executor);
        assertFalse(ran.get());
    }

    @Test
    void whatTheExecutorRefusesIsNoTaskOfTheGroup() throws Exception {
        TaskExecutorService executor = open(1);
        executor.shutdown();
        try (TaskGroup group = executor.group()) {
            assertThrows(RejectedExecutionException.class, () -> group.submit(() -> "never"));
            group.join();
        }
    }
}
