// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While this is open, Ctrl-C (or any other end of the JVM) first stops the work, and the JVM waits a moment for {@link
 * #close}; if that does not come, {@code lastWords} are said for the work that hangs. Then the JVM ends, with the exit
 * code of the signal.
 */
final class ShutdownGuard {
    private static final long PATIENCE_MILLIS = 800;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Runnable stop;
    private final Runnable lastWords;
    private final Thread hook = new Thread(this::shutDown, "repo-audit-shutdown");

    ShutdownGuard(Runnable stop, Runnable lastWords) {
        this.stop = stop;
        this.lastWords = lastWords;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What the JVM calls. */
    void shutDown() {
        stop.run();
        try {
            if (!closed.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                lastWords.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down, and the hook is what it waits for.
        }
    }
}
