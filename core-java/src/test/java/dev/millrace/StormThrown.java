// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** What a task or a callback of the storm throws as it was asked to. */
final class StormThrown extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The task, if nobody holds its future. */
    final transient StormJob job;

    StormThrown(StormJob job, Throwable cause) {
        super("as asked", cause, false, false);
        this.job = job;
    }
}
