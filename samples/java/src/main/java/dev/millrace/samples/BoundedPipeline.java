// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.MapOptions;
import dev.millrace.ThreadPool;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Reads, works and writes at the same time, with no more than a window on the way: the source may be endless, and a slow
 * sink holds it back.
 */
public final class BoundedPipeline {
    static final int WINDOW = 8;

    private BoundedPipeline() {}

    public static void main(String[] args) {
        AtomicInteger read = new AtomicInteger();
        Iterator<BigInteger> powersOfTen = Stream.generate(() -> BigInteger.TEN.pow(read.incrementAndGet()))
                .iterator();
        primesAbove(powersOfTen, 20, prime -> {
            System.out.println(prime + " (by now " + read + " numbers were read)");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20)); // a slow sink
        });
    }

    /** The next prime for each of the first numbers, so many of them. */
    static void primesAbove(Iterator<BigInteger> numbers, int count, Consumer<BigInteger> sink) {
        try (ThreadPool pool = ThreadPool.of(2);
                Stream<BigInteger> primes =
                        pool.map(() -> numbers, BigInteger::nextProbablePrime, MapOptions.window(WINDOW))) {
            primes.limit(count).forEach(sink);
        } // cancels what is still on the way
    }
}
