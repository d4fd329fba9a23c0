// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every executor promises of the stream that map returns while all goes well: the window, the order, the source. */
abstract class MapContract extends FutureContract {
    /** For each item a task that it waits for. */
    final List<HeldTask> politeOnes(int count) {
        return Stream.generate(this::polite).limit(count).collect(Collectors.toList());
    }

    static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toList());
    }

    static <R> List<R> take(Iterator<R> results, int count) {
        List<R> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(results.next());
        }
        return taken;
    }

    /** Four numbers, of which one is read only when that task has been let go. */
    static Iterable<Integer> blockingAt(int number, HeldTask reading) {
        return () -> numbers(4).stream()
                .peek(i -> {
                    if (i == number) {
                        reading.run();
                    }
                })
                .iterator();
    }

    // ---- the window ----

    @Test
    void theFirstWindowIsStartedBeforeAnythingIsTaken() throws Exception {
        List<HeldTask> items = politeOnes(2);
        Stream<String> results =
                open(2).map(Numbers.endless(), i -> items.get(i).call(), MapOptions.window(2));
        items.get(0).awaitBegun();
        items.get(1).awaitBegun();
        results.close();
    }

    @Test
    void aWindowAndNoMoreIsReadBeforeAnythingIsTaken() {
        Numbers source = Numbers.endless();
        Stream<Integer> results = open(1).map(source, i -> i, MapOptions.window(3));
        assertEquals(3, source.read());
        results.close();
    }

    @Test
    void atMostAWindowIsBetweenReadAndTaken() {
        assertEquals(5, mostBetweenReadAndTaken(MapOptions.window(5)));
    }

    @Test
    void atMostAWindowIsBetweenReadAndTakenWithoutOrder() {
        assertEquals(5, mostBetweenReadAndTaken(MapOptions.unordered().withWindow(5)));
    }

    @Test
    void theWindowCountsItemsNotChunks() {
        assertEquals(6, mostBetweenReadAndTaken(MapOptions.window(6).withChunk(4)));
    }

    @Test
    void theWindowCountsItemsNotChunksWithoutOrder() {
        assertEquals(
                6, mostBetweenReadAndTaken(MapOptions.unordered().withWindow(6).withChunk(4)));
    }

    @Test
    void aChunkThatDoesNotFitTheWindowWaits() {
        Numbers source = Numbers.endless();
        open(1).map(source, i -> i, MapOptions.window(7).withChunk(4)).close();
        assertEquals(4, source.read());
    }

    @Test
    void theWindowHoldsWhateverTheSizeOfTheChunksThatAutoFinds() {
        int most = mostBetweenReadAndTaken(MapOptions.window(5).withChunk(MapOptions.AUTO));
        assertTrue(most <= 5, () -> most + " between read and taken");
    }

    private int mostBetweenReadAndTaken(MapOptions options) {
        Numbers source = Numbers.endless();
        Iterator<Integer> results = open(1).map(source, i -> i, options).iterator();
        int most = source.read();
        for (int taken = 0; taken < 500; taken++) {
            assertTrue(results.hasNext());
            most = Math.max(most, source.read() - taken);
            results.next();
        }
        return most;
    }

    @Test
    void aConsumerOfForEachHoldsTheSourceBack() {
        Numbers source = Numbers.endless();
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        open(1).map(source, i -> i, MapOptions.window(4)).limit(500).forEach(i -> {
            most.accumulateAndGet(source.read() - taken.getAndIncrement(), Math::max);
        });
        assertEquals(4, most.get());
    }

    @Test
    void aConsumerOfAParallelStreamHoldsTheSourceBack() {
        Numbers source = Numbers.endless();
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        open(1).map(source, i -> i, MapOptions.window(4))
                .parallel()
                .peek(i -> most.accumulateAndGet(source.read() - taken.getAndIncrement(), Math::max))
                .limit(500)
                .forEachOrdered(i -> {});
        assertEquals(4, most.get());
    }

    @Test
    void limitTakesNoMoreThanItSays() {
        Numbers source = Numbers.endless();
        assertEquals(
                numbers(10),
                open(2).map(source, i -> i, MapOptions.window(4)).limit(10).collect(Collectors.toList()));
        assertTrue(source.read() <= 13, () -> source.read() + " read for 10 taken");
    }

    @Test
    void aSlowHeadLetsTheOthersRunAWindowAheadAndNoFurther() throws Exception {
        HeldTask head = polite();
        Numbers source = Numbers.endless();
        CountDownLatch others = new CountDownLatch(3);
        Stream<Integer> results =
                open(2).map(source, i -> returnAfter(i == 0 ? head : null, others, i), MapOptions.window(4));
        Aside<List<Integer>> consumer = Aside.call(() -> results.limit(6).collect(Collectors.toList()));
        Waiting.await(others);
        consumer.awaitParked();
        assertEquals(4, source.read());
        head.letGo();
        assertEquals(numbers(6), consumer.value());
    }

    private static int returnAfter(HeldTask held, CountDownLatch others, int value) throws Exception {
        if (held == null) {
            others.countDown();
        } else {
            held.call();
        }
        return value;
    }

    // ---- the order ----

    @Test
    void resultsComeInTheOrderOfTheInputsWhicheverEndsFirst() {
        CountDownLatch laterOnes = new CountDownLatch(3);
        List<Integer> results = open(2).map(numbers(4), i -> {
                    if (i == 0) {
                        Waiting.await(laterOnes);
                    }
                    laterOnes.countDown();
                    return i;
                })
                .collect(Collectors.toList());
        assertEquals(numbers(4), results);
    }

    @Test
    void everyResultComesOnceInOrder() {
        assertEquals(
                IntStream.range(0, 2_000).map(i -> i * 2).boxed().collect(Collectors.toList()),
                open(2).map(numbers(2_000), i -> i * 2).collect(Collectors.toList()));
    }

    @Test
    void everyResultComesOnceWithoutOrder() {
        List<Integer> results =
                open(2).map(numbers(2_000), i -> i, MapOptions.unordered()).collect(Collectors.toList());
        assertEquals(2_000, results.size());
        assertEquals(new HashSet<>(numbers(2_000)), new HashSet<>(results));
    }

    @Test
    void withoutOrderResultsComeAsTheyAreDone() throws Exception {
        List<HeldTask> items = politeOnes(3);
        Iterator<Integer> results = open(3).map(
                        numbers(3),
                        i -> {
                            items.get(i).call();
                            return i;
                        },
                        MapOptions.unordered())
                .iterator();
        for (int next : new int[] {2, 0, 1}) {
            items.get(next).letGo();
            assertEquals(next, results.next());
        }
        assertFalse(results.hasNext());
    }

    @Test
    void withoutOrderASlowHeadHoldsNobodyBack() throws Exception {
        HeldTask head = polite();
        Iterator<Integer> results = open(2).map(
                        Numbers.endless(),
                        i -> {
                            if (i == 0) {
                                head.call();
                            }
                            return i;
                        },
                        MapOptions.unordered().withWindow(3))
                .iterator();
        head.awaitBegun();
        assertFalse(take(results, 200).contains(0));
    }

    // ---- as a stream ----

    @Test
    void anEmptyInputGivesAnEmptyStream() {
        TaskExecutorService executor = open(1);
        assertEquals(0, executor.map(List.of(), i -> i).count());
        assertEquals(0, executor.map(List.of(), i -> i, MapOptions.unordered()).count());
        assertEquals(0, executor.map(List.of(), i -> i, MapOptions.chunk(3)).count());
    }

    @Test
    void aSingleInputGivesASingleResult() {
        assertEquals(List.of("1"), open(1).map(List.of(1), String::valueOf).collect(Collectors.toList()));
    }

    @Test
    void inputsAndResultsMayBeNull() {
        TaskExecutorService executor = open(1);
        List<String> inputs = Arrays.asList(null, "a", null);
        for (MapOptions options : List.of(MapOptions.window(2), MapOptions.unordered(), MapOptions.chunk(2))) {
            List<String> results = executor.map(inputs, s -> s, options).collect(Collectors.toList());
            assertEquals(3, results.size());
            assertEquals(2, Collections.frequency(results, null));
        }
    }

    @Test
    void theIteratorEndsAfterTheLastResult() {
        Iterator<Integer> results = open(1).map(numbers(2), i -> i).iterator();
        assertEquals(numbers(2), take(results, 2));
        assertFalse(results.hasNext());
        assertFalse(results.hasNext());
    }

    @Test
    void parallelKeepsTheOrder() {
        assertEquals(numbers(500), open(2).map(numbers(500), i -> i).parallel().collect(Collectors.toList()));
    }

    @Test
    void parallelWithALimitEndsOnAnEndlessSource() {
        TaskExecutorService executor = open(2);
        assertEquals(
                numbers(20),
                executor.map(Numbers.endless(), i -> i).parallel().limit(20).collect(Collectors.toList()));
        assertEquals(
                20,
                executor.map(Numbers.endless(), i -> i, MapOptions.unordered())
                        .parallel()
                        .limit(20)
                        .collect(Collectors.toSet())
                        .size());
    }

    @Test
    void parallelWithALimitTakesNoMoreThanItSays() throws Exception {
        for (MapOptions options :
                List.of(MapOptions.window(4), MapOptions.unordered().withWindow(4))) {
            HeldTask others = polite();
            Stream<Integer> results = open(2).map(
                            Numbers.endless(),
                            i -> {
                                if (i >= 101) {
                                    others.call();
                                }
                                return i;
                            },
                            options);
            Aside<Set<Integer>> consumer =
                    Aside.call(() -> results.parallel().limit(101).collect(Collectors.toSet()));
            assertEquals(Set.copyOf(numbers(101)), consumer.value(), options::toString);
            results.close();
        }
    }

    // ---- the source ----

    @Test
    void aSourceIsReadByWhoCallsAndThenByWhoConsumes() throws Exception {
        List<Thread> readers = new ArrayList<>();
        Iterable<Integer> source = () -> numbers(4).stream()
                .peek(i -> readers.add(Thread.currentThread()))
                .iterator();
        Stream<Integer> results = open(1).map(source, i -> i, MapOptions.window(1));
        Aside<Long> consumer = Aside.call(() -> results.collect(Collectors.counting()));
        assertEquals(4, consumer.value());
        assertSame(Thread.currentThread(), readers.get(0));
        assertEquals(Collections.nCopies(3, consumer.thread()), readers.subList(1, 4));
    }

    @Test
    void aSourceThatBlocksHoldsUpOnlyItsOwnConsumer() throws Exception {
        TaskExecutorService executor = open(1);
        HeldTask reading = stubborn();
        Stream<Integer> results = executor.map(blockingAt(2, reading), i -> i, MapOptions.window(2));
        Aside<List<Integer>> consumer = Aside.call(() -> results.collect(Collectors.toList()));
        reading.awaitBegun();
        assertEquals(numbers(100), executor.map(numbers(100), i -> i).collect(Collectors.toList()));
        assertEquals("value", executor.submit(() -> "value").get());
        assertFalse(consumer.hasEnded());
        reading.letGo();
        assertEquals(numbers(4), consumer.value());
    }

    @Test
    void anInputWhoseIteratorThrowsMakesTheCallThrow() {
        IllegalStateException failure = new IllegalStateException("no iterator");
        Iterable<Integer> broken = () -> {
            throw failure;
        };
        TaskExecutorService executor = open(1);
        assertSame(failure, assertThrows(IllegalStateException.class, () -> executor.map(broken, i -> i)));
        assertSame(failure, assertThrows(IllegalStateException.class, () -> executor.mapAsync(broken, i -> i)));
    }

    // ---- several ----

    @Test
    void aMapThatIsHeldUpDoesNotHoldUpAnother() throws Exception {
        TaskExecutorService executor = open(2);
        HeldTask held = polite();
        Stream<String> slow = executor.map(List.of(0), i -> held.call());
        held.awaitBegun();
        assertEquals(numbers(200), executor.map(numbers(200), i -> i).collect(Collectors.toList()));
        held.letGo();
        assertEquals(List.of("let go"), slow.collect(Collectors.toList()));
    }

    @Test
    void twoMapsThatAreTakenByTurnsBothAdvance() {
        TaskExecutorService executor = open(1);
        Iterator<Integer> one =
                executor.map(Numbers.endless(), i -> i, MapOptions.window(2)).iterator();
        Iterator<Integer> other =
                executor.map(Numbers.endless(), i -> -i, MapOptions.window(2)).iterator();
        for (int i = 0; i < 100; i++) {
            assertEquals(i, one.next());
            assertEquals(-i, other.next());
        }
    }

    // ---- two inputs ----

    @Test
    void twoInputsGoInPairsAndStopAtTheShorter() {
        TaskExecutorService executor = open(1);
        List<String> letters = List.of("a", "b", "c");
        assertEquals(
                List.of("0a", "1b", "2c"),
                executor.map(Numbers.endless(), letters, (i, s) -> i + s).collect(Collectors.toList()));
        assertEquals(
                List.of("a0", "b1", "c2"),
                executor.map(letters, Numbers.endless(), (s, i) -> s + i, MapOptions.window(2))
                        .collect(Collectors.toList()));
    }

    @Test
    void twoInputsMayHoldNulls() {
        List<String> nulls = Arrays.asList(null, null);
        assertEquals(
                List.of("null,null", "null,null"),
                open(1).map(nulls, nulls, (a, b) -> a + "," + b).collect(Collectors.toList()));
    }
}
