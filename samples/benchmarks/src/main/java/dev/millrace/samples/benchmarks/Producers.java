// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that stand ready to do the same work at the same time, the caller among them; one producer is the caller
 * alone. A {@link Phaser} lets them go, which spins for a moment before it parks.
 */
final class Producers implements AutoCloseable {
    private final Phaser phaser = new Phaser(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final int helpers;
    /** Written before a phase begins, read after. */
    private Work work;

    private boolean closed;

    /** What each producer does; it may wait for its tasks. */
    interface Work {
        void run(int producer) throws Exception;
    }

    Producers(int count) {
        helpers = count - 1;
        phaser.bulkRegister(helpers);
        for (int i = 1; i <= helpers; i++) {
            int producer = i;
            Thread thread = new Thread(() -> help(producer), "producer-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Returns when each producer has done the work; throws what went wrong in one of them. */
    void run(Work newWork) {
        work = newWork;
        if (helpers > 0) {
            phaser.arriveAndAwaitAdvance();
        }
        runAs(0);
        if (helpers > 0) {
            phaser.arriveAndAwaitAdvance();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a producer failed", failure.get());
        }
    }

    private void help(int producer) {
        for (; ; ) {
            phaser.arriveAndAwaitAdvance();
            if (closed) {
                return;
            }
            runAs(producer);
            phaser.arriveAndAwaitAdvance();
        }
    }

    private void runAs(int producer) {
        try {
            work.run(producer);
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        phaser.arriveAndDeregister();
    }
}
