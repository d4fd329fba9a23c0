// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.PoolStats;
import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.ThreadPool;
import dev.millrace.WhenFull;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is recorded of a pool, seen through the trace that is written of it. */
@Timeout(60)
class TimelineTest {
    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("timeline.json");
    }

    private static ThreadPool.Builder pool(Timeline timeline, int workers) {
        return ThreadPool.builder().name("p").maxWorkers(workers).listener(timeline);
    }

    private static TaskOptions named(String name) {
        return TaskOptions.named(name);
    }

    @Test
    void theTraceTellsOfAsManyTasksAsThePoolItself() throws Exception {
        ThreadPool pool;
        try (Timeline timeline = Timeline.to(file())) {
            pool = pool(timeline, 2).build();
            List<TaskFuture<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int k = i;
                tasks.add(pool.submit(() -> {
                    if (k % 10 == 0) {
                        throw new IllegalStateException("wanted");
                    }
                }));
                if (i % 7 == 0) {
                    tasks.get(i).cancel(true);
                }
            }
            pool.close();
            assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}));
        }
        PoolStats stats = pool.stats();
        Trace trace = Trace.read(file());

        assertEquals(200, stats.submitted());
        assertEquals(201, trace.runs().size() + trace.marks().size());
        assertEquals(stats.succeeded(), trace.count(Outcome.SUCCEEDED));
        assertEquals(stats.failed(), trace.count(Outcome.FAILED));
        assertEquals(stats.cancelled(), trace.count(Outcome.CANCELLED));
        assertEquals(stats.rejected(), trace.count(Outcome.REJECTED));
        assertEquals(0, trace.count(Outcome.UNFINISHED));
        assertTrue(trace.isInOrder());
        assertTrue(trace.nests());
        assertTrue(trace.queueDepths().stream().allMatch(depth -> depth.args().tasks() >= 0));
        assertEquals(
                0,
                trace.queueDepths().get(trace.queueDepths().size() - 1).args().tasks());
    }

    @Test
    void aTaskStandsInTheLaneOfItsThread() throws Exception {
        try (Timeline timeline = Timeline.to(file());
                ThreadPool pool = pool(timeline, 1).build()) {
            pool.submit(() -> {}, named("a")).join();
        }
        Trace trace = Trace.read(file());
        assertEquals("p-1", trace.laneOf(trace.run("a")));
        assertEquals("p-1", trace.run("a").args().thread());
        assertEquals("succeeded", trace.run("a").args().outcome());
    }

    @Test
    void aTaskThatIsRunInPlaceStandsInsideTheOneThatWaitsForIt() throws Exception {
        try (Timeline timeline = Timeline.to(file());
                ThreadPool pool = pool(timeline, 1).build()) {
            pool.submit(() -> pool.submit(() -> {}, named("inner")).join(), named("outer"))
                    .join();
        }
        Trace trace = Trace.read(file());
        Trace.Event outer = trace.run("outer");
        Trace.Event inner = trace.run("inner");
        assertEquals(outer.tid(), inner.tid());
        assertTrue(outer.ts() <= inner.ts());
        assertTrue(inner.end() <= outer.end() + Trace.ROUNDING);
        assertTrue(trace.nests());
        assertEquals(
                List.of("outer", "inner"),
                trace.runs().stream().map(Trace.Event::name).toList());
    }

    @Test
    void aThreadThatIsNoWorkerHasALaneOfItsOwn() throws Exception {
        try (Timeline timeline = Timeline.to(file());
                ThreadPool pool = pool(timeline, 1)
                        .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                        .build()) {
            CountDownLatch end = new CountDownLatch(1);
            pool.submit(() -> await(end), named("a"));
            pool.submit(() -> {}, named("b"));
            pool.submit(() -> {}, named("c"));
            end.countDown();
        }
        Trace trace = Trace.read(file());
        assertEquals(Thread.currentThread().getName(), trace.laneOf(trace.run("b")));
        assertEquals(trace.run("b").tid(), trace.run("c").tid());
        assertEquals("p-1", trace.laneOf(trace.run("a")));
    }

    @Test
    void aTaskThatIsCancelledBeforeItRunsIsAMarkAndLeavesTheQueue() throws Exception {
        try (Timeline timeline = Timeline.to(file());
                ThreadPool pool = pool(timeline, 1).build()) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            pool.submit(() -> awaitAfter(begun, end));
            begun.await();
            pool.submit(() -> {}, named("a")).cancelIfPending();
            end.countDown();
        }
        Trace trace = Trace.read(file());
        assertEquals(List.of("a"), trace.marks().stream().map(Trace.Event::name).toList());
        assertEquals("cancelled", trace.marks().get(0).args().outcome());
        assertEquals("never ran", trace.laneOf(trace.marks().get(0)));
        assertEquals(1, trace.deepestQueue());
        assertEquals(
                List.of(1, 0, 1, 0),
                trace.queueDepths().stream().map(depth -> depth.args().tasks()).toList());
    }

    /** Otherwise the lane would look idle while a worker is busy. */
    @Test
    void aTaskThatIsCancelledWhileItRunsLastsUntilItsCodeReturns() throws Exception {
        try (Timeline timeline = Timeline.to(file());
                ThreadPool pool = pool(timeline, 1).build()) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            TaskFuture<?> task = pool.submit(() -> awaitAfter(begun, end), named("a"));
            begun.await();
            task.cancel(false);
            pool.submit(() -> {}, named("b"));
            end.countDown();
        }
        Trace trace = Trace.read(file());
        assertEquals("cancelled", trace.run("a").cat());
        assertTrue(trace.run("a").end() <= trace.run("b").ts() + Trace.ROUNDING);
        assertTrue(trace.nests());
    }

    @Test
    void whatStillRunsOrWaitsIsUnfinished() throws Exception {
        Timeline timeline = Timeline.to(file());
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (ThreadPool pool = pool(timeline, 1).build()) {
            pool.submit(() -> awaitAfter(begun, end), named("a"));
            begun.await();
            pool.submit(() -> {}, named("b"));
            timeline.close();
            end.countDown();
        }
        Trace trace = Trace.read(file());
        assertEquals("unfinished", trace.run("a").cat());
        assertEquals(1, trace.runs().size());
        assertEquals(
                1,
                trace.queueDepths().get(trace.queueDepths().size() - 1).args().tasks());
    }

    @Test
    void ofMoreTasksThanThereIsRoomForTheFirstAreRecorded() throws Exception {
        Timeline timeline = new Timeline(file(), "t", 3);
        try (ThreadPool pool = pool(timeline, 1).build()) {
            for (int i = 0; i < 5; i++) {
                pool.submit(() -> {}, named("" + i)).join();
            }
        }
        assertEquals(2, timeline.toRecording().notRecorded());
        timeline.close();
        assertEquals(
                List.of("0", "1", "2"),
                Trace.read(file()).runs().stream().map(Trace.Event::name).toList());
    }

    @Test
    void noTaskIsHeldOnToOnceItHasEnded() throws Exception {
        Timeline timeline = Timeline.to(file());
        try (ThreadPool pool = pool(timeline, 1).build()) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            TaskFuture<?> running = pool.submit(() -> awaitAfter(begun, end));
            begun.await();
            TaskFuture<?> pending = pool.submit(() -> {});
            List<WeakReference<?>> tasks = List.of(new WeakReference<>(running), new WeakReference<>(pending));
            pending.cancel(true);
            running.cancel(false);
            running = null;
            pending = null;
            end.countDown();
            while (tasks.stream().anyMatch(task -> task.get() != null)) {
                System.gc();
                pool.submit(() -> {}).join(); // the worker forgets the one before
            }
            tasks.forEach(task -> assertNull(task.get()));
        }
    }

    @Test
    void aPoolThatDidNothingMakesATimelineToo() throws Exception {
        Timeline.to(file()).close();
        Trace trace = Trace.read(file());
        assertTrue(trace.runs().isEmpty());
        assertTrue(trace.queueDepths().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeline.txt", "timeline", "html", ".jsonl", "/"})
    void anotherSuffixIsRefused(String name) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Timeline.to(directory.resolve(name)));
        assertTrue(refused.getMessage().startsWith("a timeline's file must end in .html or .json: "));
    }

    @Test
    void aNameWithQuotesAndLineEndsIsReadBack() throws Exception {
        String odd = "\"\\\n\u0000\u2028 \u00fc </script><b> \ud83d\ude00";
        try (Timeline timeline = Timeline.to(file(), odd);
                ThreadPool pool = pool(timeline, 1).build()) {
            pool.submit(() -> {}, named(odd)).join();
        }
        assertEquals(odd, Trace.read(file()).runs().get(0).name());
        assertEquals(
                odd,
                Trace.read(file()).events("M").findFirst().orElseThrow().args().name());
    }

    @Test
    void aHundredThousandTasksAreRecordedAndWritten() throws Exception {
        Timeline timeline = Timeline.to(file());
        try (ThreadPool pool = pool(timeline, 8).build()) {
            for (int i = 0; i < 100_000; i++) {
                pool.execute(() -> {});
            }
        }
        timeline.close();
        Trace trace = Trace.read(file());
        assertEquals(100_000, trace.runs().size());
        assertTrue(trace.isInOrder());
        assertTrue(trace.nests());
        assertFalse(trace.queueDepths().isEmpty());
    }

    private static void awaitAfter(CountDownLatch begun, CountDownLatch end) {
        begun.countDown();
        await(end);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
