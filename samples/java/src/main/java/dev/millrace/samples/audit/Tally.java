// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Adds up what was found. The bytes come from all who read; the rest is told by the one thread that runs the audit, and
 * another may ask in the meantime.
 */
final class Tally {
    private final LongAdder bytes = new LongAdder();

    /** Guarded by this, as are all that follow. */
    private final List<Verdict.Mismatch> mismatches = new ArrayList<>();

    private final List<Verdict.Problem> problems = new ArrayList<>();
    private final List<Path> pathsWithoutChecksum = new ArrayList<>();
    private final boolean keepsPathsWithoutChecksum;
    private long filesWithoutChecksum;
    private long files;
    private boolean complete;

    Tally(boolean keepsPathsWithoutChecksum) {
        this.keepsPathsWithoutChecksum = keepsPathsWithoutChecksum;
    }

    void read(long more) {
        bytes.add(more);
    }

    synchronized void judge(Verdict verdict) {
        if (verdict instanceof Verdict.Problem problem) {
            problems.add(problem);
            return;
        }
        files++;
        if (verdict instanceof Verdict.Mismatch mismatch) {
            mismatches.add(mismatch);
        }
    }

    /** One that no check was made for. */
    synchronized void addProblem(Verdict.Problem problem) {
        problems.add(problem);
    }

    synchronized void addFileWithoutChecksum(Path path) {
        filesWithoutChecksum++;
        if (keepsPathsWithoutChecksum) {
            pathsWithoutChecksum.add(path);
        }
    }

    synchronized void complete() {
        complete = true;
    }

    synchronized AuditResult toResult(Path directory, int workers, double seconds) {
        return new AuditResult(
                directory,
                workers,
                complete,
                files,
                bytes.sum(),
                seconds,
                sorted(mismatches, Comparator.comparing(Verdict::path)),
                sorted(problems, Comparator.comparing(Verdict::path)),
                filesWithoutChecksum,
                sorted(pathsWithoutChecksum, Comparator.naturalOrder()));
    }

    private static <T> List<T> sorted(List<T> list, Comparator<? super T> order) {
        return list.stream().sorted(order).toList();
    }
}
