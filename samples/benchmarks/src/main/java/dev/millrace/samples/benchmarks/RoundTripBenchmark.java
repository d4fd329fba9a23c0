// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Threads;

/** Submit one task and wait for its result: what waking a worker, and being woken by it, take. */
public class RoundTripBenchmark extends PeerBenchmark {
    @Param({"1", "2", "8"})
    public int workers;

    @Setup
    public void start() {
        open(workers);
    }

    @Benchmark
    @Threads(1)
    public int oneCaller() throws ExecutionException, InterruptedException {
        return pool.submit(SubmitBenchmark.NO_OP).get();
    }

    @Benchmark
    @Threads(4)
    public int fourCallers() throws ExecutionException, InterruptedException {
        return pool.submit(SubmitBenchmark.NO_OP).get();
    }
}
