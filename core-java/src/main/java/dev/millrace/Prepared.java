// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A task's code with what it takes along to where it runs: its submitter's context, and when it was submitted. */
final class Prepared extends Wrapped {
    private final ContextCarrier.@Nullable Snapshot context;
    /** Where its times are noted; null if they are not. */
    private final @Nullable Times times;
    /** For how many tasks its times stand. */
    private final int weight;

    private final long submittedNanos;
    /** The event of its wait, for {@link Flight}; null if none is recorded. */
    private final @Nullable Object wait;

    Prepared(
            Object original,
            ContextCarrier.@Nullable Snapshot context,
            @Nullable Times times,
            int weight,
            long submittedNanos,
            @Nullable Object wait) {
        super(original);
        this.context = context;
        this.times = times;
        this.weight = weight;
        this.submittedNanos = submittedNanos;
        this.wait = wait;
    }

    /** Since when it waits, on the pool's clock; only if {@link #isTimed}. */
    long submittedNanos() {
        return submittedNanos;
    }

    boolean isTimed() {
        return times != null;
    }

    @Override
    public @Nullable Object call() throws Exception {
        return call(false);
    }

    @Override
    public void run() {
        try {
            Object unused = call(true);
        } catch (Exception e) {
            throw Carried.<RuntimeException>asUnchecked(e);
        }
    }

    /** What was submitted may be both; it is called as it was submitted. */
    private @Nullable Object call(boolean asRunnable) throws Exception {
        if (wait != null) {
            Flight.endWait(wait);
        }
        if (times == null) {
            return callInContext(asRunnable);
        }
        long start = times.now();
        times.waits.record(start - submittedNanos, weight);
        try {
            return callInContext(asRunnable);
        } finally {
            times.runs.record(times.now() - start, weight);
        }
    }

    private @Nullable Object callInContext(boolean asRunnable) throws Exception {
        ContextCarrier.Scope scope = context == null ? null : context.restore();
        try {
            if (!asRunnable) {
                return ((Callable<?>) original()).call();
            }
            ((Runnable) original()).run();
            return null;
        } finally {
            if (scope != null) {
                Contexts.close(scope);
            }
        }
    }
}
