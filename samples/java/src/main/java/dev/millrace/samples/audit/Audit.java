// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import dev.millrace.PoolListener;
import java.io.IOException;
import java.nio.file.Path;

/** One pass over a directory: the walk finds files as the checker asks for them, and the tally takes the verdicts. */
final class Audit {
    private final Path directory;
    private final int workers;
    private final Tally tally;
    private final Progress progress;
    private final Checker checker;
    private volatile boolean stopped;
    private volatile long startNanos;
    /** Zero until the end. */
    private volatile long nanos;

    /** With so many workers of a pool; with 0, the thread that runs the audit reads the files itself. */
    Audit(Path directory, int workers, boolean keepsPathsWithoutChecksum, Progress progress) {
        this(directory, workers, keepsPathsWithoutChecksum, progress, null);
    }

    /** {@code listener} hears of the pool's tasks; null: nobody does. */
    Audit(Path directory, int workers, boolean keepsPathsWithoutChecksum, Progress progress, PoolListener listener) {
        this.directory = directory;
        this.workers = workers;
        this.progress = progress;
        tally = new Tally(keepsPathsWithoutChecksum);
        FileCheck check = new FileCheck(directory, this::read);
        checker = workers == 0
                ? new SequentialChecker(check, progress)
                : new PoolChecker(workers, check, progress, listener);
    }

    private void read(long bytes) {
        tally.read(bytes);
        progress.read(bytes);
    }

    /** Blocks until every file has its verdict, or soon after {@link #stop}. Can be called once. */
    AuditResult run() {
        startNanos = System.nanoTime();
        try (RepositoryWalk walk = new RepositoryWalk(directory, new Findings())) {
            if (checker.check(walk, tally::judge) && walk.isAtEnd()) {
                tally.complete();
            }
        } finally {
            nanos = System.nanoTime() - startNanos;
        }
        return soFar();
    }

    /** What was found up to now. From any thread. */
    AuditResult soFar() {
        long elapsed = nanos != 0 ? nanos : startNanos != 0 ? System.nanoTime() - startNanos : 0;
        return tally.toResult(directory, workers, elapsed / 1e9);
    }

    /** Ends the pass within a moment, in the middle of a file too; {@link #run} returns what was found. From any thread. */
    void stop() {
        stopped = true;
        checker.stop();
    }

    private final class Findings implements RepositoryWalk.Listener {
        @Override
        public void fileWithoutChecksum(Path file) {
            tally.addFileWithoutChecksum(relative(file));
        }

        @Override
        public void checksumWithoutFile(Path file) {
            String checksum = file.getFileName() + ChecksumFile.SUFFIX;
            tally.addProblem(new Verdict.Problem(relative(file), "no such file for " + checksum));
        }

        @Override
        public void unreadable(Path file, IOException why) {
            tally.addProblem(new Verdict.Problem(relative(file), FileCheck.explain(why)));
        }

        @Override
        public void foundAll(long files) {
            progress.foundAll(files);
        }

        @Override
        public boolean isStopped() {
            return stopped;
        }
    }

    private Path relative(Path file) {
        return file.equals(directory) ? Path.of(".") : directory.relativize(file);
    }
}
