// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;

/** {@code Duration} to nanoseconds without overflow: 292 years stand for "for ever". */
final class Durations {
    private Durations() {}

    /** As the limit of a wait: not negative, and never {@code Long.MAX_VALUE}, which stands for no limit. */
    static long limit(long nanos) {
        return Math.min(Math.max(nanos, 0), Long.MAX_VALUE - 1);
    }

    static long toNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException tooLong) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
