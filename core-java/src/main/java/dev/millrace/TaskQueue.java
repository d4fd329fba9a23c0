// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The pending tasks in order. Each task is its own node, linked both ways: adding costs no allocation, and a cancelled
 * task leaves no trace at once, wherever it stands. (A JDK queue costs a node a task, and {@code remove} a walk.) Not
 * thread-safe: guarded by the pool's lock.
 */
final class TaskQueue {
    /** Closes the ring; first is head.next, last is head.prev. */
    private final TaskFuture<?> head;

    private int size;

    TaskQueue(TaskHome home) {
        head = TaskFuture.head(home);
        head.next = head.prev = head;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(TaskFuture<?> task) {
        TaskFuture<?> last = Objects.requireNonNull(head.prev);
        task.prev = last;
        task.next = head;
        last.next = task;
        head.prev = task;
        size++;
    }

    /** The first task, which stays, or null if there is none. */
    @Nullable
    TaskFuture<?> first() {
        return size == 0 ? null : head.next;
    }

    /** The last task, which stays, or null if there is none. */
    @Nullable
    TaskFuture<?> last() {
        return size == 0 ? null : head.prev;
    }

    /** The one behind that one, which waits here; null if that is the last. */
    @Nullable
    TaskFuture<?> after(TaskFuture<?> task) {
        return task.next == head ? null : task.next;
    }

    /** Takes the first task, or returns null if there is none. */
    @Nullable
    TaskFuture<?> poll() {
        TaskFuture<?> first = Objects.requireNonNull(head.next);
        return remove(first) ? first : null;
    }

    /** Whether that task, which can wait in no other queue, waits here. */
    boolean contains(TaskFuture<?> task) {
        return task.prev != null;
    }

    /** Takes this task out. Returns false if it is not in the queue. */
    boolean remove(TaskFuture<?> task) {
        TaskFuture<?> before = task.prev;
        TaskFuture<?> after = task.next;
        if (before == null || after == null || task == head) {
            return false;
        }
        before.next = after;
        after.prev = before;
        // A task that is held for long must not hold its former neighbours.
        task.next = task.prev = null;
        size--;
        return true;
    }

    /** All, in order; they stay. */
    List<TaskFuture<?>> tasks() {
        List<TaskFuture<?>> all = new ArrayList<>(size);
        for (TaskFuture<?> task = head.next; task != null && task != head; task = task.next) {
            all.add(task);
        }
        return all;
    }

    /** Takes all. */
    List<TaskFuture<?>> drain() {
        List<TaskFuture<?>> all = new ArrayList<>(size);
        for (TaskFuture<?> task = poll(); task != null; task = poll()) {
            all.add(task);
        }
        return all;
    }
}
