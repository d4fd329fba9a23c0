package dev.millrace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom among the threads that run one executor's tasks. An edge leads from a thread to each running task
 * that it waits for, without a limit, and from there to the thread that runs it: a task cannot end before all that
 * runs on top of it has ended, so the threads are the nodes. A task that pends because its view is full waits for those
 * in there: for any one of them, so only if none can go on the cycle is closed.
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
            while (pathBack(node, node, path, new HashMap<>())) {
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

    /** Whether this thread cannot go on before {@code start} has; if so, the path says why. */
    private static boolean pathBack(Runner from, Runner start, List<Edge> path, Map<Runner, Boolean> seen) {
        if (from == start && !seen.isEmpty()) {
            return true;
        }
        TaskFuture<?>[] targets = from.waitsFor;
        Boolean before = seen.putIfAbsent(from, false);
        if (targets == null || before != null) {
            return before != null && before;
        }
        for (TaskFuture<?> target : targets) {
            Edge edge = new Edge(from, targets, target);
            path.add(edge);
            if (edge.allLeadBack(start, path, seen)) {
                seen.put(from, true);
                return true;
            }
            path.remove(edge);
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

    /** A thread waits for a task: for the thread that runs it or, where it pends in a full view, for those in there. */
    private static final class Edge {
        final Runner from;
        final TaskFuture<?>[] targets;
        final TaskFuture<?> target;
        final @Nullable Runner runner;
        final List<Runner> to;

        Edge(Runner from, TaskFuture<?>[] targets, TaskFuture<?> target) {
            this.from = from;
            this.targets = targets;
            this.target = target;
            runner = target.runner();
            to = target.isDone()
                    ? List.of()
                    : runner != null ? List.of(runner.bottom()) : target.home().blockers(target, from);
        }

        /** One of several in a full view that can go on is enough for the task to begin some day. */
        boolean allLeadBack(Runner start, List<Edge> path, Map<Runner, Boolean> seen) {
            for (Runner next : to) {
                if (!pathBack(next, start, path, seen)) {
                    return false;
                }
            }
            return !to.isEmpty();
        }

        boolean stands() {
            return from.waitsFor == targets
                    && !target.isDone()
                    && target.runner() == runner
                    && (runner != null || target.home().blockers(target, from).equals(to));
        }
    }
}
