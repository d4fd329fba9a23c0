// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
            for (Map<Runner, List<Edge>> stuck = stuck(node); stuck.containsKey(node); stuck = stuck(node)) {
                // Others remove their edges without the lock, when they have what they waited for. So what was found
                // may be put together from edges that did not all stand at one moment; if each stands now, they did.
                if (stuck.values().stream().flatMap(List::stream).allMatch(Edge::stands)) {
                    node.waitsFor = null;
                    throw new PoolDeadlockException(home.name(), names(waiter, stuck));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The wait is over, however it ended. */
    void endWait(Runner waiter) {
        waiter.bottom().waitsFor = null;
    }

    /**
     * Those of the threads that {@code start} waits for, itself included, of whom none can go on before another one of
     * them has; each with the edges that say why. Found by striking out those that can, until nobody is left who can.
     */
    private static Map<Runner, List<Edge>> stuck(Runner start) {
        Map<Runner, List<Edge>> stuck = new LinkedHashMap<>();
        collect(start, stuck);
        boolean struck = true;
        while (struck) {
            stuck.values().forEach(edges -> edges.removeIf(edge -> !edge.leadsOnlyTo(stuck.keySet())));
            struck = stuck.values().removeIf(List::isEmpty);
        }
        return stuck;
    }

    private static void collect(Runner start, Map<Runner, List<Edge>> found) {
        Deque<Runner> open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty()) {
            Runner from = open.remove();
            if (found.containsKey(from)) {
                continue;
            }
            List<Edge> edges = new ArrayList<>();
            TaskFuture<?>[] targets = from.waitsFor;
            if (targets != null) {
                for (TaskFuture<?> target : targets) {
                    edges.add(new Edge(from, targets, target));
                }
            }
            found.put(from, edges);
            edges.forEach(edge -> open.addAll(edge.to));
        }
    }

    /** Along the shortest way that leads back to the waiter. */
    private static List<String> names(Runner waiter, Map<Runner, List<Edge>> stuck) {
        Runner start = waiter.bottom();
        Deque<Edge> open = new ArrayDeque<>(stuck.getOrDefault(start, List.of()));
        Map<Edge, Edge> before = new HashMap<>();
        Set<Runner> seen = new HashSet<>(List.of(start));
        Edge last = null;
        while (!open.isEmpty() && (last == null || !last.to.contains(start))) {
            last = open.remove();
            for (Runner next : last.to) {
                for (Edge edge : seen.add(next) ? stuck.getOrDefault(next, List.of()) : List.<Edge>of()) {
                    before.put(edge, last);
                    open.add(edge);
                }
            }
        }
        ArrayDeque<String> names = new ArrayDeque<>();
        for (Edge edge = last; edge != null; edge = before.get(edge)) {
            names.addFirst(edge.target.name());
        }
        TaskFuture<?> first = waiter.innermostTask();
        names.addFirst(first == null ? "a callback on " + Thread.currentThread().getName() : first.name());
        return new ArrayList<>(names);
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
        boolean leadsOnlyTo(Set<Runner> threads) {
            return !to.isEmpty() && threads.containsAll(to);
        }

        boolean stands() {
            return from.waitsFor == targets
                    && !target.isDone()
                    && target.runner() == runner
                    && (runner != null || target.home().blockers(target, from).equals(to));
        }
    }
}
