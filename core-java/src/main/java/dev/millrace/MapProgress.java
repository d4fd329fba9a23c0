// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.OptionalLong;

/** How far a map has come; see {@link MapOptions#withProgress}. A snapshot: it does not change. */
public final class MapProgress {
    private final long done;
    private final long failed;
    private final long total;

    /** As a map tells it: for who tells a listener of other work, or tests one. */
    public MapProgress(long done, long failed, OptionalLong total) {
        this(done, failed, total.orElse(-1));
    }

    /** A negative total is unknown. */
    MapProgress(long done, long failed, long total) {
        this.done = done;
        this.failed = failed;
        this.total = total;
    }

    /** How many items have a result; those that failed are not among them. */
    public long done() {
        return done;
    }

    /** How many items failed. */
    public long failed() {
        return failed;
    }

    /** How many items there are; empty unless the input is a {@code Collection}. */
    public OptionalLong total() {
        return total < 0 ? OptionalLong.empty() : OptionalLong.of(total);
    }

    /** As in {@code 12 of 100 done, 1 failed}. */
    @Override
    public String toString() {
        return done + (total < 0 ? "" : " of " + total) + " done, " + failed + " failed";
    }
}
