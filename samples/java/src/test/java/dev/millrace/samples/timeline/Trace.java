// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import com.google.gson.Gson;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A trace as it is read by others. Times are microseconds. */
record Trace(List<Event> traceEvents) {
    record Event(String ph, int pid, int tid, String name, double ts, double dur, String cat, Args args) {
        double end() {
            return ts + dur;
        }
    }

    record Args(String name, String outcome, double waitedMicros, String thread, int tasks) {}

    static Trace read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return read(reader, Trace.class);
        }
    }

    /** As the standard has it, and no other way. */
    static <T> T read(Reader reader, Class<T> type) {
        JsonReader json = new JsonReader(reader);
        json.setStrictness(Strictness.STRICT);
        return new Gson().fromJson(json, type);
    }

    Stream<Event> events(String phase) {
        return traceEvents.stream().filter(event -> event.ph.equals(phase));
    }

    /** Those that ran. */
    List<Event> runs() {
        return events("X").toList();
    }

    /** Those that ended without having run. */
    List<Event> marks() {
        return events("i").toList();
    }

    List<Event> queueDepths() {
        return events("C").toList();
    }

    Event run(String name) {
        return runs().stream().filter(run -> run.name.equals(name)).findFirst().orElseThrow();
    }

    String laneOf(Event event) {
        return events("M")
                .filter(meta -> meta.name.equals("thread_name") && meta.tid == event.tid)
                .map(meta -> meta.args.name)
                .findFirst()
                .orElseThrow();
    }

    long count(Outcome outcome) {
        return traceEvents.stream()
                .filter(event -> outcome.toString().equals(event.cat))
                .count();
    }

    /** In each lane two runs are one after the other, or one is inside the other. */
    boolean nests() {
        for (int tid : runs().stream().mapToInt(Event::tid).distinct().toArray()) {
            List<Event> lane = runs().stream().filter(run -> run.tid == tid).toList();
            ArrayDeque<Event> around = new ArrayDeque<>();
            for (Event run : lane) {
                while (!around.isEmpty() && around.peek().end() <= run.ts + ROUNDING) {
                    around.pop();
                }
                if (!around.isEmpty() && around.peek().end() + ROUNDING < run.end()) {
                    return false;
                }
                around.push(run);
            }
        }
        return true;
    }

    /** Sums of decimals; half a nanosecond. */
    static final double ROUNDING = 5e-4;

    boolean isInOrder() {
        return Stream.of(
                        events("X").mapToDouble(Event::ts).toArray(),
                        events("i").mapToDouble(Event::ts).toArray(),
                        events("C").mapToDouble(Event::ts).toArray())
                .allMatch(Trace::ascends);
    }

    private static boolean ascends(double[] times) {
        for (int i = 1; i < times.length; i++) {
            if (times[i] < times[i - 1]) {
                return false;
            }
        }
        return times.length == 0 || times[0] >= 0;
    }

    int deepestQueue() {
        return queueDepths().stream()
                .map(event -> event.args.tasks)
                .max(Comparator.naturalOrder())
                .orElse(0);
    }
}
