// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * What a million tasks hold on to, by the difference of the heap after full collections: a task that is pending, a
 * future that is finished, and what is left of a cancelled task when the caller has let go of its future. All tasks
 * share one callable and one result, and the caller's array of futures is there before. Needs a collector that leaves no
 * dead wood where it would not pay to compact, as {@code -XX:+UseSerialGC -XX:MarkSweepDeadRatio=0}.
 */
@Command(name = "Memory")
public final class Memory implements Callable<Integer> {
    @Mixin
    private Rows rows;

    private Future<?>[] futures;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Memory()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        for (Peer peer : Rows.peers()) {
            measure(peer, 1_000, false);
            measure(peer, rows.quick ? 10_000 : 1_000_000, true);
        }
        rows.write();
        return 0;
    }

    private void measure(Peer peer, int tasks, boolean told) throws Exception {
        futures = new Future<?>[tasks];
        int half = tasks / 2;
        ExecutorService pool = peer.open(1);
        try {
            Gate gate = Gate.hold(pool, 1);
            long before = heap();
            for (int i = 0; i < tasks; i++) {
                futures[i] = pool.submit(SubmitBenchmark.NO_OP);
            }
            double pending = (heap() - before) / (double) tasks;
            for (int i = 1; i < tasks; i += 2) {
                futures[i].cancel(false);
                futures[i] = null;
            }
            double cancelled = (heap() - before - half * pending) / half;
            gate.open();
            for (int i = 0; i < tasks; i += 2) {
                futures[i].get();
            }
            // Behind the last of them may stand a cancelled task.
            pool.submit(SubmitBenchmark.NO_OP).get();
            double finished = (heap() - before) / (double) half;
            if (told) {
                rows.add("Memory.pendingTask", peer.name(), pending, "B/task");
                rows.add("Memory.finishedFuture", peer.name(), finished, "B/task");
                rows.add("Memory.cancelledTask", peer.name(), cancelled, "B/task");
            }
        } finally {
            Peer.close(pool);
        }
    }

    /** Bytes in use after full collections, when these find no more. */
    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            System.gc();
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            if (used >= least) {
                break;
            }
            least = used;
        }
        return least;
    }
}
