// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A pool as people want to see it: {@link ThreadPool#dump}. */
final class Dump {
    private static final int MOST_NAMES = 10;

    private final StringBuilder text = new StringBuilder();
    private final Sightings sightings;
    private final long now;

    private Dump(Sightings sightings, long now) {
        this.sightings = sightings;
        this.now = now;
    }

    static String of(PoolCore pool, Sightings sightings) {
        Dump dump = new Dump(sightings, pool.backend.nanoTime());
        dump.line("ThreadPool[" + pool.describe() + "]");
        for (Runner runner : pool.runners()) {
            dump.add(runner);
        }
        List<TaskFuture<?>> queued = pool.pending(pool.lane());
        List<TaskFuture<?>> inLine = pool.decisions().ask(state -> state.line.tasks());
        queued.removeAll(inLine);
        dump.add("waiting for a worker", queued);
        dump.add("waiting for room", inLine);
        return dump.text.toString();
    }

    private void add(Runner runner) {
        // First, as the stack is to belong to what is said of it; it may be a moment younger all the same.
        List<TaskFuture<?>> tasks = runner.tasks();
        Thread thread = runner.thread();
        if (thread == null) {
            line("a worker that is being started");
            return;
        }
        line((runner.isWorker() ? "worker " : "submitter ") + thread.getName() + ", " + thread.getState()
                + (tasks.isEmpty() ? ", without a task" : ""));
        for (TaskFuture<?> task : tasks) {
            line("  " + task + age(task));
        }
        if (!tasks.isEmpty()) {
            for (StackTraceElement frame : thread.getStackTrace()) {
                line("    at " + frame);
            }
        }
    }

    private void add(String what, List<TaskFuture<?>> tasks) {
        if (tasks.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>();
        for (TaskFuture<?> task : tasks.subList(0, Math.min(MOST_NAMES, tasks.size()))) {
            names.add(task.name() + age(task));
        }
        String others = tasks.size() > MOST_NAMES ? ", and " + (tasks.size() - MOST_NAMES) + " others" : "";
        line(what + ": " + String.join(", ", names) + others);
    }

    private String age(TaskFuture<?> task) {
        long nanos = sightings.nanos(task, now);
        return nanos <= 0 ? "" : ", for at least " + Duration.ofNanos(nanos);
    }

    private void line(String line) {
        text.append(line).append(System.lineSeparator());
    }
}
