// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/** As {@link SubmitBenchmark}, with 1,000 tasks that do processor work for 1 µs or 50 µs. */
public class WorkBenchmark extends PeerBenchmark {
    private static final int TASKS = 1_000;

    @Param({"1", "50"})
    public int taskMicros;

    @Param({"2", "8"})
    public int workers;

    private Callable<Integer> task;
    private Future<?>[] futures;

    @Setup
    public void start() {
        open(workers);
        futures = new Future<?>[TASKS];
        long tokens = Work.tokens(taskMicros * 1_000L);
        task = () -> {
            Blackhole.consumeCPU(tokens);
            return 1;
        };
    }

    @Benchmark
    public void work(Blackhole results) throws ExecutionException, InterruptedException {
        for (int i = 0; i < TASKS; i++) {
            futures[i] = pool.submit(task);
        }
        for (int i = 0; i < TASKS; i++) {
            results.consume(futures[i].get());
        }
    }
}
