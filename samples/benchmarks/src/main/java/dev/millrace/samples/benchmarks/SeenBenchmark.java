// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import dev.millrace.ContextCarrier;
import dev.millrace.PoolListener;
import dev.millrace.TaskFuture;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/** What it costs a task that somebody looks at its pool: 1,000 are submitted, then all results are got; or one by one. */
public class SeenBenchmark extends PoolBenchmark {
    private static final ThreadLocal<String> CONTEXT = ThreadLocal.withInitial(() -> "nobody");

    /** Who looks. */
    public enum By {
        NOBODY,
        WATCHDOG,
        TIMES,
        /** Is told of each step, and does nothing: what it does comes on top. */
        LISTENER,
        /** Watchdog, times and that listener. */
        ALL,
        /** A listener that counts each submit and each end. */
        COUNTING_LISTENER,
        /** Nobody; but the value of a {@code ThreadLocal} is carried along. */
        CONTEXT
    }

    @Param({"NOBODY", "WATCHDOG", "TIMES", "LISTENER", "ALL", "COUNTING_LISTENER", "CONTEXT"})
    public By by;

    @Param({"1", "2"})
    public int workers;

    private Future<?>[] futures;

    @Setup
    public void start() {
        ThreadPool.Builder builder = ThreadPool.builder().maxWorkers(workers);
        if (by == By.WATCHDOG || by == By.ALL) {
            builder.stuckAfter(Duration.ofSeconds(1));
        }
        if (by == By.TIMES || by == By.ALL) {
            builder.recordTimes();
        }
        if (by == By.LISTENER || by == By.ALL) {
            builder.listener(new PoolListener() {});
        }
        if (by == By.COUNTING_LISTENER) {
            builder.listener(new Counting());
        }
        if (by == By.CONTEXT) {
            builder.contextCarrier(SeenBenchmark::capture);
        }
        pool = builder.build();
        futures = new Future<?>[SubmitBenchmark.TASKS];
    }

    private static ContextCarrier.Snapshot capture() {
        String mine = CONTEXT.get();
        return () -> {
            String before = CONTEXT.get();
            CONTEXT.set(mine);
            return () -> CONTEXT.set(before);
        };
    }

    @Benchmark
    @OperationsPerInvocation(SubmitBenchmark.TASKS)
    public void submitAndGet(Blackhole results) throws ExecutionException, InterruptedException {
        for (int i = 0; i < SubmitBenchmark.TASKS; i++) {
            futures[i] = pool.submit(SubmitBenchmark.NO_OP);
        }
        for (int i = 0; i < SubmitBenchmark.TASKS; i++) {
            results.consume(futures[i].get());
        }
    }

    @Benchmark
    public Object roundTrip() throws ExecutionException, InterruptedException {
        return pool.submit(SubmitBenchmark.NO_OP).get();
    }

    private static final class Counting implements PoolListener {
        private final LongAdder submitted = new LongAdder();
        private final LongAdder done = new LongAdder();

        @Override
        public void submitted(TaskFuture<?> task) {
            submitted.increment();
        }

        @Override
        public void done(TaskFuture<?> task) {
            done.increment();
        }
    }
}
