package dev.millrace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who waits for whom among the threads that run one executor's tasks. An edge leads from a thread to each running task
 * that it waits for, without a limit, and from there to the thread that runs it: a task cannot end before all that
 * runs on top of it has ended, so the threads are the nodes.
 *
 * <p>A waiter publishes its edges and looks for a cycle under one lock. So of the waiters that close a cycle together
 * the last one sees it, and only that one fails.
 */
final class WaitGraph {
    private final ReentrantLock lock = new ReentrantLock();
    private final TaskHome home;

    WaitGraph(TaskHome home) {
        this.home = home;
    }

    /**
     * The calling thread is about to wait for these tasks, all of them.
     *
     * @throws PoolDeadlockException if it would wait for itself; then nothing is published
     */
    void beginWait(Runner waiter, TaskFuture<?>[] targets) {
        Runner node = waiter.bottom();
        lock.lock();
        try {
            node.waitsFor = targets;
            List<Edge> path = new ArrayList<>();
            while (pathBack(node, node, path, new HashSet<>())) {
                // Others remove their edges without the lock, when they have what they waited for. A path may so be
                // put together from edges that did not all stand at one moment; if each still stands now, they did.
                if (path.stream().allMatch(Edge::stands)) {
                    node.waitsFor = null;
                    throw new PoolDeadlockException(home.name(), names(waiter, path));
                }
                path.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The wait is over, however it ended. */
    void endWait(Runner waiter) {
        waiter.bottom().waitsFor = null;
    }

    private static boolean pathBack(Runner from, Runner start, List<Edge> path, Set<Runner> seen) {
        TaskFuture<?>[] targets = from.waitsFor;
        if (targets == null || !seen.add(from)) {
            return false;
        }
        for (TaskFuture<?> target : targets) {
            Runner runner = target.isDone() ? null : target.runner();
            if (runner == null) {
                continue;
            }
            path.add(new Edge(from, targets, target));
            if (runner.bottom() == start || pathBack(runner.bottom(), start, path, seen)) {
                return true;
            }
            path.remove(path.size() - 1);
        }
        return false;
    }

    private static List<String> names(Runner waiter, List<Edge> path) {
        TaskFuture<?> first = waiter.innermostTask();
        List<String> names = new ArrayList<>();
        names.add(first == null ? "a callback on " + Thread.currentThread().getName() : first.name());
        for (Edge edge : path) {
            names.add(edge.target.name());
        }
        return names;
    }

    private static final class Edge {
        final Runner from;
        final TaskFuture<?>[] targets;
        final TaskFuture<?> target;

        Edge(Runner from, TaskFuture<?>[] targets, TaskFuture<?> target) {
            this.from = from;
            this.targets = targets;
            this.target = target;
        }

        boolean stands() {
            return from.waitsFor == targets && !target.isDone();
        }
    }
}
