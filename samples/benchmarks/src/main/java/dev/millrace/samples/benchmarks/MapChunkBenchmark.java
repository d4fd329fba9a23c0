// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import dev.millrace.MapOptions;
import dev.millrace.ThreadPool;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * How many items of a map to send as one task: fixed sizes against {@link MapOptions#AUTO}, for items of three lengths.
 * A map's items are processor work, as many as take some 20 ms on one thread; the score is one map.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MapChunkBenchmark {
    private static final long MAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @Param({"100", "10000", "1000000"})
    public long itemNanos;

    @Param({"1", "4", "16", "64", "256", "1024", "AUTO"})
    public String chunk;

    private ThreadPool pool;
    private List<Integer> items;
    private MapOptions options;
    private long tokens;

    @Setup
    public void start() {
        pool = ThreadPool.of(Runtime.getRuntime().availableProcessors());
        items = IntStream.range(0, (int) (MAP_NANOS / itemNanos)).boxed().collect(Collectors.toList());
        options = MapOptions.chunk(chunk.equals("AUTO") ? MapOptions.AUTO : Integer.parseInt(chunk));
        tokens = Work.tokens(itemNanos);
    }

    @TearDown
    public void end() {
        pool.close();
    }

    @Benchmark
    public long ordered() {
        return pool.map(items, this::work, options).mapToLong(x -> x).sum();
    }

    @Benchmark
    public long unordered() {
        return pool.map(items, this::work, options.withUnordered())
                .mapToLong(x -> x)
                .sum();
    }

    private int work(int item) {
        Blackhole.consumeCPU(tokens);
        return item;
    }
}
