// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What the trials of faults share: errors to throw, and rounds with faults at random that can be had again. */
final class Faults {
    /** Takes the place of java.lang.ThreadDeath, which is about to go: an error that nobody is to hold up. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Each is made when it is thrown. The last one comes out of a real recursion. */
    static final List<Supplier<Throwable>> ERRORS = List.of(
            () -> new OutOfMemoryError("thrown by a trial"),
            () -> new StackOverflowError("thrown by a trial"),
            Death::new,
            () -> new AssertionError("thrown by a trial"),
            Mute::new,
            Faults::overflow);

    private Faults() {}

    private static Throwable overflow() {
        try {
            return new IllegalStateException("an endless recursion ended: " + deeper(0));
        } catch (StackOverflowError e) {
            return e;
        }
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private static int deeper(int depth) {
        return deeper(depth + 1) + 1;
    }

    /** Throws what is given, checked or not. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> RuntimeException rethrow(Throwable thrown) throws X {
        throw (X) thrown;
    }

    interface Round {
        void run(Random random) throws Exception;
    }

    /**
     * Runs rounds for {@code -Dtrust.seconds}. Each has a seed of its own, which a failure names: with {@code
     * -Dfault.seed} it is the only one that runs.
     */
    static void repeat(Round round) throws Exception {
        String given = System.getProperty("fault.seed");
        long seed = given != null ? Long.parseLong(given) : System.nanoTime();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("trust.seconds", 3));
        do {
            try {
                round.run(new Random(seed));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("again with -Dfault.seed=" + seed, e);
            }
            seed++;
        } while (given == null && System.nanoTime() < end);
    }
}
