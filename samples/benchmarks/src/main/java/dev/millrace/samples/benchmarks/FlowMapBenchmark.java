// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import dev.millrace.ThreadPool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/** {@link MapItems} mapped in each way that coroutines have; the score is one map. */
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class FlowMapBenchmark extends PoolBenchmark {
    /** {@code flatMapMerge}'s default. */
    private static final int CONCURRENCY = 16;

    /** Results of FLAT_MAP_MERGE, CHANNEL_SEMAPHORE and UNORDERED come in no order. */
    public enum Way {
        MILLRACE_MAP_ON,
        MILLRACE_MAP_ON_UNORDERED,
        MILLRACE_MAP_FLOW,
        FLAT_MAP_MERGE,
        ASYNC_WINDOW,
        CHANNEL_SEMAPHORE
    }

    @Param
    public Way way;

    private MapItems items;

    /** As many workers as {@code Dispatchers.Default} has, which the others use. */
    @Setup
    public void start() {
        open(Peer.MILLRACE, Math.max(2, Runtime.getRuntime().availableProcessors()));
        items = new MapItems();
    }

    @Benchmark
    public long map() {
        return switch (way) {
            case MILLRACE_MAP_ON -> Flows.mapOn(millrace(), items.list(), CONCURRENCY, true, items::work);
            case MILLRACE_MAP_ON_UNORDERED -> Flows.mapOn(millrace(), items.list(), CONCURRENCY, false, items::work);
            case MILLRACE_MAP_FLOW -> Flows.mapFlow(millrace(), items.list(), CONCURRENCY, items::work);
            case FLAT_MAP_MERGE -> Flows.flatMapMerge(items.list(), CONCURRENCY, items::work);
            case ASYNC_WINDOW -> Flows.asyncWindow(items.list(), CONCURRENCY, items::work);
            case CHANNEL_SEMAPHORE -> Flows.channelWithSemaphore(items.list(), CONCURRENCY, items::work);
        };
    }

    private ThreadPool millrace() {
        return (ThreadPool) pool;
    }
}
