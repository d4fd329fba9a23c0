// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The home of a view's tasks. What a view adds to its {@link Lane}: who waits for one of its tasks may run it. */
final class ViewHome extends LaneHome {
    private final Worker.Pool pool;
    /** The pool, or the view that this one is a view of. */
    private final LaneHome parent;

    private final Decisions decisions;
    private final String name;
    private final Lane lane;

    ViewHome(Worker.Pool pool, LaneHome parent, int limit, Decisions decisions) {
        super(pool.backend, pool.observer);
        this.pool = pool;
        this.parent = parent;
        this.decisions = decisions;
        name = parent.name() + "/limited(" + limit + ")";
        lane = new Lane(parent.lane(), limit, this);
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Lane lane() {
        return lane;
    }

    @Override
    LaneHome parent() {
        return parent;
    }

    @Override
    boolean leavesAProcessor() {
        return pool.leavesAProcessor();
    }

    @Override
    boolean isNext(TaskFuture<?> task) {
        return pool.isNext(task);
    }

    @Override
    @Nullable
    WaitGraph waits() {
        return pool.waits();
    }

    @Override
    boolean isStopping() {
        return lane.isStopping();
    }

    @Override
    void done(TaskFuture<?> task) {
        pool.done(task);
    }

    @Override
    @Nullable
    BiConsumer<String, Throwable> unobservedHandler() {
        return pool.unobservedHandler();
    }

    @Override
    void ranInVain() {
        pool.ranInVain();
    }

    @Override
    void ranOnVisitor() {
        pool.ranOnVisitor();
    }

    @Override
    void withdraw(TaskFuture<?> task) {
        decisions.decide(plan -> decisions.state.withdraw(task, lane, plan));
    }

    /**
     * Runs the view's queue in order up to that task. Whoever runs for the view already does so inside its own
     * permit; a thread that runs for the pool only takes a permit for each, if there is one.
     */
    @Override
    boolean help(TaskFuture<?> task, Runner me, boolean interruptible) {
        if (!pool.mayHelp(task, me)) {
            return false;
        }
        while (task.isPending()) {
            TaskFuture<?>[] head = new TaskFuture<?>[1];
            Runner role = nextToHelp(task, me, head);
            if (role == null || head[0] == null) {
                return false;
            }
            runHelped(role, me, head[0]);
            if (head[0] == task) {
                // Not done if somebody else had claimed it.
                return task.isDone();
            }
            if (interruptible && Thread.currentThread().isInterrupted()) {
                return false;
            }
        }
        return false;
    }

    /** Takes the task that is to be run next out of the queue; null if the thread may run none. */
    private @Nullable Runner nextToHelp(TaskFuture<?> task, Runner me, TaskFuture<?>[] head) {
        Runner[] role = new Runner[1];
        decisions.decide(plan -> {
            Lane held = lane.heldBy(me);
            boolean inside = held == lane;
            if (inside || lane.hasPermit(held)) {
                // The role first, as it takes memory: a task that has been taken out must not get lost.
                role[0] = inside && me.home == this ? me : roleWithPermit(me, held);
                head[0] = decisions.state.takeToHelp(task, lane, inside, plan);
                if (head[0] == null) {
                    lane.release(role[0].bottom(), held);
                }
            }
        });
        return role[0];
    }

    private void runHelped(Runner role, Runner me, TaskFuture<?> head) {
        Object code = null;
        try {
            code = head.claim();
            if (code != null && role == me) {
                me.runOnTop(head, code);
            } else if (code != null) {
                role.enterAndRunOnTop(head, code);
            }
        } finally {
            if (code == null && role != me) {
                role.codeLeft(head, false);
            }
            decisions.decide(plan -> decisions.state.endHelped(lane, plan));
        }
    }

    @Override
    void stall(TaskFuture<?> task, Runner me, Stall stall) {
        if (me.runsFor(pool)) {
            decisions.decide(plan -> decisions.state.stall(stall));
        }
    }

    @Override
    void endStall(Stall stall) {
        decisions.decide(plan -> decisions.state.endStall(stall));
    }

    @Override
    List<Runner> blockers(TaskFuture<?> task, Runner waiter) {
        return decisions.ask(state -> task.isPending() ? lane.blockers(lane.heldBy(waiter)) : List.of());
    }

    // ---- roles ----

    /**
     * In what role that thread, the calling one, may run a task that it submits in place; null if it must not, because
     * no permit is left, or others would be overtaken. Called under the lock; takes the permit.
     */
    @Nullable
    Runner roleHere(@Nullable Runner me) {
        Lane held = lane.heldBy(me);
        if (me != null && me.home == this && held == lane) {
            return me;
        }
        return held == lane || (lane.hasPermit(held) && lane.hasEmptyQueue()) ? roleWithPermit(me, held) : null;
    }

    /** Called under the lock. The permits that the thread does not hold can be had. */
    private LaneRole roleWithPermit(@Nullable Runner me, Lane held) {
        LaneRole role = new LaneRole(this, me, null);
        if (lane != held) {
            lane.acquire(role.bottom(), held);
            role.hasPermit(() -> decisions.decide(plan -> decisions.state.giveBack(lane, role.bottom(), held, plan)));
        }
        return role;
    }
}
