// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How callbacks run: outside locks, with the interrupt flag clear, none stopping the others. */
final class Callbacks {
    /** How deep callbacks may nest that complete a future whose callbacks complete a future, and so on. */
    private static final int MAX_DEPTH = 16;

    /** What this thread is in the middle of; present only while it runs callbacks. */
    private static final ThreadLocal<@Nullable Callbacks> RUNNING = new ThreadLocal<>();

    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
    private int depth;

    private Callbacks() {}

    /** Called once where there is stack to spare: a class whose first use overflows the stack cannot be used again. */
    static void load() {}

    /**
     * Runs the batch. A batch that comes while this thread runs another runs inside that one, as a caller would expect;
     * but sixteen deep it is deferred until the outermost has ended, so that a chain of ten thousand futures that
     * complete each other takes no more stack than one of sixteen.
     */
    static void run(Runnable batch) {
        Callbacks running = RUNNING.get();
        if (running == null) {
            running = new Callbacks();
            RUNNING.set(running);
        }
        running.enter(batch);
    }

    private void enter(Runnable batch) {
        if (depth == MAX_DEPTH) {
            deferred.add(batch);
            return;
        }
        boolean interrupted = Thread.interrupted();
        depth++;
        try {
            batch.run();
            while (depth == 1 && !deferred.isEmpty()) {
                deferred.poll().run();
            }
        } finally {
            depth--;
            if (depth == 0) {
                RUNNING.remove();
            }
            if (interrupted) {
                interruptHere();
            }
        }
    }

    /** Calls one callback, here or on its executor; what it throws goes to the thread's uncaught-exception handler. */
    static void call(Consumer<TaskFuture<?>> action, @Nullable Executor executor, TaskFuture<?> future) {
        try {
            if (executor == null) {
                action.accept(future);
            } else {
                executor.execute(() -> action.accept(future));
            }
        } catch (Throwable thrown) {
            uncaught(thrown);
        }
    }

    /** Sets the calling thread's interrupt flag. A thread of the user's own class may refuse: that stops nothing of ours. */
    static void interruptHere() {
        try {
            Thread.currentThread().interrupt();
        } catch (Throwable refused) {
            uncaught(refused);
        }
    }

    /** Hands {@code thrown} to the calling thread's handler; what the handler throws is ignored, as the JVM does. */
    static void uncaught(Throwable thrown) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
        } catch (Throwable ignored) {
            // As the JVM does with what a handler throws.
        }
    }
}
