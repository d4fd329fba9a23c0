// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Flight Recorder's events, where there is one; and the pool where there is none. */
class FlightTest {
    @TempDir
    Path folder;

    @Test
    void aRecordingShowsTasksAndWorkers() throws Exception {
        ThreadPool before = ThreadPool.of(1);
        before.submit(() -> {}).join();
        Path file = folder.resolve("pool.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.millrace.TaskRun").withThreshold(java.time.Duration.ZERO);
            recording.enable("dev.millrace.TaskWait").withThreshold(java.time.Duration.ZERO);
            for (String name : List.of("TaskRejected", "WorkerStart", "WorkerEnd")) {
                recording.enable("dev.millrace." + name);
            }
            recording.start();
            ThreadPool pool = ThreadPool.builder().name("io").maxWorkers(1).build();
            pool.submit(() -> {}, TaskOptions.named("first")).join();
            before.submit(() -> {}, TaskOptions.named("of an older pool")).join();
            pool.close();
            assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}, TaskOptions.named("late")));
            recording.stop();
            recording.dump(file);
        }
        before.close();
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertEquals(List.of("first", "of an older pool"), tasks(events, "TaskRun"));
        assertEquals(List.of("first", "of an older pool"), tasks(events, "TaskWait"));
        assertEquals(List.of("late"), tasks(events, "TaskRejected"));
        assertEquals(1, named(events, "WorkerStart").size());
        assertEquals("io", named(events, "WorkerEnd").get(0).getString("pool"));
        RecordedEvent first = named(events, "TaskRun").stream()
                .filter(event -> event.getString("task").equals("first"))
                .findFirst()
                .orElseThrow();
        assertEquals("io-1", first.getThread().getJavaName());
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.millrace." + name))
                .collect(Collectors.toList());
    }

    private static List<String> tasks(List<RecordedEvent> events, String name) {
        return named(events, name).stream()
                .map(event -> event.getString("task"))
                .sorted()
                .collect(Collectors.toList());
    }

    /** As on a runtime that was linked with nothing else. */
    @Test
    void withoutJfrAndLoggingThePoolIsTheSame() throws Exception {
        String classPath =
                Path.of("target", "classes") + java.io.File.pathSeparator + Path.of("target", "test-classes");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules",
                        "java.base",
                        "-cp",
                        classPath,
                        OnlyJavaBase.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("jfr false, result 3, succeeded 2"), output);
        assertTrue(output.contains("task lost of p failed, and nobody looked at its outcome"), output);
        assertTrue(Files.exists(Path.of("target", "classes", "dev", "millrace", "Flight.class")));
    }

    /** The program of that test. */
    static final class OnlyJavaBase {
        private OnlyJavaBase() {}

        public static void main(String[] args) throws Exception {
            ThreadPool pool =
                    ThreadPool.builder().name("p").maxWorkers(1).recordTimes().build();
            int result = pool.submit(() -> "abc".length()).join();
            pool.submit(() -> {}).join();
            var unused = pool.awaitQuiescence(java.time.Duration.ofSeconds(30));
            System.out.println("jfr " + Jfr.EXISTS + ", result " + result + ", succeeded "
                    + pool.stats().succeeded());
            fail(pool);
            List<String> told = new java.util.concurrent.CopyOnWriteArrayList<>();
            Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> told.add(thrown.getMessage()));
            for (int i = 0; i < 1_000 && told.isEmpty(); i++) {
                System.gc();
                pool.submit(() -> {}).join();
            }
            System.out.println(told);
            pool.close();
        }

        private static void fail(ThreadPool pool) {
            pool.submit(
                    () -> {
                        throw new IllegalStateException("no");
                    },
                    TaskOptions.named("lost"));
        }
    }
}
