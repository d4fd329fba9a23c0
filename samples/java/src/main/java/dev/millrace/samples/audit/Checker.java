package dev.millrace.samples.audit;

/** Who does the checks: the walking thread itself, or a pool. Hands each verdict to whoever it was made for. */
interface Checker {
    /**
     * Does the check, now or later; may block until there is room for it.
     *
     * @return false if it was not taken because of {@link #stop}, or because the thread was interrupted
     */
    boolean check(FileCheck check);

    /** Waits until all checks that were taken have ended. */
    void finish();

    /** Interrupts what runs and drops what waits, without a verdict; returns at once. From any thread, at any time. */
    void stop();
}
