// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often which duration came, in buckets that are an eighth of a power of two wide, so that what is read from it is
 * right to a sixteenth. Threads write to stripes of their own, without a lock; a stripe is four kilobytes, made when first
 * needed.
 */
final class Histogram {
    private static final int STRIPES = Math.min(8, Integer.highestOneBit(Spinning.PROCESSORS) * 2);
    /** Buckets for each power of two, as a power of two. */
    private static final int BITS = 3;

    static final int BUCKETS = (Long.SIZE - BITS) << BITS;

    private final AtomicReferenceArray<AtomicLongArray> stripes = new AtomicReferenceArray<>(STRIPES);
    private final LongAdder sum = new LongAdder();
    private final LongAccumulator max = new LongAccumulator(Math::max, 0);

    /** Notes a duration that stands for so many. */
    void record(long nanos, int weight) {
        // A clock may jump back.
        long duration = Math.max(0, nanos);
        stripe().addAndGet(bucketOf(duration), weight);
        sum.add(duration * weight);
        max.accumulate(duration);
    }

    private AtomicLongArray stripe() {
        int i = (int) Thread.currentThread().getId() & (STRIPES - 1);
        AtomicLongArray stripe = stripes.get(i);
        if (stripe == null) {
            AtomicLongArray fresh = new AtomicLongArray(BUCKETS);
            stripe = stripes.compareAndSet(i, null, fresh) ? fresh : stripes.get(i);
        }
        return stripe;
    }

    static int bucketOf(long nanos) {
        int magnitude = Long.SIZE - Long.numberOfLeadingZeros(nanos) - 1 - BITS;
        return magnitude <= 0 ? (int) nanos : (magnitude << BITS) + (int) (nanos >>> magnitude);
    }

    /** The middle of what the bucket holds. */
    static long middleOf(int bucket) {
        int magnitude = (bucket >> BITS) - 1;
        if (magnitude <= 0) {
            return bucket;
        }
        long first = (long) (bucket - (magnitude << BITS)) << magnitude;
        return first + (1L << magnitude) / 2;
    }

    /** What it holds now; what is being recorded may be there in part. */
    TimeDistribution read() {
        long[] counts = new long[BUCKETS];
        for (int i = 0; i < STRIPES; i++) {
            AtomicLongArray stripe = stripes.get(i);
            for (int bucket = 0; stripe != null && bucket < BUCKETS; bucket++) {
                counts[bucket] += stripe.get(bucket);
            }
        }
        return new TimeDistribution(counts, sum.sum(), max.get());
    }
}
