package dev.millrace;

import org.jspecify.annotations.Nullable;

/** The home of tasks that wait in a {@link Lane}: a pool, or a view. */
abstract class LaneHome extends TaskHome {
    LaneHome(Backend backend) {
        super(backend);
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

    /** The innermost lane, from this home's own to the root, of which that thread holds a permit already. */
    final Lane heldBy(@Nullable Runner me) {
        LaneHome home = this;
        for (LaneHome parent = parent(); parent != null; parent = parent.parent()) {
            if (me != null && me.runsFor(home)) {
                break;
            }
            home = parent;
        }
        return home.lane();
    }
}
