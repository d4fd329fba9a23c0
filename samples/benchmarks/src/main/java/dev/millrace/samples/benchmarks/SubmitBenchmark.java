// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** Each producer submits 1,000 callables that do nothing and then gets all the results; the score is all of that. */
public class SubmitBenchmark extends PeerBenchmark {
    static final int TASKS = 1_000;
    static final Callable<Integer> NO_OP = () -> 1;

    @Param({"1", "2"})
    public int producers;

    @Param({"1", "2", "8"})
    public int workers;

    private Producers threads;
    private Future<?>[][] futures;

    @Setup
    public void start() {
        open(workers);
        threads = new Producers(producers);
        futures = new Future<?>[producers][TASKS];
    }

    @TearDown
    public void end() {
        threads.close();
    }

    @Benchmark
    public void submitAndGet(Blackhole results) {
        threads.run(producer -> {
            Future<?>[] mine = futures[producer];
            for (int i = 0; i < TASKS; i++) {
                mine[i] = pool.submit(NO_OP);
            }
            for (int i = 0; i < TASKS; i++) {
                results.consume(mine[i].get());
            }
        });
    }
}
