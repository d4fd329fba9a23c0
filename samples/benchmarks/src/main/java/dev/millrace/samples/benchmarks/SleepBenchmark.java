// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** 2,000 tasks that each sleep for 2 ms, on 64 workers: what a pool adds to the sleep. */
@BenchmarkMode(Mode.SingleShotTime)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
public class SleepBenchmark extends PoolBenchmark {
    private static final int TASKS = 2_000;
    private static final int WORKERS = 64;
    private static final int SLEEP_MILLIS = 2;

    /**
     * BARE_THREADS: no pool, and nothing to hand out; what this machine's clock makes of so many sleeps. Not
     * KOTLINX_DEFAULT, which has a thread for each processor only, nor VIRTUAL, where all would sleep at once.
     */
    @Param({
        "MILLRACE",
        "THREAD_POOL",
        "THREAD_POOL_LTQ",
        "FORK_JOIN",
        "FORK_JOIN_ASYNC",
        "GUAVA",
        "JETTY",
        "KOTLINX_IO",
        "BARE_THREADS"
    })
    public String executor;

    private final Future<?>[] futures = new Future<?>[TASKS];
    private Producers threads;

    @Setup
    public void start() {
        if (executor.equals("BARE_THREADS")) {
            threads = new Producers(WORKERS);
        } else {
            open(Peer.valueOf(executor), WORKERS);
        }
    }

    @TearDown
    public void end() {
        if (threads != null) {
            threads.close();
        }
    }

    @Benchmark
    public void sleep(Blackhole results) throws ExecutionException, InterruptedException {
        if (threads != null) {
            threads.run(SleepBenchmark::sleepShare);
        } else {
            submitAndGet(results);
        }
    }

    private static void sleepShare(int thread) throws InterruptedException {
        for (int i = thread; i < TASKS; i += WORKERS) {
            Thread.sleep(SLEEP_MILLIS);
        }
    }

    private void submitAndGet(Blackhole results) throws ExecutionException, InterruptedException {
        Callable<Integer> task = () -> {
            Thread.sleep(SLEEP_MILLIS);
            return 1;
        };
        for (int i = 0; i < TASKS; i++) {
            futures[i] = pool.submit(task);
        }
        for (int i = 0; i < TASKS; i++) {
            results.consume(futures[i].get());
        }
    }
}
