// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Arrays;

/**
 * How long many tasks took, at one moment of a pool's life: from its {@link ThreadPool#stats()}. Percentiles are right to
 * a sixteenth. Immutable.
 */
public final class TimeDistribution {
    static final TimeDistribution EMPTY = new TimeDistribution(new long[0], 0, 0);

    private final long[] counts;
    private final long count;
    private final long sumNanos;
    private final long maxNanos;

    TimeDistribution(long[] counts, long sumNanos, long maxNanos) {
        this.counts = counts;
        this.sumNanos = sumNanos;
        this.maxNanos = maxNanos;
        count = Arrays.stream(counts).sum();
    }

    /**
     * For how many tasks this stands. Under load the times of one task in 64 are taken, and count 64-fold: it is
     * about as many as there were, and zero if none was measured.
     */
    public long count() {
        return count;
    }

    /** The sum; zero if there were none. */
    public Duration total() {
        return Duration.ofNanos(sumNanos);
    }

    /** The arithmetic mean; zero if there were none. */
    public Duration mean() {
        return Duration.ofNanos(count == 0 ? 0 : sumNanos / count);
    }

    /** The longest that was measured; zero if there were none. */
    public Duration max() {
        return Duration.ofNanos(maxNanos);
    }

    /**
     * The time that so many percent of the tasks did not exceed; zero if there were none.
     *
     * @param percent above 0, at most 100: 50 is the median
     * @throws IllegalArgumentException if it is not
     */
    public Duration percentile(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent must be above 0 and at most 100: " + percent);
        }
        long rank = (long) Math.ceil(count * percent / 100);
        if (rank >= count) {
            return max();
        }
        long seen = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            seen += counts[bucket];
            if (seen >= rank && seen > 0) {
                return Duration.ofNanos(Math.min(maxNanos, Histogram.middleOf(bucket)));
            }
        }
        return Duration.ZERO;
    }

    /** Count, mean, median, 99th percentile and maximum. */
    @Override
    public String toString() {
        return count == 0
                ? "none measured"
                : count + " tasks, mean " + mean() + ", p50 " + percentile(50) + ", p99 " + percentile(99) + ", max "
                        + max();
    }
}
