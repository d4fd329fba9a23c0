// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for room in a bounded pool, first come first served: threads that block in {@code submit}, and tasks
 * that wait alone ({@code submitWhenRoom}). Not thread-safe: guarded by the pool's lock.
 */
final class Line {
    private final Map<TaskFuture<?>, Place> places = new LinkedHashMap<>();

    boolean isEmpty() {
        return places.isEmpty();
    }

    int size() {
        return places.size();
    }

    /** All, in order. */
    List<TaskFuture<?>> tasks() {
        return new ArrayList<>(places.keySet());
    }

    /** Joins at the end; {@code waiter} is the thread that blocks meanwhile, if one does. */
    Place join(TaskFuture<?> task, Lane lane, @Nullable Thread waiter) {
        Place place = new Place(task, lane, waiter);
        places.put(task, place);
        return place;
    }

    boolean contains(TaskFuture<?> task) {
        return places.containsKey(task);
    }

    /** Takes the first for whom there is room, or returns null if there is none. */
    @Nullable
    Place poll(Predicate<Lane> hasRoom) {
        for (Place place : places.values()) {
            if (hasRoom.test(place.lane)) {
                places.remove(place.task);
                return place;
            }
        }
        return null;
    }

    /** Takes that task's place out, or returns null if it has none. */
    @Nullable
    Place remove(TaskFuture<?> task) {
        return places.remove(task);
    }

    /** Takes all of that lane, those of lanes within it included. */
    List<Place> drain(Lane lane) {
        List<Place> all = new ArrayList<>(places.values());
        all.removeIf(place -> !place.lane.isWithin(lane));
        all.forEach(place -> places.remove(place.task));
        return all;
    }

    /** A place in the line. */
    static final class Place {
        final TaskFuture<?> task;
        /** Where it will wait for a worker. */
        final Lane lane;

        final @Nullable Thread waiter;
        /** Written once under the pool's lock, after {@code refusal}; the waiter looks. */
        private volatile boolean decided;

        private @Nullable Supplier<? extends RejectedExecutionException> refusal;

        private Place(TaskFuture<?> task, Lane lane, @Nullable Thread waiter) {
            this.task = task;
            this.lane = lane;
            this.waiter = waiter;
        }

        boolean isDecided() {
            return decided;
        }

        /** The task was accepted, or is done otherwise; or, with a reason, it was refused. */
        void decide(@Nullable Supplier<? extends RejectedExecutionException> reason) {
            refusal = reason;
            decided = true;
        }

        /** Throws the reason in the waiter, if it was refused. */
        void ensureNotRefused() {
            if (refusal != null) {
                throw refusal.get();
            }
        }
    }
}
