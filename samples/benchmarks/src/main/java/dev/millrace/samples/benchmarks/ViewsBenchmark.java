// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.google.common.util.concurrent.MoreExecutors;
import dev.millrace.ThreadPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.ExecutorsKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one task costs, from submit to get, when 10,000 go round so many views of one pool that each run one task at a
 * time. Two workers.
 */
public class ViewsBenchmark extends PoolBenchmark {
    private static final int WORKERS = 2;
    private static final int TASKS = 10_000;

    /** GUAVA: sequential executors around a ThreadPoolExecutor. */
    @Param({"MILLRACE", "GUAVA", "KOTLINX_DEFAULT"})
    public Peer executor;

    @Param({"1", "10", "100", "1000"})
    public int views;

    private List<ExecutorService> lanes;
    private Future<?>[] futures;

    @Setup
    public void start() {
        open(executor, WORKERS);
        lanes = new ArrayList<>();
        for (int i = 0; i < views; i++) {
            lanes.add(lane());
        }
        futures = new Future<?>[TASKS];
    }

    private ExecutorService lane() {
        return switch (executor) {
            case MILLRACE -> ((ThreadPool) pool).limited(1);
            case GUAVA -> SubmittingExecutor.over(MoreExecutors.newSequentialExecutor(pool));
            case KOTLINX_DEFAULT ->
                SubmittingExecutor.over(
                        ExecutorsKt.asExecutor(Dispatchers.getDefault().limitedParallelism(1, null)));
            default -> throw new UnsupportedOperationException(executor + " has no views");
        };
    }

    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void submitAndGet(Blackhole results) throws ExecutionException, InterruptedException {
        for (int i = 0; i < TASKS; i++) {
            futures[i] = lanes.get(i % views).submit(SubmitBenchmark.NO_OP);
        }
        for (int i = 0; i < TASKS; i++) {
            results.consume(futures[i].get());
        }
    }
}
