// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster;

import dev.millrace.MapOptions;
import dev.millrace.SerializableCallable;
import dev.millrace.SerializableFunction;
import dev.millrace.TaskExecutorService;
import dev.millrace.TaskFuture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a task costs on an executor. */
public final class Measure {
    private static final int TASKS = 10_000;
    private static final int ROUND_TRIPS = 1_000;

    private final TaskExecutorService pool;

    public Measure(TaskExecutorService pool) {
        this.pool = pool;
    }

    /** One after the other: the median, in microseconds, of submitting a task that does nothing and getting its result. */
    public double roundTripMicros() {
        long[] nanos = new long[ROUND_TRIPS];
        for (int i = -ROUND_TRIPS; i < ROUND_TRIPS; i++) { // the first half warms up
            long start = System.nanoTime();
            pool.submit(SerializableCallable.of(() -> 1)).join();
            if (i >= 0) {
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        return nanos[ROUND_TRIPS / 2] / 1e3;
    }

    /** Tasks a second that do nothing, 10,000 submitted before the first result is asked for. */
    public double tasksPerSecond() {
        long start = System.nanoTime();
        List<TaskFuture<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            tasks.add(pool.submit(SerializableCallable.of(() -> 1)));
        }
        tasks.forEach(TaskFuture::join);
        return TASKS / secondsSince(start);
    }

    /** Seconds for a map of 10,000 items that each wait for a millisecond. */
    public double mapSeconds(int chunk) {
        long start = System.nanoTime();
        try (Stream<Integer> items = pool.map(
                IntStream.range(0, TASKS).boxed().toList(),
                SerializableFunction.of(Measure::waitAMillisecond),
                MapOptions.chunk(chunk))) {
            long results = items.count();
            if (results != TASKS) {
                throw new IllegalStateException(results + " results of " + TASKS);
            }
        }
        return secondsSince(start);
    }

    private static Integer waitAMillisecond(Integer item) throws InterruptedException {
        Thread.sleep(1);
        return item;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
