// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import org.openjdk.jmh.annotations.Param;

/** The same code around each of the peers. */
public abstract class PeerBenchmark extends PoolBenchmark {
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

    final void open(int workers) {
        open(executor, workers);
    }
}
