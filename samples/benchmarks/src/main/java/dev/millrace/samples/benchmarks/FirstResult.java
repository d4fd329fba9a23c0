// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/** Started by {@link Cold} in a JVM of its own: prints the nanoseconds from here to a pool's first result. */
public final class FirstResult {
    private FirstResult() {}

    public static void main(String[] args) throws Exception {
        Peer peer = Peer.valueOf(args[0]);
        long start = System.nanoTime();
        ExecutorService pool = peer.open(2);
        pool.submit(new Answer()).get();
        long nanos = System.nanoTime() - start;
        Peer.close(pool);
        System.out.println(nanos);
        // What a peer's threads would wait for is not measured.
        System.exit(0);
    }

    /** A class, because the first lambda of a JVM takes longer than a pool. */
    private static final class Answer implements Callable<Integer> {
        @Override
        public Integer call() {
            return 42;
        }
    }
}
