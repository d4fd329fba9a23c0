// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A chunk of a map that runs elsewhere: {@link MapChunk}, with what must travel and nothing else. */
final class SentChunk<A extends @Nullable Object, R extends @Nullable Object>
        implements Callable<SentChunk.Outcome>, Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // whether it is serializable shows when it is sent
    private final ThrowingFunction<? super A, ? extends R> fn;

    @SuppressWarnings("serial")
    private final @Nullable Object[] items;

    private final boolean collectsFailures;

    SentChunk(ThrowingFunction<? super A, ? extends R> fn, @Nullable Object[] items, boolean collectsFailures) {
        this.fn = fn;
        this.items = items;
        this.collectsFailures = collectsFailures;
    }

    /**
     * As {@link MapChunk#call}: the first failure ends the chunk, unless failures are collected. An interrupt ends it after
     * the item at which it came, as nobody can tell here whether it was a cancel; who did not cancel sends the rest.
     */
    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // what was added
    public Outcome call() {
        @Nullable Object[] results = new @Nullable Object[items.length];
        long start = Backend.SYSTEM.nanoTime();
        boolean interrupted = false;
        for (int i = 0; i < items.length; i++) {
            if (interrupted) {
                return new Outcome(Arrays.copyOf(results, i), null, -1, collectsFailures);
            }
            try {
                results[i] = fn.apply((A) items[i]);
            } catch (Throwable thrown) {
                Throwable told = Parcel.sendable(thrown);
                if (!collectsFailures) {
                    return new Outcome(Arrays.copyOf(results, i), told, -1, false);
                }
                results[i] = new Failed(told);
                interrupted = thrown instanceof InterruptedException;
            }
            interrupted |= Thread.interrupted();
        }
        return new Outcome(results, null, Backend.SYSTEM.nanoTime() - start, collectsFailures);
    }

    /** What comes back. */
    static final class Outcome implements Serializable {
        private static final long serialVersionUID = 1;

        /** Of those that have run and not ended the chunk. */
        @SuppressWarnings("serial")
        final @Nullable Object[] results;

        final @Nullable Throwable failure;
        /** -1: some have not run. */
        final long nanos;

        private final transient boolean collectsFailures;

        private Outcome(@Nullable Object[] results, @Nullable Throwable failure, long nanos, boolean collectsFailures) {
            this.results = results;
            this.failure = failure;
            this.nanos = nanos;
            this.collectsFailures = collectsFailures;
        }

        /** The same, with a failure for each result that cannot travel; asked for if some cannot. */
        Outcome sendable() {
            @Nullable Object[] sent = results.clone();
            for (int i = 0; i < sent.length; i++) {
                Throwable refusal = Parcel.refusal(sent[i]);
                if (refusal != null && !collectsFailures) {
                    return new Outcome(Arrays.copyOf(sent, i), refusal, -1, false);
                }
                if (refusal != null) {
                    sent[i] = new Failed(refusal);
                }
            }
            Throwable told = failure == null ? null : Parcel.sendable(failure);
            return new Outcome(sent, told, nanos, collectsFailures);
        }
    }

    /** In the place of a result. */
    static final class Failed implements Serializable {
        private static final long serialVersionUID = 1;

        final Throwable thrown;

        private Failed(Throwable thrown) {
            this.thrown = thrown;
        }
    }
}
