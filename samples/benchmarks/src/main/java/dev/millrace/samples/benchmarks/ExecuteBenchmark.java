// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.CountDownLatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Each producer executes 1,000 tasks that count down its latch and waits for the last; the score is all of that. */
public class ExecuteBenchmark extends PeerBenchmark {
    private static final int TASKS = 1_000;

    @Param({"1", "2"})
    public int producers;

    @Param({"1", "2", "8"})
    public int workers;

    private Producers threads;

    @Setup
    public void start() {
        open(workers);
        threads = new Producers(producers);
    }

    @TearDown
    public void end() {
        threads.close();
    }

    @Benchmark
    public void executeAndCount() {
        threads.run(producer -> {
            CountDownLatch latch = new CountDownLatch(TASKS);
            Runnable task = latch::countDown;
            for (int i = 0; i < TASKS; i++) {
                pool.execute(task);
            }
            latch.await();
        });
    }
}
