package dev.millrace.samples.audit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Adds up what the walk and the workers say. Thread-safe. */
final class Tally {
    private final LongAdder bytes = new LongAdder();

    /** Guarded by this, as are all that follow. */
    private final List<Verdict.Mismatch> mismatches = new ArrayList<>();

    private final List<Verdict.Problem> problems = new ArrayList<>();
    private final List<Path> pathsWithoutChecksum = new ArrayList<>();
    private final boolean keepsPathsWithoutChecksum;
    private long filesWithoutChecksum;
    private long files;
    private long expected;
    private long judged;
    private boolean walked;

    Tally(boolean keepsPathsWithoutChecksum) {
        this.keepsPathsWithoutChecksum = keepsPathsWithoutChecksum;
    }

    void read(long more) {
        bytes.add(more);
    }

    synchronized void expectVerdict() {
        expected++;
    }

    synchronized void judge(Verdict verdict) {
        judged++;
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

    synchronized void walkedToTheEnd() {
        walked = true;
    }

    synchronized AuditResult toResult(Path directory, int workers, double seconds) {
        return new AuditResult(
                directory,
                workers,
                walked && judged == expected,
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
