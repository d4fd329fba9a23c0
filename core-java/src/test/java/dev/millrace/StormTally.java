// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** How many tasks ended how. Used by one thread, after the tasks have ended. */
final class StormTally {
    long rounds;
    long accepted;
    long succeeded;
    long failed;
    long cancelled;
    long timedOut;
    long refused;

    void add(StormTally other) {
        rounds += other.rounds;
        accepted += other.accepted;
        succeeded += other.succeeded;
        failed += other.failed;
        cancelled += other.cancelled;
        timedOut += other.timedOut;
        refused += other.refused;
    }

    boolean addsUp() {
        return accepted == succeeded + failed + cancelled + timedOut;
    }

    @Override
    public String toString() {
        return rounds + " rounds, " + accepted + " tasks accepted: " + succeeded + " succeeded, " + failed + " failed, "
                + cancelled + " cancelled, " + timedOut + " timed out; " + refused + " refused";
    }
}
