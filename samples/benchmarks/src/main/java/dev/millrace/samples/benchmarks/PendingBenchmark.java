// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What one task costs, from submit to its end, while so many are pending: each of them submits itself again when it runs,
 * until four million have run. The one worker is held until the first have been submitted. (Two cannot be held by a
 * ForkJoinPool of JDK 17: now and then it leaves a task lying beside an idle worker.) Virtual threads cannot be held.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a latch tells when all have run
public class PendingBenchmark extends PoolBenchmark {
    private static final int TASKS = 4_000_000;

    /** More by {@code -p executor=...}: a million tasks take their time. */
    @Param({"MILLRACE", "THREAD_POOL", "FORK_JOIN"})
    public Peer executor;

    @Setup
    public void start() {
        open(executor, 1);
    }

    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void pending100() throws InterruptedException {
        circulate(100);
    }

    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void pending10000() throws InterruptedException {
        circulate(10_000);
    }

    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void pending1000000() throws InterruptedException {
        circulate(1_000_000);
    }

    private void circulate(int pending) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(pending);
        Gate gate = Gate.hold(pool, 1);
        for (int i = 0; i < pending; i++) {
            pool.submit(new Round(TASKS / pending, over));
        }
        gate.open();
        over.await();
    }

    /** A task that is run so many times, and each time but the last submits itself again. */
    private final class Round implements Callable<Integer> {
        private final CountDownLatch over;
        private int left;

        Round(int times, CountDownLatch over) {
            left = times;
            this.over = over;
        }

        @Override
        public Integer call() {
            left--;
            if (left > 0) {
                pool.submit(this);
            } else {
                over.countDown();
            }
            return left;
        }
    }
}
