// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/** Holds workers of a pool, so that what is submitted meanwhile is pending. */
final class Gate {
    private final CountDownLatch go = new CountDownLatch(1);

    private Gate() {}

    /** Returns when so many workers are held. */
    static Gate hold(Executor pool, int workers) throws InterruptedException {
        Gate gate = new Gate();
        CountDownLatch held = new CountDownLatch(workers);
        for (int i = 0; i < workers; i++) {
            pool.execute(() -> {
                held.countDown();
                gate.pass();
            });
        }
        held.await();
        return gate;
    }

    private void pass() {
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts here", e);
        }
    }

    void open() {
        go.countDown();
    }
}
