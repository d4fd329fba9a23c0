// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what belongs to a thread (a logging context, a trace, a tenant) along from who submits a task to who runs it.
 * {@link #capture} is called once for each submit, each call of {@code map} and each callback that is registered, in the
 * thread that does so; what it returns is put in place wherever that code runs, and taken away right after it.
 *
 * <pre>{@code
 * ContextCarrier tenants = () -> {
 *     String mine = TENANT.get();
 *     return () -> {
 *         String before = TENANT.get();
 *         TENANT.set(mine);
 *         return () -> TENANT.set(before);
 *     };
 * };
 * ThreadPool pool = ThreadPool.builder().contextCarrier(tenants).build();
 * }</pre>
 *
 * <p>Called by many threads at once. A task that runs on another machine takes nothing along.
 */
@FunctionalInterface
public interface ContextCarrier {
    /**
     * Takes a picture of the calling thread's context; null: there is nothing to carry, and the code sees what its thread
     * has: where it runs on top of a task that waits for it, that task's context. What it throws, the submit, map or
     * {@code onDone} throws, and nothing has been submitted or registered.
     */
    @Nullable
    Snapshot capture();

    /** A context that was captured. */
    @FunctionalInterface
    interface Snapshot {
        /**
         * Puts the context in place for the calling thread. What it throws is the task's failure, and the code does not
         * run (a map ends with it, whether it collects failures or not); for a callback it goes to the thread's uncaught-exception handler, and the callback runs without a context.
         *
         * @return what takes it away again and puts back what was there before
         */
        Scope restore();
    }

    /** A context that is in place. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {
        /**
         * Called once in the thread that called {@link Snapshot#restore}, whatever became of the code in between. What it
         * throws goes to the thread's uncaught-exception handler and changes no outcome.
         */
        @Override
        void close();
    }

    /** Carries what all of these carry: put in place in their order, taken away in the opposite one. */
    static ContextCarrier allOf(ContextCarrier... carriers) {
        List<ContextCarrier> all = List.of(carriers);
        return () -> Contexts.capture(all);
    }
}
