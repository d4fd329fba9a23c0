// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import dev.millrace.samples.timeline.Recording.Task;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/**
 * The Chrome trace-event format, which Perfetto (ui.perfetto.dev) and chrome://tracing open: for each task that ran a
 * complete event in the lane of its thread, for each that never ran an instant event in a lane of their own, and a
 * counter of the tasks that wait. Times are microseconds since the first submit.
 */
final class ChromeTrace implements Format {
    /** All is one process to the format. */
    private static final int PID = 1;

    @Override
    public void write(Recording recording, Appendable out) throws IOException {
        out.append("{\"displayTimeUnit\":\"ms\",\"otherData\":{\"began\":");
        JsonText.write(recording.began().toString(), out);
        out.append(",\"notRecorded\":").append(Long.toString(recording.notRecorded()));
        out.append("},\n\"traceEvents\":[\n");
        writeMeta("process_name", 0, recording.title(), out);
        List<String> lanes = recording.lanes();
        for (int i = 0; i < lanes.size(); i++) {
            out.append(",\n");
            writeMeta("thread_name", tid(i), lanes.get(i), out);
        }
        int neverRan = tid(lanes.size());
        out.append(",\n");
        writeMeta("thread_name", neverRan, "never ran", out);
        writeTasks(recording.tasks(), neverRan, out);
        writeQueueDepth(recording, out);
        out.append("\n]}\n");
    }

    private static int tid(int lane) {
        return lane + 1;
    }

    private static void writeMeta(String what, int tid, String name, Appendable out) throws IOException {
        writeHead('M', tid, what, out);
        out.append(",\"args\":{\"name\":");
        JsonText.write(name, out);
        out.append("}}");
    }

    /** A task stands before those that ran in the middle of it, as the format asks for. */
    private static void writeTasks(List<Task> tasks, int neverRan, Appendable out) throws IOException {
        List<Task> inOrder = tasks.stream()
                .filter(task -> !task.isPending())
                .sorted(Comparator.comparingLong(Task::leaveNanos).thenComparing(Task::depth))
                .toList();
        for (Task task : inOrder) {
            out.append(",\n");
            writeHead(task.ran() ? 'X' : 'i', task.ran() ? tid(task.lane()) : neverRan, task.name(), out);
            writeMicros("ts", task.leaveNanos(), out);
            if (task.ran()) {
                writeMicros("dur", task.runNanos(), out);
            } else {
                out.append(",\"s\":\"t\"");
            }
            out.append(",\"cat\":\"").append(task.outcome().toString());
            out.append("\",\"args\":{\"outcome\":\"")
                    .append(task.outcome().toString())
                    .append('"');
            writeMicros("waitedMicros", task.waitNanos(), out);
            if (task.ran()) {
                out.append(",\"thread\":");
                JsonText.write(task.thread(), out);
            }
            out.append("}}");
        }
    }

    /** One event for each moment at which the number changes. */
    private static void writeQueueDepth(Recording recording, Appendable out) throws IOException {
        long[] submits = recording.submits();
        long[] leaves = recording.leaves();
        int come = 0;
        int gone = 0;
        while (come < submits.length || gone < leaves.length) {
            long now = come == submits.length
                    ? leaves[gone]
                    : gone == leaves.length ? submits[come] : Math.min(submits[come], leaves[gone]);
            while (come < submits.length && submits[come] == now) {
                come++;
            }
            while (gone < leaves.length && leaves[gone] == now) {
                gone++;
            }
            out.append(",\n");
            writeHead('C', 0, "queue depth", out);
            writeMicros("ts", now, out);
            out.append(",\"args\":{\"tasks\":")
                    .append(Integer.toString(come - gone))
                    .append("}}");
        }
    }

    /** Leaves the object open. */
    private static void writeHead(char phase, int tid, String name, Appendable out) throws IOException {
        out.append("{\"ph\":\"").append(phase).append("\",\"pid\":").append(Integer.toString(PID));
        out.append(",\"tid\":").append(Integer.toString(tid)).append(",\"name\":");
        JsonText.write(name, out);
    }

    private static void writeMicros(String key, long nanos, Appendable out) throws IOException {
        out.append(",\"").append(key).append("\":").append(Long.toString(nanos / 1000));
        int rest = (int) (nanos % 1000);
        if (rest != 0) {
            out.append('.');
            out.append((char) ('0' + rest / 100)).append((char) ('0' + rest / 10 % 10));
            out.append((char) ('0' + rest % 10));
        }
    }
}
