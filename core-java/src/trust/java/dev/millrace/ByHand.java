// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Tasks that no pool has: a test runs them itself, on the calling thread, as a worker or in place. */
final class ByHand extends TaskHome {
    private final AtomicInteger withdrawals = new AtomicInteger();

    ByHand() {
        super(Backend.SYSTEM, null);
    }

    <T> TaskFuture<T> task(Callable<T> code) {
        return TaskFuture.of(this, code);
    }

    /** As a worker runs what it took. Returns whether it was to be had. */
    boolean run(TaskFuture<?> task) {
        Role worker = new Role(this, true);
        worker.enter();
        try {
            return worker.claimAndRun(task);
        } finally {
            worker.exit();
        }
    }

    /** As a submitter runs what the pool has no room for. Returns whether it was to be had. */
    boolean runInPlace(TaskFuture<?> task) {
        Object code = task.claim();
        if (code == null) {
            return false;
        }
        new Role(this, false).enterAndRunOnTop(task, code);
        return true;
    }

    /** As a task runs another that it waits for, on top of itself. Returns whether it was to be had. */
    static boolean runOnTop(TaskFuture<?> task) {
        Object code = task.claim();
        if (code == null) {
            return false;
        }
        Runner.current().runOnTop(task, code);
        return true;
    }

    /** How often a place was given back. */
    int withdrawals() {
        return withdrawals.get();
    }

    @Override
    String name() {
        return "by hand";
    }

    @Override
    void withdraw(TaskFuture<?> task) {
        withdrawals.incrementAndGet();
    }

    private static final class Role extends Runner {
        private final boolean isWorker;

        Role(TaskHome home, boolean isWorker) {
            super(home, null);
            this.isWorker = isWorker;
        }

        @Override
        boolean isWorker() {
            return isWorker;
        }
    }
}
