// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Consumer;

/** Checks one file after the other, in the thread that calls. */
final class SequentialChecker implements Checker {
    private final FileCheck check;
    private final Progress progress;
    /** Guarded by this, as is the next. */
    private boolean stopped;
    /** Null when there is nothing to interrupt. */
    private Thread worker;

    SequentialChecker(FileCheck check, Progress progress) {
        this.check = check;
        this.progress = progress;
    }

    @Override
    public boolean check(Iterator<Path> files, Consumer<Verdict> verdicts) {
        begin();
        try {
            for (long done = 1; files.hasNext(); done++) {
                verdicts.accept(check.apply(files.next()));
                progress.done(done);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            end();
        }
    }

    private synchronized void begin() {
        worker = Thread.currentThread();
        if (stopped) {
            worker.interrupt();
        }
    }

    /** No interrupt of ours comes any more, and none is left behind. */
    private synchronized void end() {
        worker = null;
        if (stopped) {
            Thread.interrupted();
        }
    }

    @Override
    public synchronized void stop() {
        stopped = true;
        if (worker != null) {
            worker.interrupt();
        }
    }
}
