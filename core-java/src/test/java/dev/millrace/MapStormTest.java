// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random maps on small pools of every kind, consumed from outside and from tasks, closed, cancelled, interrupted and shut
 * down at a random moment: each item runs at most once, and a result is whole or an exception. The seed is in each
 * message; the threads' timing is not replayed by it.
 */
@ExtendWith(NoThreadsLeft.class)
class MapStormTest {
    private static final int ROUNDS = Integer.getInteger("map.storm", 300);
    private static final int ITEMS = 60;

    @Test
    void aMapIsWholeOrFailsWhateverHappens() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            new Round(System.nanoTime()).run();
        }
    }

    private static final class Round {
        private final long seed;
        private final Random random;
        private final ThreadPool pool;
        private final List<OneMap> maps = new ArrayList<>();

        Round(long seed) {
            this.seed = seed;
            random = new Random(seed);
            ThreadPool.Builder builder = ThreadPool.builder().maxWorkers(1 + random.nextInt(3));
            int policy = random.nextInt(4);
            if (policy < 3) {
                builder.boundedQueue(random.nextInt(4), WhenFull.values()[policy]);
            }
            pool = builder.build();
        }

        void run() throws Exception {
            List<Aside<Object>> consumers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                OneMap map = new OneMap(pool, random);
                maps.add(map);
                boolean inTask = random.nextInt(3) == 0;
                consumers.add(Aside.run(inTask ? () -> pool.submit(map::consume).join() : map::consume));
            }
            disturb();
            if (random.nextBoolean()) {
                pool.shutdownNow();
            } else if (random.nextBoolean()) {
                pool.shutdown();
            }
            for (Aside<Object> consumer : consumers) {
                consumer.thread().join(TimeUnit.SECONDS.toMillis(Aside.PATIENCE_SECONDS));
                assertTrue(consumer.hasEnded(), () -> "a consumer hangs, seed " + seed + ", " + pool + maps);
            }
            pool.shutdown();
            assertTrue(pool.awaitTermination(Aside.PATIENCE_SECONDS, TimeUnit.SECONDS), () -> "seed " + seed);
            maps.forEach(map -> map.check(seed));
        }

        private void disturb() throws InterruptedException {
            for (OneMap map : maps) {
                TimeUnit.NANOSECONDS.sleep(random.nextInt(300_000));
                if (random.nextInt(3) == 0) {
                    map.stop();
                }
            }
        }
    }

    /** A map, and what came of it. */
    private static final class OneMap {
        private final ThreadPool pool;
        private final MapOptions options;
        private final boolean async;
        private final int failing;
        private final AtomicIntegerArray runs = new AtomicIntegerArray(ITEMS);
        private final AtomicInteger running = new AtomicInteger();
        private volatile Stream<Integer> stream;
        private volatile TaskFuture<List<Integer>> future;
        private volatile List<Integer> results;
        private volatile Throwable thrown;
        private volatile boolean ranAfterExit;

        OneMap(ThreadPool pool, Random random) {
            this.pool = pool;
            int chunk = List.of(1, 1, 4, MapOptions.AUTO).get(random.nextInt(4));
            MapOptions some = random.nextBoolean() ? MapOptions.window(4 + random.nextInt(8)) : MapOptions.chunk(1);
            some = random.nextBoolean() ? some.withUnordered() : some;
            some = random.nextInt(4) == 0 ? some.withTimeout(Duration.ofNanos(1 + random.nextInt(2_000_000))) : some;
            options = some.withChunk(chunk);
            async = random.nextBoolean();
            failing = random.nextInt(3) == 0 ? random.nextInt(ITEMS) : -1;
        }

        private Integer item(Integer i) throws Exception {
            running.incrementAndGet();
            try {
                runs.incrementAndGet(i);
                if (i == failing) {
                    throw new IllegalArgumentException("as asked");
                }
                if (i % 16 == 5) {
                    Thread.sleep(0, 100_000);
                }
                return i;
            } finally {
                running.decrementAndGet();
            }
        }

        void consume() {
            try {
                if (async) {
                    TaskFuture<List<Integer>> mine = pool.mapAsync(MapContract.numbers(ITEMS), this::item, options);
                    mine.onExit(() -> ranAfterExit = running.get() > 0);
                    future = mine;
                    results = mine.join();
                } else {
                    stream = pool.map(MapContract.numbers(ITEMS), this::item, options);
                    results = stream.collect(Collectors.toList());
                }
            } catch (Throwable t) {
                thrown = t;
            }
        }

        void stop() {
            Stream<Integer> toClose = stream;
            TaskFuture<List<Integer>> toCancel = future;
            if (toClose != null) {
                toClose.close();
            }
            if (toCancel != null) {
                toCancel.cancel(running.get() % 2 == 0);
            }
        }

        void check(long seed) {
            for (int i = 0; i < ITEMS; i++) {
                int item = i;
                assertTrue(runs.get(i) <= 1, () -> item + " ran twice, seed " + seed + this);
            }
            List<Integer> got = results;
            if (got != null) {
                assertEquals(ITEMS, got.size(), () -> "seed " + seed + this);
                assertEquals(
                        MapContract.numbers(ITEMS),
                        got.stream().sorted().collect(Collectors.toList()),
                        () -> "seed " + seed + this);
                assertTrue(options.isUnordered || got.equals(MapContract.numbers(ITEMS)), () -> "seed " + seed + this);
                assertEquals(ITEMS, new HashSet<>(got).size());
            } else {
                assertTrue(isExpected(thrown), () -> thrown + ", seed " + seed + this);
            }
            assertFalse(ranAfterExit, () -> "ran after its exit, seed " + seed + this);
            TaskFuture<?> ended = future;
            // Where its time was over, the thread that ended it may still be at it.
            assertTrue(ended == null || exits(ended), () -> "never exited, seed " + seed + this);
        }

        private static boolean exits(TaskFuture<?> future) {
            try {
                return future.awaitExit(Duration.ofSeconds(Aside.PATIENCE_SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private static boolean isExpected(Throwable thrown) {
            return thrown == null // the task that was to call the map was refused
                    || thrown instanceof IllegalArgumentException
                    || thrown instanceof IllegalStateException
                    || thrown instanceof RejectedExecutionException
                    || thrown instanceof TaskTimeoutException
                    || thrown instanceof CancellationException
                    || (thrown instanceof CompletionException && thrown.getCause() instanceof InterruptedException);
        }

        @Override
        public String toString() {
            return " [" + options + (async ? " async" : "") + ", failing " + failing + ", " + thrown + "]";
        }
    }
}
