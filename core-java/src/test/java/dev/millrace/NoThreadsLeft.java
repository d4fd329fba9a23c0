// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * After each test no thread that it started is left. Daemons are not counted: the timer's thread and those of a
 * {@code ForkJoinPool} come and go by themselves.
 */
final class NoThreadsLeft implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(NoThreadsLeft.class);
    /** A thread that has taken its pool off its books may need a moment to end. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put("before", threads());
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        Set<?> before = context.getStore(NAMESPACE).get("before", Set.class);
        List<String> left = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE_NANOS;
        for (Thread thread : threads()) {
            if (before.contains(thread)) {
                continue;
            }
            // Zero would stand for ever.
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            if (thread.isAlive()) {
                left.add(thread + describe(thread));
            }
        }
        if (!left.isEmpty()) {
            throw new AssertionError(left.size() + " threads left by " + context.getDisplayName() + ": " + left);
        }
    }

    private static Set<Thread> threads() {
        Set<Thread> threads = new LinkedHashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            // JUnit runs the test itself on a thread of its own, to be able to give up on it.
            if (!thread.isDaemon() && !thread.getName().startsWith("junit-")) {
                threads.add(thread);
            }
        }
        return threads;
    }

    private static String describe(Thread thread) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append(System.lineSeparator()).append("    at ").append(frame);
        }
        return text.toString();
    }
}
