// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Consumer;

/** Who does the checks: the calling thread itself, or a pool. Can be used once. */
interface Checker {
    /**
     * Checks file after file until there are no more, or until {@link #stop}. Both {@code files} and {@code verdicts}
     * are called in the calling thread, each file as late as possible and each verdict as early.
     *
     * @return false if some that were taken from {@code files} have no verdict because of the stop
     */
    boolean check(Iterator<Path> files, Consumer<Verdict> verdicts);

    /** Interrupts what runs and drops what waits, without a verdict; returns at once. From any thread, at any time. */
    void stop();
}
