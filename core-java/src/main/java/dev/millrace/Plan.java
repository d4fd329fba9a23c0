// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was decided under the pool's lock and is to be done when it has been released: first threads are woken, then
 * workers started, and last futures told, because that may run callbacks, and they may wait for the others.
 */
final class Plan {
    private @Nullable List<Thread> toWake;
    private @Nullable List<Worker> toStart;
    private @Nullable List<Runnable> toTell;

    void wake(@Nullable Thread thread) {
        if (thread != null) {
            toWake = add(toWake, thread);
        }
    }

    void start(Worker worker) {
        toStart = add(toStart, worker);
    }

    void tell(TaskPromise<Boolean> waiting) {
        toTell = add(toTell, () -> waiting.succeed(true));
    }

    /** A thread that waits in the line throws the reason itself; where none waits, the future tells it. */
    void refuse(Line.Place place, Supplier<? extends RejectedExecutionException> reason) {
        place.decide(reason);
        wake(place.waiter);
        toTell = add(toTell, place.waiter == null ? () -> place.task.failPending(reason.get()) : place.task::refuse);
    }

    private static <T> List<T> add(@Nullable List<T> list, T element) {
        List<T> all = list == null ? new ArrayList<>(1) : list;
        all.add(element);
        return all;
    }

    List<Thread> toWake() {
        return toWake == null ? List.of() : toWake;
    }

    List<Worker> toStart() {
        return toStart == null ? List.of() : toStart;
    }

    List<Runnable> toTell() {
        return toTell == null ? List.of() : toTell;
    }
}
