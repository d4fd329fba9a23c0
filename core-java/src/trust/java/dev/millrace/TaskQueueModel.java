// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * The {@link Inbox}, used by its rules, is a queue: first in, first out, and a task that its waiter takes out is met by
 * nobody else.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
@Param(name = "value", gen = IntGen.class)
public class TaskQueueModel extends LincheckModel {
    private static final int THREADS = 8;

    private final Inbox inbox = new Inbox();
    private final TaskHome home = new PlainHome();
    /** Where tasks go that have to be counted or taken out of the middle. Guarded by the lock, as in the pool. */
    private final Lane lane = new Lane(null, Integer.MAX_VALUE, home);

    private final ReentrantLock lock = new ReentrantLock();
    private final TaskFuture<?>[] last = new TaskFuture<?>[THREADS];

    @Operation
    public void add(@Param(name = "thread") int thread, @Param(name = "value") int value) {
        TaskFuture<?> task = TaskFuture.of(home, new Numbered(value));
        last[thread] = task;
        inbox.add(task);
    }

    /** As a worker does: first without the lock. Null if there is none. */
    @Operation
    public Integer take() {
        TaskFuture<?> task = inbox.poll();
        if (task == null) {
            lock.lock();
            try {
                task = lane.hasEmptyQueue() ? inbox.refillAndPoll() : lane.poll();
            } finally {
                lock.unlock();
            }
        }
        return task == null ? null : ((Numbered) task.pendingCode()).number;
    }

    /** As a task does that waits for the one that it has submitted last: takes that out, wherever it stands. */
    @Operation
    public boolean takeOwn(@Param(name = "thread") int thread) {
        TaskFuture<?> mine = last[thread];
        if (mine == null || inbox.removeNewest(mine)) {
            return mine != null;
        }
        lock.lock();
        try {
            inbox.moveTo(lane);
            return lane.remove(mine);
        } finally {
            lock.unlock();
        }
    }

    @Override
    void specify(Options<?, ?> options) {
        options.sequentialSpecification(Queue.class);
    }

    private static final class Numbered implements Runnable {
        final int number;

        Numbered(int number) {
            this.number = number;
        }

        @Override
        public void run() {}
    }

    /** What it is to be like. */
    public static class Queue {
        private final Deque<Integer[]> queue = new ArrayDeque<>();
        private final Integer[][] last = new Integer[THREADS][];

        public void add(int thread, int value) {
            last[thread] = new Integer[] {value};
            queue.add(last[thread]);
        }

        public Integer take() {
            Integer[] first = queue.poll();
            return first == null ? null : first[0];
        }

        public boolean takeOwn(int thread) {
            return last[thread] != null && queue.removeIf(task -> task == last[thread]);
        }
    }
}
