// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster;

import dev.millrace.MapOptions;
import dev.millrace.SerializableFunction;
import dev.millrace.TaskExecutorService;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Counts primes, by ranges: work for processors, on whatever has some. */
public final class Primes {
    private static final int RANGE = 10_000;

    private Primes() {}

    /**
     * How many there are below that limit. Nothing here knows whether the pool is one of threads or a cluster; a range that is
     * lost with its worker is counted again, as counting it twice does no harm.
     */
    public static long countBelow(TaskExecutorService pool, int limit) {
        int ranges = (int) ((limit + RANGE - 1L) / RANGE);
        MapOptions options = MapOptions.unordered().withChunk(MapOptions.AUTO).withRetries(3);
        try (Stream<Integer> counts = pool.map(
                IntStream.range(0, ranges).boxed().toList(),
                SerializableFunction.of(range -> countWithin(range * RANGE, Math.min(limit, (range + 1L) * RANGE))),
                options)) {
            return counts.mapToLong(Integer::longValue).sum();
        }
    }

    static int countWithin(int from, long to) {
        int primes = 0;
        for (int n = from; n < to; n++) {
            if (isPrime(n)) {
                primes++;
            }
        }
        return primes;
    }

    private static boolean isPrime(int n) {
        if (n < 4) {
            return n > 1;
        }
        if (n % 2 == 0) {
            return false;
        }
        for (int divisor = 3; (long) divisor * divisor <= n; divisor += 2) {
            if (n % divisor == 0) {
                return false;
            }
        }
        return true;
    }
}
