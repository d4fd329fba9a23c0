// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RecursiveTask;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Fibonacci numbers by tasks that submit a task and get its result: 4,180 of them on two workers. The pools that are
 * absent never end: their workers wait for each other.
 */
public class NestedBenchmark extends PoolBenchmark {
    private static final int N = 18;

    /** RECURSIVE_TASK: what {@link ForkJoinPool} is made for, fork and join. VIRTUAL is added by {@code Report}. */
    public enum Way {
        MILLRACE(Peer.MILLRACE),
        FORK_JOIN(Peer.FORK_JOIN),
        FORK_JOIN_ASYNC(Peer.FORK_JOIN_ASYNC),
        VIRTUAL(Peer.VIRTUAL),
        RECURSIVE_TASK(Peer.FORK_JOIN);

        private final Peer peer;

        Way(Peer peer) {
            this.peer = peer;
        }
    }

    @Param({"MILLRACE", "FORK_JOIN", "FORK_JOIN_ASYNC", "RECURSIVE_TASK"})
    public Way way;

    @Setup
    public void start() {
        open(way.peer, 2);
    }

    @Benchmark
    public int fibonacci18() throws ExecutionException, InterruptedException {
        return way == Way.RECURSIVE_TASK
                ? ((ForkJoinPool) pool).invoke(new Fibonacci(N))
                : pool.submit(() -> fibonacci(N)).get();
    }

    private int fibonacci(int n) throws ExecutionException, InterruptedException {
        if (n < 2) {
            return n;
        }
        Future<Integer> first = pool.submit(() -> fibonacci(n - 1));
        int second = fibonacci(n - 2);
        return first.get() + second;
    }

    private static final class Fibonacci extends RecursiveTask<Integer> {
        private static final long serialVersionUID = 1;

        private final int n;

        Fibonacci(int n) {
            this.n = n;
        }

        @Override
        protected Integer compute() {
            if (n < 2) {
                return n;
            }
            Fibonacci first = new Fibonacci(n - 1);
            first.fork();
            int second = new Fibonacci(n - 2).compute();
            return first.join() + second;
        }
    }
}
