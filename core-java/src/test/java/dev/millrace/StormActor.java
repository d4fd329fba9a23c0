// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Random;

/** A thread of the storm that belongs to no executor: it submits, cancels, waits, and is interrupted at any time. */
final class StormActor extends Thread {
    final StormScope scope = new StormScope(null);
    private final StormRound round;
    private final StormDeeds deeds;
    private final int steps;

    StormActor(StormRound round, long seed, int steps) {
        super("storm-actor");
        this.round = round;
        this.steps = steps;
        deeds = new StormDeeds(round, new Random(seed), scope, null, 0);
    }

    @Override
    public void run() {
        try {
            for (int i = 0; i < steps && !round.isOver(); i++) {
                deeds.step();
                Thread.interrupted();
            }
        } catch (Throwable t) {
            round.fault("a thread of the storm ended by " + Storm.describe(t));
        }
    }

    /** It has ended: nothing of what it submitted is held by it. */
    void forget() {
        deeds.forget();
    }

    /** Nobody's but its own: what it waits for ends, and what runs on it sees it. */
    void disturb() {
        scope.askForInterrupt();
        interrupt();
    }
}
