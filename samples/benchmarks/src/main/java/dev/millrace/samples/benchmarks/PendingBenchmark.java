package dev.millrace.samples.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one task costs, from submit to get, when so many others are pending: the two workers are held until all are
 * submitted. Virtual threads cannot be held like that.
 */
public class PendingBenchmark extends PoolBenchmark {
    private static final int WORKERS = 2;
    private static final int MOST = 1_000_000;

    /** More by {@code -p executor=...}: a million tasks take their time. */
    @Param({"MILLRACE", "THREAD_POOL", "FORK_JOIN"})
    public Peer executor;

    private Future<?>[] futures;

    @Setup
    public void start() {
        open(executor, WORKERS);
        futures = new Future<?>[MOST];
    }

    @Benchmark
    @OperationsPerInvocation(100)
    public void pending100(Blackhole results) throws ExecutionException, InterruptedException {
        submitAndGet(100, results);
    }

    @Benchmark
    @OperationsPerInvocation(10_000)
    public void pending10000(Blackhole results) throws ExecutionException, InterruptedException {
        submitAndGet(10_000, results);
    }

    @Benchmark
    @OperationsPerInvocation(MOST)
    public void pending1000000(Blackhole results) throws ExecutionException, InterruptedException {
        submitAndGet(MOST, results);
    }

    private void submitAndGet(int tasks, Blackhole results) throws ExecutionException, InterruptedException {
        Gate gate = Gate.hold(pool, WORKERS);
        for (int i = 0; i < tasks; i++) {
            futures[i] = pool.submit(SubmitBenchmark.NO_OP);
        }
        gate.open();
        for (int i = 0; i < tasks; i++) {
            results.consume(futures[i].get());
            futures[i] = null;
        }
    }
}
