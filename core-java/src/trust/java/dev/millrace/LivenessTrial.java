// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The same few steps again and again, in which threads park and are woken, on pools whose idle workers stay for a day: a
 * wake-up that is lost once is not made good by anything, and the loop stands still. 2,000 rounds of each, in the long
 * form 100,000.
 */
@ExtendWith(NoThreadsLeft.class)
@Tag("one-processor")
class LivenessTrial {
    private static final int ROUNDS = Trust.IS_LONG ? 100_000 : 2_000;

    private static final Duration FOR_EVER = Duration.ofDays(1);

    /** One round on a pool that all rounds of a test share. */
    private interface Round {
        void run(ThreadPool pool) throws Exception;
    }

    @TestFactory
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    Stream<DynamicTest> noWakeUpIsLost() {
        return Stream.of(
                        loop(
                                "one after the other",
                                pool -> assertEquals(1, pool.submit(() -> 1).join())),
                        loop("two at once", LivenessTrial::twoAtOnce),
                        loop("two producers", LivenessTrial::twoProducers),
                        loop("the second ends the first", LivenessTrial::theSecondEndsTheFirst)
                                .from(2),
                        loop("nested", pool -> pool.submit(
                                        () -> pool.submit(() -> 1).get())
                                .get()),
                        loop("with a time limit on the wait", pool -> pool.submit(() -> 1)
                                .get(FOR_EVER)),
                        loop("one of two is cancelled", LivenessTrial::oneIsCancelled),
                        loop("a serial view", LivenessTrial::aSerialView),
                        loop("any of two", LivenessTrial::anyOfTwo),
                        loop(
                                "a map",
                                pool -> assertEquals(
                                        3, pool.map(List.of(1, 2, 3), i -> i).count())),
                        loop("a group", LivenessTrial::aGroup),
                        loop("a promise", LivenessTrial::aPromise),
                        loop("quiescence", LivenessTrial::quiescence),
                        loop("more workers and fewer", LivenessTrial::resize))
                .flatMap(Loop::unbounded);
    }

    @TestFactory
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    Stream<DynamicTest> nobodyWaitsForRoomInVain() {
        return Stream.of(
                        loop("two more than there is room for", LivenessTrial::fourAtOnce),
                        loop("two producers", LivenessTrial::twoProducers),
                        loop("one in the line is cancelled", LivenessTrial::oneInTheLineIsCancelled),
                        loop(
                                "a map",
                                pool -> assertEquals(
                                        5,
                                        pool.map(List.of(1, 2, 3, 4, 5), i -> i).count())))
                .flatMap(Loop::bounded);
    }

    @TestFactory
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    Stream<DynamicTest> everyPoolCloses() {
        return Stream.of(1, 2, 8)
                .map(workers -> DynamicTest.dynamicTest(workers + " workers", () -> {
                    try (StuckDetector detector = StuckDetector.watch(Duration.ofMinutes(1), workers + " workers")) {
                        for (int round = 0; round < ROUNDS / 10; round++) {
                            try (ThreadPool pool = newPool(workers, false, false)) {
                                pool.execute(() -> {});
                                pool.execute(() -> {});
                            }
                            detector.progress();
                        }
                    }
                }));
    }

    private static void twoAtOnce(ThreadPool pool) {
        TaskFuture<Integer> one = pool.submit(() -> 1);
        TaskFuture<Integer> two = pool.submit(() -> 2);
        assertEquals(3, two.join() + one.join());
    }

    private static void fourAtOnce(ThreadPool pool) {
        List<TaskFuture<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tasks.add(pool.submit(() -> 1));
        }
        assertEquals(4, tasks.stream().mapToInt(TaskFuture::join).sum());
    }

    private static void twoProducers(ThreadPool pool) {
        // The other producer is a task of another pool: a thread for each round would take most of the time.
        TaskFuture<Integer> fromOther =
                OtherProducer.POOL.submit(() -> pool.submit(() -> 1).join());
        assertEquals(2, pool.submit(() -> 1).join() + fromOther.join());
    }

    private static void theSecondEndsTheFirst(ThreadPool pool) {
        AtomicBoolean second = new AtomicBoolean();
        TaskFuture<?> spinning = pool.submit(() -> {
            while (!second.get()) {
                Thread.yield();
            }
        });
        pool.execute(() -> second.set(true));
        spinning.join();
    }

    private static void oneIsCancelled(ThreadPool pool) {
        TaskFuture<Integer> one = pool.submit(() -> 1);
        TaskFuture<Integer> two = pool.submit(() -> 2);
        boolean cancelled = one.cancelIfPending();
        assertEquals(2, two.join());
        assertTrue(cancelled || one.join() == 1);
    }

    private static void oneInTheLineIsCancelled(ThreadPool pool) {
        TaskFuture<Integer> one = pool.submitWhenRoom(() -> 1);
        TaskFuture<Integer> two = pool.submitWhenRoom(() -> 2);
        TaskFuture<Integer> three = pool.submitWhenRoom(() -> 3);
        boolean cancelled = two.cancelIfPending();
        assertEquals(4, one.join() + three.join());
        assertTrue(cancelled || two.join() == 2);
    }

    private static void aSerialView(ThreadPool pool) {
        TaskExecutorService lane = pool.limited(1);
        TaskFuture<Integer> one = lane.submit(() -> 1);
        TaskFuture<Integer> two = lane.submit(() -> one.join() + 1);
        assertEquals(2, two.join());
    }

    private static void anyOfTwo(ThreadPool pool) throws InterruptedException {
        List<TaskFuture<Integer>> both = List.of(pool.submit(() -> 1), pool.submit(() -> 2));
        assertTrue(TaskFutures.waitFor(both, ReturnWhen.FIRST_COMPLETED).done().size() >= 1);
        both.forEach(TaskFuture::join);
    }

    private static void aGroup(ThreadPool pool) throws Exception {
        try (TaskGroup group = pool.group()) {
            group.submit(() -> 1);
            group.submit(() -> 2);
            group.join();
        }
    }

    private static void aPromise(ThreadPool pool) {
        TaskPromise<Integer> promise = new TaskPromise<>();
        pool.execute(() -> promise.succeed(1));
        assertEquals(1, promise.future().join());
    }

    private static void quiescence(ThreadPool pool) throws InterruptedException {
        pool.execute(() -> {});
        assertTrue(pool.awaitQuiescence(FOR_EVER));
    }

    private static void resize(ThreadPool pool) {
        TaskFuture<Integer> one = pool.submit(() -> 1);
        pool.setMaxWorkers(3);
        TaskFuture<Integer> two = pool.submit(() -> 2);
        pool.setMaxWorkers(1);
        assertEquals(3, one.join() + two.join());
    }

    private static Loop loop(String name, Round round) {
        return new Loop(name, round);
    }

    private static final class Loop {
        private final String name;
        private final Round round;
        private int fewestWorkers = 1;

        Loop(String name, Round round) {
            this.name = name;
            this.round = round;
        }

        Loop from(int workers) {
            fewestWorkers = workers;
            return this;
        }

        Stream<DynamicTest> unbounded() {
            return tests(false);
        }

        Stream<DynamicTest> bounded() {
            return tests(true);
        }

        private Stream<DynamicTest> tests(boolean bounded) {
            List<DynamicTest> tests = new ArrayList<>();
            for (int workers : new int[] {1, 2, 8}) {
                if (workers >= fewestWorkers) {
                    tests.add(test(workers, bounded, false));
                }
                if (workers >= fewestWorkers && ThreadsOfJdk21.exist()) {
                    tests.add(test(workers, bounded, true));
                }
            }
            return tests.stream();
        }

        private DynamicTest test(int workers, boolean bounded, boolean virtual) {
            String what = name + ", " + workers + (virtual ? " virtual" : "") + " workers";
            return DynamicTest.dynamicTest(what, () -> run(what, newPool(workers, bounded, virtual)));
        }

        private void run(String what, ThreadPool pool) throws Exception {
            try (StuckDetector detector = StuckDetector.watch(Duration.ofMinutes(1), what)) {
                for (int i = 0; i < ROUNDS; i++) {
                    round.run(pool);
                    detector.progress();
                }
            }
            pool.close();
        }
    }

    private static ThreadPool newPool(int workers, boolean bounded, boolean virtual) {
        ThreadPool.Builder builder =
                ThreadPool.builder().name("alive").maxWorkers(workers).idleTimeout(FOR_EVER);
        if (bounded) {
            builder.boundedQueue(1, WhenFull.BLOCK);
        }
        if (virtual) {
            builder.threadFactory(ThreadsOfJdk21.factory());
        }
        return builder.build();
    }

    /** Ends by itself, a second after its last task. */
    private static final class OtherProducer {
        static final ThreadPool POOL = ThreadPool.builder()
                .name("other-producer")
                .maxWorkers(1)
                .idleTimeout(Duration.ofMillis(100))
                .build();
    }
}
