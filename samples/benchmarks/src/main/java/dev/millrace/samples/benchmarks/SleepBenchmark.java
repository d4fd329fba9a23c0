package dev.millrace.samples.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

/** 2,000 tasks that each sleep for 2 ms, on 64 workers: what a pool adds to the sleep. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
public class SleepBenchmark {
    private static final int TASKS = 2_000;
    private static final int WORKERS = 64;
    private static final int SLEEP_MILLIS = 2;

    public static class Pool extends PoolBenchmark {
        /** KOTLINX_DEFAULT has a thread for each processor only; of virtual threads, all would sleep at once. */
        @Param({
            "MILLRACE",
            "THREAD_POOL",
            "THREAD_POOL_LTQ",
            "FORK_JOIN",
            "FORK_JOIN_ASYNC",
            "GUAVA",
            "JETTY",
            "KOTLINX_IO"
        })
        public Peer executor;

        private final Future<?>[] futures = new Future<?>[TASKS];

        @Setup
        public void start() {
            open(executor, WORKERS);
        }
    }

    @Benchmark
    public void sleepAll(Pool state, Blackhole results) throws ExecutionException, InterruptedException {
        Callable<Integer> task = () -> {
            Thread.sleep(SLEEP_MILLIS);
            return 1;
        };
        for (int i = 0; i < TASKS; i++) {
            state.futures[i] = state.pool.submit(task);
        }
        for (int i = 0; i < TASKS; i++) {
            results.consume(state.futures[i].get());
        }
    }

    @State(Scope.Benchmark)
    public static class Threads {
        private Producers threads;

        @Setup
        public void start() {
            threads = new Producers(WORKERS);
        }

        @TearDown
        public void end() {
            threads.close();
        }
    }

    /** No pool at all, and nothing to hand out: what this machine's clock makes of so many sleeps. */
    @Benchmark
    public void bareThreads(Threads state) {
        state.threads.run(producer -> {
            for (int i = producer; i < TASKS; i += WORKERS) {
                Thread.sleep(SLEEP_MILLIS);
            }
        });
    }
}
