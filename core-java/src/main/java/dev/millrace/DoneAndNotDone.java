// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What {@link TaskFutures#waitFor} found: each future that it was given is in exactly one of the two sets, in the order
 * given. The sets are fixed; a future in {@link #notDone()} may of course be done by the time you look.
 *
 * <p>Python: the named tuple that {@code concurrent.futures.wait} returns.
 *
 * @param <F> the futures' type
 */
public final class DoneAndNotDone<F extends TaskFuture<?>> {
    private final Set<F> done;
    private final Set<F> notDone;

    DoneAndNotDone(Set<F> futures) {
        Set<F> finished = new LinkedHashSet<>();
        Set<F> unfinished = new LinkedHashSet<>();
        for (F future : futures) {
            (future.isDone() ? finished : unfinished).add(future);
        }
        done = Collections.unmodifiableSet(finished);
        notDone = Collections.unmodifiableSet(unfinished);
    }

    /** The futures that succeeded, failed or were cancelled. */
    public Set<F> done() {
        return done;
    }

    /** The futures that were pending or running. */
    public Set<F> notDone() {
        return notDone;
    }

    @Override
    public String toString() {
        return "DoneAndNotDone[done=" + done + ", notDone=" + notDone + "]";
    }
}
