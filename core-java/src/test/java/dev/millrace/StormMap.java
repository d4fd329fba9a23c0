// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;

/** One map of the storm, whole, closed half-way, cancelled, or failing; each of its items counts as a task. */
final class StormMap {
    private final StormRound round;
    private final StormDeeds deeds;
    private final Random random;
    private final StormScope scope;
    private final int size;
    private final int failing;
    private final int leaving;
    private final AtomicIntegerArray runs;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ok = new AtomicInteger();
    private final AtomicInteger thrown = new AtomicInteger();
    private StormPlace place;

    StormMap(StormRound round, StormDeeds deeds, StormScope owner, Random random) {
        this.round = round;
        this.deeds = deeds;
        this.random = random;
        scope = new StormScope(owner);
        size = random.nextInt(24);
        failing = random.nextInt(3) == 0 ? random.nextInt(24) : -1;
        leaving = random.nextInt(3) == 0 ? random.nextInt(24) : -1;
        runs = new AtomicIntegerArray(size);
        if (round.mayDeadlock()) {
            // A wait that fails ends the map.
            scope.askForInterrupt();
        }
    }

    void run(StormPlace where) {
        place = where;
        round.add(this);
        List<Integer> inputs = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            inputs.add(i);
        }
        MapOptions options = options();
        try {
            if (random.nextInt(3) == 0) {
                async(inputs, options);
            } else {
                stream(inputs, options);
            }
        } catch (StormThrown
                | CancellationException
                | TaskTimeoutException
                | RejectedExecutionException
                | PoolDeadlockException asAsked) {
            // An item's failure, or the end of the place.
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof InterruptedException)) {
                throw e;
            }
        }
    }

    private MapOptions options() {
        MapOptions options = random.nextBoolean() ? MapOptions.window(4 + random.nextInt(8)) : MapOptions.chunk(1);
        // A map without order waits for any of several.
        options = random.nextBoolean() ? options.withUnordered() : options;
        options = options.withChunk(List.of(1, 1, 4, MapOptions.AUTO).get(random.nextInt(4)));
        if (deeds.isLimited() || random.nextInt(4) == 0) {
            scope.askForInterrupt();
            options = options.withTimeout(Duration.ofNanos(1 + random.nextInt(500_000)));
        }
        return options;
    }

    private void stream(List<Integer> inputs, MapOptions options) {
        int most = random.nextInt(3) == 0 ? random.nextInt(24) : Integer.MAX_VALUE;
        List<Integer> results = new ArrayList<>();
        Stream<Integer> stream = place.executor.map(inputs, this::item, options);
        try {
            for (Iterator<Integer> next = stream.iterator(); results.size() < most && next.hasNext(); ) {
                results.add(next.next());
            }
        } finally {
            // A limit without a close leaves the rest to finish.
            if (random.nextInt(4) > 0) {
                scope.askForInterrupt();
                stream.close();
            }
        }
        check(results, options, Math.min(most, size));
    }

    private void async(List<Integer> inputs, MapOptions options) {
        TaskFuture<List<Integer>> future = place.executor.mapAsync(inputs, this::item, options);
        round.checkLater(() -> {
            Waiting.until(future::hasExited, () -> "never exited: " + future);
        });
        if (random.nextInt(3) == 0) {
            scope.askForInterrupt();
            future.cancel(random.nextBoolean());
        }
        if (!deeds.isLimited()) {
            check(future.join(), options, size);
        }
    }

    private void check(List<Integer> results, MapOptions options, int expected) {
        Integer[] sorted = results.toArray(new Integer[0]);
        Arrays.sort(sorted);
        boolean right = sorted.length == expected;
        for (int i = 0; i < sorted.length; i++) {
            right &= i == 0 || sorted[i] > sorted[i - 1];
            right &= options.isUnordered || results.get(i) == i;
        }
        if (!right) {
            round.fault("a map of " + size + " gave " + results + ", " + expected + " expected, " + options);
        }
    }

    private Integer item(Integer i) {
        begun.incrementAndGet();
        if (runs.incrementAndGet(i) > 1) {
            round.fault("item " + i + " ran twice");
        }
        checkFlag();
        if (i == failing) {
            scope.askForInterrupt();
            thrown.incrementAndGet();
            throw new StormThrown(null, null);
        }
        if (i == leaving && round.isWorker(Thread.currentThread())) {
            Thread.currentThread().interrupt();
        }
        ok.incrementAndGet();
        return i;
    }

    private void checkFlag() {
        Thread here = Thread.currentThread();
        // First: who may interrupt says so before he does.
        boolean interrupted = here.isInterrupted();
        boolean may = scope.mayInterrupt()
                || place.mayEnd()
                || (here instanceof StormActor && ((StormActor) here).scope.mayInterrupt());
        if (interrupted && !may) {
            round.fault("an item of a map sees an interrupt that nobody asked for");
        }
    }

    void account(StormTally tally) {
        if (begun.get() != ok.get() + thrown.get()) {
            round.fault(begun + " items began, " + ok + " + " + thrown + " ended");
        }
        tally.accepted += begun.get();
        tally.succeeded += ok.get();
        tally.failed += thrown.get();
    }
}
