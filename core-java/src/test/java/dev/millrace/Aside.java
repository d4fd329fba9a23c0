// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Code that runs beside the test on a thread of its own, which belongs to no executor, and what came of it. */
final class Aside<T> {
    /** As long as a test waits for what must come: enough for a machine that does much else. */
    static final long PATIENCE_SECONDS = 15;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile T value;
    private volatile Throwable thrown;
    private volatile boolean flag;

    private Aside(Callable<? extends T> code) {
        thread = new Thread(
                () -> {
                    try {
                        value = code.call();
                    } catch (Throwable t) {
                        thrown = t;
                    } finally {
                        flag = Thread.currentThread().isInterrupted();
                        ended.countDown();
                    }
                },
                "aside");
        thread.start();
    }

    static <T> Aside<T> call(Callable<? extends T> code) {
        return new Aside<>(code);
    }

    interface Code {
        void run() throws Exception;
    }

    static Aside<Object> run(Code code) {
        return new Aside<>(() -> {
            code.run();
            return null;
        });
    }

    Thread thread() {
        return thread;
    }

    /** Waits until the thread is blocked in whatever it does. */
    Aside<T> awaitParked() {
        long start = System.nanoTime();
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(thread.isAlive(), () -> "ended instead of waiting: " + value + ", " + thrown);
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS), "never waits");
            LockSupport.parkNanos(100_000);
        }
        return this;
    }

    Aside<T> interrupt() {
        thread.interrupt();
        return this;
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    private void awaitEnd() throws InterruptedException {
        assertTrue(ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "the code did not end");
        thread.join();
    }

    /** What the code returned. */
    T value() throws InterruptedException {
        awaitEnd();
        if (thrown != null) {
            throw new AssertionError("the code threw", thrown);
        }
        return value;
    }

    /** What the code threw: exactly of that type. */
    <E extends Throwable> E thrown(Class<E> type) throws InterruptedException {
        awaitEnd();
        assertNotNull(thrown, () -> "threw nothing, returned " + value);
        if (thrown.getClass() != type) {
            throw new AssertionError("threw another exception than " + type.getName(), thrown);
        }
        assertEquals(type, thrown.getClass());
        return type.cast(thrown);
    }

    /** Whether the thread's interrupt flag was set when the code ended. */
    boolean leftInterrupted() throws InterruptedException {
        awaitEnd();
        return flag;
    }
}
