// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.nio.file.Path;
import java.util.List;

/**
 * What an audit found, up to now or in the end.
 *
 * @param workers how many threads of the pool did it; 0 if it was done without a pool
 * @param complete false if it was stopped before every file had its verdict
 * @param files how many were read to the end and compared
 * @param bytes how many were read, those of unfinished files included
 * @param mismatches sorted by path, as are the other lists
 * @param filesWithoutChecksum how many
 * @param pathsWithoutChecksum which; empty unless asked for
 */
record AuditResult(
        Path directory,
        int workers,
        boolean complete,
        long files,
        long bytes,
        double seconds,
        List<Verdict.Mismatch> mismatches,
        List<Verdict.Problem> problems,
        long filesWithoutChecksum,
        List<Path> pathsWithoutChecksum) {

    boolean isClean() {
        return mismatches.isEmpty() && problems.isEmpty();
    }

    /** A million bytes are a megabyte. */
    double megabytesPerSecond() {
        return seconds > 0 ? bytes / 1e6 / seconds : 0;
    }

    boolean foundTheSameAs(AuditResult other) {
        return files == other.files
                && bytes == other.bytes
                && mismatches.equals(other.mismatches)
                && problems.equals(other.problems)
                && filesWithoutChecksum == other.filesWithoutChecksum;
    }
}
