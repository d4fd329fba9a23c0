package dev.millrace.samples.benchmarks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The same code around each of the peers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(Timing.FORKS)
@Warmup(iterations = Timing.WARMUPS, time = Timing.MILLIS, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = Timing.ITERATIONS, time = Timing.MILLIS, timeUnit = TimeUnit.MILLISECONDS)
public abstract class PeerBenchmark {
    /** VIRTUAL is added by {@code Report} where the JDK has it. */
    @Param({
        "MILLRACE",
        "THREAD_POOL",
        "THREAD_POOL_LTQ",
        "FORK_JOIN",
        "FORK_JOIN_ASYNC",
        "GUAVA",
        "JETTY",
        "KOTLINX_DEFAULT"
    })
    public Peer executor;

    ExecutorService pool;

    final void open(int workers) {
        pool = executor.open(workers);
    }

    @TearDown
    public final void close() {
        Peer.close(pool);
    }
}
