// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import org.openjdk.jmh.infra.Blackhole;

/** Processor work of a length: JMH's, in its tokens. */
public final class Work {
    /** Nanoseconds a token, for a JVM that shall not find out by itself: all of one run work by the same measure. */
    public static final String NANOS_PER_TOKEN = "benchmarks.nanosPerToken";

    private Work() {}

    /** Tokens that take so long on one thread here. */
    static long tokens(long nanos) {
        return Math.max(1, Math.round(nanos / Measure.NANOS_PER_TOKEN));
    }

    /** What one token takes here. */
    public static double nanosPerToken() {
        return Measure.NANOS_PER_TOKEN;
    }

    /** Measured once for each JVM, if at all. */
    private static final class Measure {
        static final double NANOS_PER_TOKEN = System.getProperty(Work.NANOS_PER_TOKEN) == null
                ? measure()
                : Double.parseDouble(System.getProperty(Work.NANOS_PER_TOKEN));

        private static double measure() {
            long count = 10_000_000;
            double best = Double.MAX_VALUE;
            for (int round = 0; round < 10; round++) {
                long start = System.nanoTime();
                Blackhole.consumeCPU(count);
                best = Math.min(best, (System.nanoTime() - start) / (double) count);
            }
            return best;
        }
    }
}
