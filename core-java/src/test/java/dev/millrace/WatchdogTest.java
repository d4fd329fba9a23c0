// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tasks that run or wait too long are told of, once. */
@ExtendWith(NoThreadsLeft.class)
class WatchdogTest {
    private final FakeBackend clock = new FakeBackend();
    private final List<StuckTask> stuck = new CopyOnWriteArrayList<>();
    private final ThreadPool pool = ThreadPool.builder()
            .name("io")
            .maxWorkers(1)
            .backend(clock)
            .stuckAfter(Duration.ofSeconds(4), stuck::add)
            .build();

    private void seconds(int count) {
        for (int i = 0; i < count; i++) {
            clock.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void aTaskThatRunsTooLongIsToldOfOnceWithItsStack() throws Exception {
        HeldTask held = HeldTask.polite();
        pool.submit(held, TaskOptions.named("slow"));
        held.awaitBegun();
        seconds(4);
        assertEquals(List.of(), stuck);
        seconds(10);
        assertEquals(1, stuck.size());
        StuckTask slow = stuck.get(0);
        assertEquals("slow", slow.task());
        assertEquals("io", slow.pool());
        assertEquals("io-1", slow.thread().getName());
        assertEquals(Duration.ofSeconds(4), slow.duration());
        assertTrue(
                slow.toString().startsWith("task slow of pool io has run for at least PT4S on io-1"), slow::toString);
        assertTrue(slow.toString().contains("dev.millrace.HeldTask.call"), slow::toString);
        held.letGo();
        pool.close();
    }

    @Test
    void tasksThatWaitTooLongAreToldOfOnceUntilNoneDoes() throws Exception {
        for (int episode = 1; episode <= 2; episode++) {
            HeldTask held = HeldTask.polite();
            pool.submit(held, TaskOptions.named("slow"));
            held.awaitBegun();
            TaskFuture<?> waiting = pool.submit(() -> {}, TaskOptions.named("waiting"));
            seconds(1);
            pool.submit(() -> {});
            seconds(20);
            assertEquals(2 * episode, stuck.size());
            StuckTask queued = stuck.get(2 * episode - 1);
            assertTrue(queued.isQueued());
            assertNull(queued.thread());
            assertEquals("waiting", queued.task());
            assertEquals(
                    "task waiting of pool io has waited for a worker for at least PT4S; 2 tasks wait",
                    queued.toString());
            held.letGo();
            waiting.join();
            assertTrue(pool.awaitQuiescence(Duration.ofSeconds(30)));
            seconds(1);
        }
        pool.close();
    }

    @Test
    void tasksOfAViewWaitToo() throws Exception {
        HeldTask held = HeldTask.polite();
        TaskExecutorService view = pool.limited(1);
        view.submit(held);
        held.awaitBegun();
        view.submit(() -> {}, TaskOptions.named("behind"));
        seconds(6);
        assertEquals(
                List.of("behind"),
                List.of(stuck.stream()
                        .filter(StuckTask::isQueued)
                        .findFirst()
                        .orElseThrow()
                        .task()));
        held.letGo();
        pool.close();
    }

    @Test
    void tasksThatComeAndGoAreNotStuck() throws Exception {
        for (int i = 0; i < 20; i++) {
            HeldTask held = HeldTask.polite();
            pool.submit(held);
            held.awaitBegun();
            seconds(3);
            held.letGo();
            assertTrue(pool.awaitQuiescence(Duration.ofSeconds(30)));
        }
        pool.close();
        assertEquals(List.of(), stuck);
    }

    @Test
    void aPoolWithoutWorkersIsNotLookedAt() throws Exception {
        ThreadPool brief = ThreadPool.builder()
                .maxWorkers(1)
                .backend(clock)
                .idleTimeout(Duration.ZERO)
                .stuckAfter(Duration.ofSeconds(4), stuck::add)
                .build();
        for (int round = 0; round < 3; round++) {
            brief.submit(() -> {}).join();
            Waiting.until(() -> brief.stats().workers() == 0);
            // Nothing holds the pool, however long the limit is.
            Waiting.until(() -> clock.armed() == 0);
        }
        brief.close();
        pool.close();
    }

    /** The last worker may have left by then. */
    @Test
    void aTaskThatItsSubmitterRunsIsLookedAtToo() throws Exception {
        ThreadPool full = ThreadPool.builder()
                .maxWorkers(1)
                .maxTasksPerWorker(1)
                .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                .backend(clock)
                .stuckAfter(Duration.ofSeconds(4), stuck::add)
                .build();
        HeldTask first = HeldTask.polite();
        full.submit(first);
        first.awaitBegun();
        HeldTask here = HeldTask.polite();
        Aside<?> submitter =
                Aside.run(() -> full.submit(here, TaskOptions.named("here")).join());
        here.awaitBegun();
        first.letGo();
        Waiting.until(() -> full.stats().workers() == 0);
        seconds(10);
        assertTrue(stuck.stream().anyMatch(one -> one.task().equals("here")), stuck::toString);
        here.letGo();
        submitter.value();
        full.close();
        pool.close();
    }

    @Test
    void aHandlerThatThrowsIsCalledForTheNextOne() throws Exception {
        List<String> tasks = new CopyOnWriteArrayList<>();
        ThreadPool two = ThreadPool.builder()
                .maxWorkers(1)
                .backend(clock)
                .stuckAfter(Duration.ofSeconds(4), one -> {
                    tasks.add(one.task());
                    throw new IllegalStateException("odd");
                })
                .build();
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        Thread.currentThread().setUncaughtExceptionHandler((t, thrown) -> {});
        for (String name : List.of("one", "two")) {
            HeldTask held = HeldTask.polite();
            TaskFuture<?> task = two.submit(held, TaskOptions.named(name));
            held.awaitBegun();
            seconds(6);
            held.letGo();
            task.join();
        }
        Thread.currentThread().setUncaughtExceptionHandler(before);
        two.close();
        pool.close();
        assertEquals(List.of("one", "two"), tasks);
    }

    @Test
    void aLimitThatIsNoneIsRefused() {
        assertEquals(
                "stuckAfter must be positive: PT0S",
                assertThrows(IllegalArgumentException.class, () -> ThreadPool.builder()
                                .stuckAfter(Duration.ZERO))
                        .getMessage());
        pool.close();
    }
}
