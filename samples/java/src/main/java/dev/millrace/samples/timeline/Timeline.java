// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import dev.millrace.PoolListener;
import dev.millrace.TaskFuture;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records which thread ran which task of a pool, when, and how long each waited; {@link #close} writes it to a file: a
 * page that opens in any browser, or a trace in the Chrome trace-event format, which opens in Perfetto.
 *
 * <pre>{@code
 * try (Timeline timeline = Timeline.to(Path.of("timeline.html"));
 *         ThreadPool pool = ThreadPool.builder().listener(timeline).build()) {
 *     work(pool);
 * } // closes the pool, then writes the page
 * }</pre>
 *
 * <p>It keeps some 75 bytes for each task, 135 if that was given no name, and no task or result that has ended. Of more
 * than {@link #MAX_TASKS} tasks the first are recorded, and the others counted. Thread-safe; one timeline may listen to
 * several pools.
 */
public final class Timeline implements PoolListener, AutoCloseable {
    /** So many tasks are recorded at most. */
    public static final int MAX_TASKS = 1_000_000;

    private final Path file;
    private final Format format;
    private final String title;
    private final int maxTasks;
    private final Instant madeAt = Instant.now();
    private final long madeNanos = System.nanoTime();
    private final Lanes lanes = new Lanes();
    /** Those of which more is to be heard. */
    private final Map<TaskFuture<?>, TaskRecord> open = new ConcurrentHashMap<>();
    /** Guarded by itself, as is the next. */
    private final List<TaskRecord> records = new ArrayList<>();

    private long notRecorded;

    Timeline(Path file, String title, int maxTasks) {
        this.file = file;
        this.title = title;
        this.maxTasks = maxTasks;
        format = Format.of(file);
    }

    /**
     * A timeline that will be written to that file, over what is there: as a page if it ends in {@code .html}, as a
     * trace if it ends in {@code .json}.
     *
     * @throws IllegalArgumentException if it ends otherwise
     */
    public static Timeline to(Path file) {
        return to(file, String.valueOf(file.getFileName()));
    }

    /** With a title for the page. */
    public static Timeline to(Path file, String title) {
        return new Timeline(file, title, MAX_TASKS);
    }

    /** Writes what was recorded up to now; what still waits or runs is shown as unfinished. */
    @Override
    public void close() throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            format.write(toRecording(), out);
        }
    }

    // ---- what the pool tells ----

    @Override
    public void submitted(TaskFuture<?> task) {
        TaskRecord record = new TaskRecord(task.name(), System.nanoTime());
        synchronized (records) {
            if (records.size() >= maxTasks) {
                notRecorded++;
                return;
            }
            records.add(record);
        }
        open.put(task, record);
    }

    @Override
    public void rejected(TaskFuture<?> task) {
        end(task, Outcome.REJECTED, true);
    }

    @Override
    public void started(TaskFuture<?> task) {
        TaskRecord record = open.get(task);
        if (record != null) {
            Lane lane = lanes.enter();
            record.start(lane, Lanes.threadName(), lane.push(), System.nanoTime());
        }
    }

    @Override
    public void stopped(TaskFuture<?> task) {
        long now = System.nanoTime();
        TaskRecord record = open.get(task);
        if (record != null) {
            lanes.exit(record.lane());
            if (record.stop(now)) {
                open.remove(task);
            }
        }
    }

    @Override
    public void done(TaskFuture<?> task) {
        switch (task.status()) {
            case SUCCESS -> end(task, Outcome.SUCCEEDED, task.hasExited());
            case CANCELLED -> end(task, Outcome.CANCELLED, task.hasExited());
            default -> end(task, Outcome.FAILED, task.hasExited());
        }
    }

    private void end(TaskFuture<?> task, Outcome outcome, boolean neverRuns) {
        TaskRecord record = open.get(task);
        if (record != null && record.end(outcome, neverRuns, System.nanoTime())) {
            open.remove(task);
        }
    }

    @Override
    public void workerStarted(Thread worker) {
        lanes.workerStarted();
    }

    @Override
    public void workerEnded(Thread worker) {
        lanes.workerEnded();
    }

    // ---- what was recorded ----

    Recording toRecording() {
        List<TaskRecord> sorted;
        long missing;
        synchronized (records) {
            sorted = new ArrayList<>(records);
            missing = notRecorded;
        }
        sorted.sort(Comparator.comparingLong(record -> record.submitNanos() - madeNanos));
        long began = sorted.isEmpty() ? madeNanos : sorted.get(0).submitNanos();
        List<Recording.Task> tasks =
                sorted.stream().map(record -> record.toTask(began)).toList();
        long nanos = tasks.stream().mapToLong(Recording.Task::stopNanos).max().orElse(0);
        return new Recording(title, madeAt.plusNanos(began - madeNanos), lanes.titles(), tasks, nanos, missing);
    }
}
