// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import java.util.Locale;

/** What became of a task, as far as a timeline shows it. */
enum Outcome {
    SUCCEEDED,
    /** It threw, or was out of time: its status does not tell which. */
    FAILED,
    CANCELLED,
    /** The pool did not take it. */
    REJECTED,
    /** It still waits or runs where the recording ends. */
    UNFINISHED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
