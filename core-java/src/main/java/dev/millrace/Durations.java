package dev.millrace;

import java.time.Duration;

/** {@code Duration} to nanoseconds without overflow: 292 years stand for "for ever". */
final class Durations {
    private Durations() {}

    static long toNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException tooLong) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
