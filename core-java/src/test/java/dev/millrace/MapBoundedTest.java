// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Maps on executors whose queue is bounded: the window shrinks to the room, and nothing is refused. */
class MapBoundedTest extends ContractFixture {
    private static final Duration PATIENCE = Duration.ofSeconds(PATIENCE_SECONDS);

    private static final List<MapOptions> ALL_KINDS = List.of(
            MapOptions.window(100),
            MapOptions.window(1),
            MapOptions.unordered(),
            MapOptions.chunk(3),
            MapOptions.unordered().withChunk(3),
            MapOptions.chunk(MapOptions.AUTO));

    @Override
    TaskExecutorService create(int maxWorkers) {
        return bounded(maxWorkers, 4, WhenFull.BLOCK);
    }

    private ThreadPool bounded(int maxWorkers, int capacity, WhenFull whenFull) {
        return open(ThreadPool.builder()
                .maxWorkers(maxWorkers)
                .boundedQueue(capacity, whenFull)
                .build());
    }

    private static List<Integer> numbers(int count) {
        return MapContract.numbers(count);
    }

    /** One of one worker and one place, both taken. */
    private ThreadPool full(WhenFull whenFull, HeldTask holder) throws InterruptedException {
        ThreadPool pool = bounded(1, 1, whenFull);
        pool.submit(holder);
        holder.awaitBegun();
        pool.submit(() -> {});
        return pool;
    }

    @Test
    void theWindowShrinksToTheRoomAndOneItemThatWaitsForIt() {
        for (WhenFull whenFull : WhenFull.values()) {
            Numbers source = Numbers.endless();
            HeldTask held = polite();
            Stream<String> results = bounded(1, 2, whenFull).map(source, i -> held.call(), MapOptions.window(100));
            assertEquals(4, source.read(), whenFull::toString);
            results.close();
        }
    }

    @Test
    void aMapIsNeverRefusedAndNeverRunsInItsConsumer() {
        for (WhenFull whenFull : WhenFull.values()) {
            for (int capacity : new int[] {0, 1, 3}) {
                ThreadPool pool = bounded(2, capacity, whenFull);
                for (MapOptions options : ALL_KINDS) {
                    Set<Thread> threads = ConcurrentHashMap.newKeySet();
                    Set<Integer> results = pool.map(
                                    numbers(200),
                                    i -> {
                                        threads.add(Thread.currentThread());
                                        return i;
                                    },
                                    options)
                            .collect(Collectors.toSet());
                    assertEquals(new HashSet<>(numbers(200)), results, () -> whenFull + " " + capacity + options);
                    assertFalse(threads.contains(Thread.currentThread()), () -> whenFull + " " + capacity + options);
                }
            }
        }
    }

    @Test
    void aMapAsyncIsNeverRefusedAndNeverRunsInItsCaller() throws Exception {
        for (WhenFull whenFull : WhenFull.values()) {
            for (int capacity : new int[] {0, 1, 3}) {
                ThreadPool pool = bounded(2, capacity, whenFull);
                for (MapOptions options : ALL_KINDS) {
                    Set<Thread> threads = ConcurrentHashMap.newKeySet();
                    List<Integer> results = pool.mapAsync(
                                    numbers(200),
                                    i -> {
                                        threads.add(Thread.currentThread());
                                        return i;
                                    },
                                    options)
                            .get(PATIENCE);
                    assertEquals(new HashSet<>(numbers(200)), new HashSet<>(results));
                    assertFalse(threads.contains(Thread.currentThread()), () -> whenFull + " " + capacity + options);
                }
            }
        }
    }

    @Test
    void aMapOnAFullPoolReturnsAtOnceAndWaitsForRoom() throws Exception {
        for (WhenFull whenFull : WhenFull.values()) {
            HeldTask holder = polite();
            Numbers source = Numbers.upTo(20);
            Stream<Integer> results = full(whenFull, holder).map(source, i -> i);
            assertEquals(1, source.read());
            holder.letGo();
            assertEquals(numbers(20), results.collect(Collectors.toList()));
        }
    }

    @Test
    void aMapAsyncOnAFullPoolReturnsAtOnceAndWaitsForRoom() throws Exception {
        for (WhenFull whenFull : WhenFull.values()) {
            HeldTask holder = polite();
            TaskFuture<List<Integer>> results = full(whenFull, holder).mapAsync(numbers(20), i -> i);
            assertFalse(results.isDone());
            holder.letGo();
            assertEquals(numbers(20), results.get(PATIENCE));
        }
    }

    @Test
    void closingAMapThatWaitsForRoomLeavesTheLine() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = full(WhenFull.BLOCK, holder);
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        Stream<Boolean> results = pool.map(numbers(20), ran::add);
        Aside<TaskFuture<String>> behind =
                Aside.call(() -> pool.submit(() -> "value")).awaitParked();
        results.close();
        holder.letGo();
        assertEquals("value", behind.value().get());
        finish(pool);
        assertEquals(Set.of(), ran);
    }

    @Test
    void cancellingAMapAsyncThatWaitsForRoomLeavesTheLine() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = full(WhenFull.BLOCK, holder);
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        TaskFuture<List<Boolean>> results = pool.mapAsync(numbers(20), ran::add);
        results.cancel(true);
        assertTrue(results.awaitExit(PATIENCE));
        holder.letGo();
        finish(pool);
        assertEquals(Set.of(), ran);
    }

    @Test
    void othersHaveTheirTurnInTheLineBeforeAMapsLaterItems() throws Exception {
        ThreadPool pool = bounded(1, 1, WhenFull.BLOCK);
        HeldTask first = polite();
        List<Object> order = Collections.synchronizedList(new ArrayList<>());
        Stream<Integer> results = pool.map(
                numbers(20),
                i -> {
                    order.add(i);
                    if (i == 0) {
                        first.call();
                    }
                    return i;
                },
                MapOptions.window(20));
        Aside<TaskFuture<Boolean>> other =
                Aside.call(() -> pool.submit(() -> order.add("other"))).awaitParked();
        first.letGo();
        assertEquals(numbers(20), results.collect(Collectors.toList()));
        other.value().get();
        assertEquals(List.of(0, 1, 2, "other", 3), order.subList(0, 5));
    }

    @Test
    void whenRoomHasComeTheNextTakeUsesIt() throws Exception {
        List<HeldTask> items = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            items.add(polite());
        }
        Numbers source = Numbers.upTo(20);
        Iterator<String> results = bounded(1, 3, WhenFull.REJECT)
                .map(source, i -> items.get(i).call(), MapOptions.window(20))
                .iterator();
        assertEquals(5, source.read());
        for (int i = 0; i < 3; i++) {
            items.get(i).letGo();
        }
        // 4, which was read last, has a place in the queue by now, and two more are free.
        items.get(3).awaitBegun();
        results.next();
        assertTrue(source.read() > 5, "two places are free, and nothing was read for them");
    }

    @Test
    void aMapHasAtMostOneItemInTheLine() throws Exception {
        HeldTask fourth = polite();
        Numbers source = Numbers.endless();
        ThreadPool pool = bounded(1, 3, WhenFull.REJECT);
        HeldTask first = polite();
        Iterator<Integer> results = pool.map(
                        source,
                        i -> {
                            if (i == 0) {
                                first.call();
                            } else if (i == 3) {
                                fourth.call();
                            }
                            return i;
                        },
                        MapOptions.window(20))
                .iterator();
        first.letGo();
        fourth.awaitBegun();
        while (pool.trySubmit(() -> null, Duration.ZERO).isPresent()) {
            // Others fill the queue.
        }
        MapContract.take(results, 3);
        assertTrue(source.read() <= 6, () -> source.read() + " read, of which 5 had a place");
    }

    @Test
    void aTaskOfTheOnlyWorkerMayMapWhateverTheBound() throws Exception {
        for (WhenFull whenFull : WhenFull.values()) {
            for (int capacity : new int[] {0, 1, 3}) {
                ThreadPool pool = bounded(1, capacity, whenFull);
                for (MapOptions options : ALL_KINDS) {
                    TaskFuture<Long> streamed = pool.submit(
                            () -> pool.map(numbers(40), i -> i, options).collect(Collectors.counting()));
                    assertEquals(40, streamed.get(PATIENCE), () -> whenFull + " " + capacity + options);
                    TaskFuture<Integer> joined = pool.submit(() ->
                            pool.mapAsync(numbers(40), i -> i, options).join().size());
                    assertEquals(40, joined.get(PATIENCE), () -> whenFull + " " + capacity + options);
                }
            }
        }
    }

    @Test
    void aShutdownRefusesTheItemThatWaitsForRoom() throws Exception {
        HeldTask held = polite();
        ThreadPool pool = bounded(1, 1, WhenFull.BLOCK);
        Iterator<String> results = pool.map(numbers(20), i -> held.call()).iterator();
        held.awaitBegun();
        pool.shutdown();
        held.letGo();
        assertEquals("let go", results.next());
        assertEquals("let go", results.next());
        assertThrows(RejectedExecutionException.class, results::next);
    }

    // ---- adapted executors ----

    private TaskExecutorService adapted(int maxWorkers, int capacity) {
        return open(TaskExecutorService.adapt(new ThreadPoolExecutor(
                maxWorkers, maxWorkers, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(capacity))));
    }

    @Test
    void onAnExecutorThatRefusesAMapGoesOnWithWhatItTook() throws Exception {
        TaskExecutorService executor = adapted(1, 2);
        for (MapOptions options : ALL_KINDS) {
            Set<Integer> results = executor.map(numbers(200), i -> i, options).collect(Collectors.toSet());
            assertEquals(new HashSet<>(numbers(200)), results, options::toString);
        }
    }

    @Test
    void onAnExecutorThatRefusesAMapAsyncGoesOnWithWhatItTook() throws Exception {
        TaskExecutorService executor = adapted(1, 2);
        for (MapOptions options : ALL_KINDS) {
            List<Integer> results =
                    executor.mapAsync(numbers(200), i -> i, options).get(PATIENCE);
            assertEquals(new HashSet<>(numbers(200)), new HashSet<>(results), options::toString);
        }
    }

    @Test
    void onAnExecutorThatRefusesTheWindowIsWhatItTookAndOneMore() {
        Numbers source = Numbers.endless();
        HeldTask held = polite();
        Stream<String> results = adapted(1, 2).map(source, i -> held.call());
        assertEquals(4, source.read());
        results.close();
    }

    @Test
    void anExecutorThatIsFullOfOthersTasksRefusesAMap() throws Exception {
        TaskExecutorService executor = adapted(1, 1);
        HeldTask holder = polite();
        executor.submit(holder);
        holder.awaitBegun();
        executor.submit(() -> {});
        Stream<Integer> results = executor.map(numbers(3), i -> i);
        assertThrows(RejectedExecutionException.class, () -> results.forEach(r -> {}));
        TaskFuture<List<Integer>> future = executor.mapAsync(numbers(3), i -> i);
        assertThrows(RejectedExecutionException.class, future::join);
    }
}
