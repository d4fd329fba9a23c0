// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Durations in buckets: right to a sixteenth, whatever their size. */
class HistogramTest {
    @Test
    void theMiddleOfABucketIsASixteenthAwayAtMost() {
        for (long nanos = 1; nanos > 0 && nanos < Long.MAX_VALUE / 2; nanos += Math.max(1, nanos / 13)) {
            int bucket = Histogram.bucketOf(nanos);
            assertTrue(bucket < Histogram.BUCKETS, bucket + " for " + nanos);
            assertTrue(Math.abs(Histogram.middleOf(bucket) - nanos) <= nanos / 16, nanos + " in " + bucket);
        }
        assertTrue(Histogram.bucketOf(Long.MAX_VALUE) < Histogram.BUCKETS);
        assertEquals(0, Histogram.middleOf(Histogram.bucketOf(0)));
    }

    @Test
    void bucketsAreInOrder() {
        for (int bucket = 1; bucket < Histogram.BUCKETS - 8; bucket++) {
            assertEquals(bucket, Histogram.bucketOf(Histogram.middleOf(bucket)));
            assertTrue(Histogram.middleOf(bucket) > Histogram.middleOf(bucket - 1));
        }
    }

    @Test
    void percentilesMeanAndMaximum() {
        Histogram histogram = new Histogram();
        for (int millis = 1; millis <= 100; millis++) {
            histogram.record(millis * 1_000_000L, 1);
        }
        TimeDistribution times = histogram.read();
        assertEquals(100, times.count());
        assertEquals(Duration.ofMillis(100), times.max());
        assertEquals(Duration.ofNanos(50_500_000), times.mean());
        assertEquals(Duration.ofMillis(5050), times.total());
        assertEquals(50, times.percentile(50).toNanos() / 1e6, 50 / 16.0);
        assertEquals(99, times.percentile(99).toNanos() / 1e6, 99 / 16.0);
        assertEquals(Duration.ofMillis(100), times.percentile(100));
        assertEquals(1, times.percentile(0.1).toNanos() / 1e6, 1 / 16.0);
    }

    @Test
    void oneThatStandsForSixteenCountsSixteenfold() {
        Histogram histogram = new Histogram();
        histogram.record(1_000, 16);
        histogram.record(9_000, 1);
        TimeDistribution times = histogram.read();
        assertEquals(17, times.count());
        assertEquals(Duration.ofNanos(25_000), times.total());
        assertEquals(1_000, times.percentile(90).toNanos(), 63);
    }

    @Test
    void aClockThatJumpsBackIsNoTime() {
        Histogram histogram = new Histogram();
        histogram.record(-5, 1);
        assertEquals(Duration.ZERO, histogram.read().max());
        assertEquals(1, histogram.read().count());
    }

    @Test
    void withoutAnyAllIsZero() {
        TimeDistribution none = new Histogram().read();
        assertEquals(Duration.ZERO, none.percentile(50));
        assertEquals(Duration.ZERO, none.mean());
        assertEquals("none measured", none.toString());
    }

    @Test
    void aPercentageThatIsNoneIsRefused() {
        TimeDistribution none = TimeDistribution.EMPTY;
        assertEquals(
                "percent must be above 0 and at most 100: 0.0",
                assertThrows(IllegalArgumentException.class, () -> none.percentile(0))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> none.percentile(100.5));
        assertThrows(IllegalArgumentException.class, () -> none.percentile(Double.NaN));
    }
}
