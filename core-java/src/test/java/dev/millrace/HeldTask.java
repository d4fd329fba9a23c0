// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A task that says when it has begun and stays until it is let go, or interrupted if it is not a stubborn one. */
final class HeldTask implements Callable<String> {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final boolean stubborn;

    private HeldTask(boolean stubborn) {
        this.stubborn = stubborn;
    }

    static HeldTask polite() {
        return new HeldTask(false);
    }

    /** Notes an interrupt and goes on waiting. */
    static HeldTask stubborn() {
        return new HeldTask(true);
    }

    @Override
    public String call() throws InterruptedException {
        begun.countDown();
        try {
            while (true) {
                try {
                    letGo.await();
                    return "let go";
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    if (!stubborn) {
                        throw e;
                    }
                }
            }
        } finally {
            left.countDown();
        }
    }

    /** As a Runnable: an interrupt just ends it. */
    void run() {
        try {
            call();
        } catch (InterruptedException e) {
            // Noted already.
        }
    }

    HeldTask awaitBegun() throws InterruptedException {
        return await(begun, "the task did not begin");
    }

    HeldTask awaitLeft() throws InterruptedException {
        return await(left, "the task did not end");
    }

    HeldTask awaitInterrupted() throws InterruptedException {
        return await(interrupted, "the task was not interrupted");
    }

    private HeldTask await(CountDownLatch latch, String complaint) throws InterruptedException {
        assertTrue(latch.await(Aside.PATIENCE_SECONDS, TimeUnit.SECONDS), complaint);
        return this;
    }

    void letGo() {
        letGo.countDown();
    }

    boolean hasBegun() {
        return begun.getCount() == 0;
    }

    boolean hasLeft() {
        return left.getCount() == 0;
    }

    boolean wasInterrupted() {
        return interrupted.getCount() == 0;
    }
}
