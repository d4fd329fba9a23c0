// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jspecify.annotations.Nullable;

/** The home of tasks that wait in a {@link Lane}: a pool, or a view. */
abstract class LaneHome extends TaskHome {
    LaneHome(Backend backend, @Nullable Observer observer) {
        super(backend, observer);
    }

    /** Where its tasks wait. */
    abstract Lane lane();

    /** What this is a view of; null for a pool. */
    abstract @Nullable LaneHome parent();

    /** Where that task waits, or would. */
    static Lane laneOf(TaskFuture<?> task) {
        return ((LaneHome) task.home().executor()).lane();
    }

    @Override
    boolean isWithin(TaskHome other) {
        LaneHome parent = parent();
        return this == other || (parent != null && parent.isWithin(other));
    }
}
