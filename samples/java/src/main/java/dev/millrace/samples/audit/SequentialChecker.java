package dev.millrace.samples.audit;

import java.util.function.Consumer;

/** Checks one file after the other, in the thread that calls. */
final class SequentialChecker implements Checker {
    private final Consumer<Verdict> verdicts;
    private volatile boolean stopped;
    private volatile Thread worker;

    SequentialChecker(Consumer<Verdict> verdicts) {
        this.verdicts = verdicts;
    }

    @Override
    public boolean check(FileCheck check) {
        worker = Thread.currentThread();
        if (stopped) {
            return false;
        }
        try {
            verdicts.accept(check.call());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void finish() {
        worker = null;
        if (stopped) {
            Thread.interrupted();
        }
    }

    @Override
    public void stop() {
        stopped = true;
        Thread running = worker;
        if (running != null) {
            running.interrupt();
        }
    }
}
