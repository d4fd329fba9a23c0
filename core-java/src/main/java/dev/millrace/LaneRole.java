// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jspecify.annotations.Nullable;

/** A thread that runs tasks of a view: a worker that took one, a waiter that helps, a submitter that runs it in place. */
final class LaneRole extends Runner {
    /** The worker that took the task, and is free or busy with it; null for others. */
    private final @Nullable Worker worker;
    /** Gives back the permit that this role has for its one task; null if it has none of its own. */
    private @Nullable Runnable giveBack;

    LaneRole(TaskHome home, @Nullable Runner outer, @Nullable Worker worker) {
        super(home, outer);
        this.worker = worker;
    }

    void hasPermit(Runnable whatGivesItBack) {
        giveBack = whatGivesItBack;
    }

    @Override
    void becomeFree() {
        if (worker != null) {
            worker.becomeFree();
        }
    }

    @Override
    void becomeBusyAgain() {
        if (worker != null) {
            worker.becomeBusyAgain();
        }
    }

    @Override
    void codeLeft(TaskFuture<?> task, boolean callbacksFollow) {
        if (task() != null) {
            // It ran on top of the one that this role is for.
            return;
        }
        if (worker != null) {
            worker.codeLeft(task, callbacksFollow);
        }
        if (giveBack != null) {
            giveBack.run();
        }
    }
}
