// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When somebody who looked at the pool saw which task first where it is now, running or waiting. It has been there at least
 * since then: so nothing has to be written down at each start of a task.
 */
final class Sightings {
    private final Map<TaskFuture<?>, Long> since = new WeakHashMap<>();

    /** Those tasks are there now, and none else. */
    synchronized void see(Set<TaskFuture<?>> tasks, long now) {
        since.keySet().retainAll(tasks);
        tasks.forEach(task -> since.putIfAbsent(task, now));
    }

    /** How long the task has been there at least; negative if it has not been seen. */
    synchronized long nanos(@Nullable TaskFuture<?> task, long now) {
        Long first = since.get(task);
        return first == null ? -1 : now - first;
    }
}
