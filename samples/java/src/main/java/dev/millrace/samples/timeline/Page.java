// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import dev.millrace.samples.timeline.Recording.Task;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * One HTML file that needs no other: {@code timeline.html}, beside this class, with the recording in it. That is a JSON
 * object with a column of whole numbers for each thing that is known of a task, so that a task takes some fifty bytes.
 */
final class Page implements Format {
    private static final String TEMPLATE = "timeline.html";
    /** Where the template wants the recording. */
    private static final String PLACE = "/*RECORDING*/";

    private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

    @Override
    public void write(Recording recording, Appendable out) throws IOException {
        String template = template();
        int place = template.indexOf(PLACE);
        out.append(template, 0, place);
        writeRecording(recording, out);
        out.append(template, place + PLACE.length(), template.length());
    }

    private static String template() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IOException("no " + TEMPLATE + " beside " + Page.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void writeRecording(Recording recording, Appendable out) throws IOException {
        List<Task> tasks = recording.tasks();
        Table names = new Table();
        Table threads = new Table();
        int[] name = tasks.stream().mapToInt(task -> names.add(task.name())).toArray();
        int[] thread = tasks.stream()
                .mapToInt(task -> task.ran() ? threads.add(task.thread()) : -1)
                .toArray();

        out.append("{\"title\":");
        JsonText.write(recording.title(), out);
        out.append(",\"began\":");
        JsonText.write(recording.began().toString(), out);
        out.append(",\"nanos\":").append(Long.toString(recording.nanos()));
        out.append(",\"notRecorded\":").append(Long.toString(recording.notRecorded()));
        writeTexts("lanes", recording.lanes(), out);
        writeTexts("threads", threads.texts(), out);
        writeTexts("names", names.texts(), out);
        writeTexts("outcomes", OUTCOMES.stream().map(Outcome::toString).toList(), out);
        writeColumn("sincePrevious", differences(recording.submits()), out);
        writeColumn("waited", tasks, Task::waitNanos, out);
        writeColumn("ran", tasks, task -> task.ran() ? task.runNanos() : -1, out);
        writeColumn("outcome", tasks, task -> OUTCOMES.indexOf(task.outcome()), out);
        writeColumn("lane", tasks, Task::lane, out);
        writeColumn("depth", tasks, Task::depth, out);
        writeColumn("name", Arrays.stream(name).asLongStream().toArray(), out);
        writeColumn("thread", Arrays.stream(thread).asLongStream().toArray(), out);
        out.append("}");
    }

    /** Short numbers instead of long ones. */
    private static long[] differences(long[] ascending) {
        long[] differences = ascending.clone();
        for (int i = 1; i < ascending.length; i++) {
            differences[i] -= ascending[i - 1];
        }
        return differences;
    }

    private static void writeTexts(String key, List<String> texts, Appendable out) throws IOException {
        out.append(",\n\"").append(key).append("\":[");
        for (int i = 0; i < texts.size(); i++) {
            out.append(i == 0 ? "" : ",");
            JsonText.write(texts.get(i), out);
        }
        out.append(']');
    }

    private static void writeColumn(String key, List<Task> tasks, ToLongFunction<Task> value, Appendable out)
            throws IOException {
        writeColumn(key, tasks.stream().mapToLong(value).toArray(), out);
    }

    private static void writeColumn(String key, long[] values, Appendable out) throws IOException {
        out.append(",\n\"").append(key).append("\":[");
        for (int i = 0; i < values.length; i++) {
            out.append(i == 0 ? "" : ",").append(Long.toString(values[i]));
        }
        out.append(']');
    }

    /** Texts, each once, by number. */
    private static final class Table {
        private final Map<String, Integer> numbers = new LinkedHashMap<>();

        int add(String text) {
            return numbers.computeIfAbsent(text, absent -> numbers.size());
        }

        List<String> texts() {
            return List.copyOf(numbers.keySet());
        }
    }
}
