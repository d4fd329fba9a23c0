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

    /** As {@link MapChunk#call}: the first failure ends the chunk, unless failures are collected; an interrupt always. */
    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // what was added
    public Outcome call() throws InterruptedException {
        @Nullable Object[] results = new @Nullable Object[items.length];
        long start = Backend.SYSTEM.nanoTime();
        for (int i = 0; i < items.length; i++) {
            if (i > 0 && Thread.interrupted()) {
                throw new InterruptedException();
            }
            try {
                results[i] = fn.apply((A) items[i]);
            } catch (Exception thrown) {
                if (!collectsFailures) {
                    return new Outcome(Arrays.copyOf(results, i), thrown, 0);
                }
                results[i] = new Failed(thrown);
            }
        }
        return new Outcome(results, null, Backend.SYSTEM.nanoTime() - start);
    }

    /** What comes back. */
    static final class Outcome implements Serializable {
        private static final long serialVersionUID = 1;

        /** Of those that ran before the failure, or of all. */
        @SuppressWarnings("serial")
        final @Nullable Object[] results;

        final @Nullable Exception failure;
        final long nanos;

        private Outcome(@Nullable Object[] results, @Nullable Exception failure, long nanos) {
            this.results = results;
            this.failure = failure;
            this.nanos = nanos;
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
