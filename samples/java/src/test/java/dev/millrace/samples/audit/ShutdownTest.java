// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class ShutdownTest {
    private static final int SIGTERM = 15;

    @TempDir
    private Path directory;

    /** SIGTERM runs the same hooks as Ctrl-C. Tolerance: five seconds, the JVM's own end included. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aSignalEndsTheProgramSoonWithTheReportSoFar() throws Exception {
        new TestRepository(directory).addEndless("audited/endless.jar");
        Path errors = directory.resolve("errors");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        RepoAudit.class.getName(),
                        directory.resolve("audited").toString())
                .redirectError(errors.toFile())
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
            String first = out.readLine();
            assertTrue(first != null && first.startsWith("auditing "), () -> first + read(errors));

            // Process.destroy() would close the stream that the report comes by.
            program.toHandle().destroy();

            assertTrue(program.waitFor(5, TimeUnit.SECONDS), "it has not ended 5 s after the signal");
            List<String> report = out.lines().collect(Collectors.toList());
            assertEquals(1, report.size(), report::toString);
            assertTrue(report.get(0).startsWith("INTERRUPTED, so far pool of "), report::toString);
            assertEquals(128 + SIGTERM, program.exitValue());
            assertEquals("", read(errors));
        } finally {
            program.destroyForcibly();
        }
    }

    @Test
    void aStoppedCommandReportsOnceAndGives130() throws Exception {
        assertEquals(
                1,
                outputOfStopped()
                        .lines()
                        .filter(line -> line.startsWith("INTERRUPTED"))
                        .count());
    }

    @Test
    void aStoppedComparisonReportsThePassThatWasStopped() throws Exception {
        assertTrue(outputOfStopped("--compare").contains("INTERRUPTED, so far pool of "));
    }

    @Test
    void aStoppedSequentialRunReportsToo() throws Exception {
        assertTrue(outputOfStopped("--sequential").contains("INTERRUPTED, so far sequential: "));
    }

    @Test
    void aStoppedRunIsIncompleteInJson() throws Exception {
        new TestRepository(directory).addEndless("endless.jar");
        RepoAudit audit = new RepoAudit();
        StringWriter out = new StringWriter();
        CommandLine program = audit.commandLine().setOut(new PrintWriter(out));
        audit.stop();

        assertEquals(RepoAudit.STOPPED, program.execute("--json", directory.toString()));

        Map<String, Object> json = JsonReader.readMap(out.toString());
        assertEquals(false, json.get("complete"));
    }

    @Test
    void theGuardWaitsForTheReportOfTheWork() {
        List<String> events = new ArrayList<>();
        ShutdownGuard[] guard = new ShutdownGuard[1];
        guard[0] = new ShutdownGuard(
                () -> {
                    events.add("stop");
                    guard[0].close();
                },
                () -> events.add("last words"));

        guard[0].shutDown();

        assertEquals(List.of("stop"), events);
    }

    @Test
    void theGuardSaysTheLastWordsOfWorkThatHangs() {
        List<String> events = new ArrayList<>();
        ShutdownGuard guard = new ShutdownGuard(() -> events.add("stop"), () -> events.add("last words"));
        try {
            guard.shutDown();
        } finally {
            guard.close();
        }

        assertEquals(List.of("stop", "last words"), events);
    }

    /** What the program wrote that was stopped after its first line. */
    private String outputOfStopped(String... options) throws Exception {
        new TestRepository(directory).addEndless("endless.jar");
        RepoAudit audit = new RepoAudit();
        CountDownLatch begun = new CountDownLatch(1);
        StringWriter out = new StringWriter() {
            @Override
            public void flush() {
                begun.countDown();
            }
        };
        CommandLine program = audit.commandLine().setOut(new PrintWriter(out));
        List<String> args = new ArrayList<>(List.of(options));
        args.add(directory.toString());
        CompletableFuture<Integer> run = CompletableFuture.supplyAsync(
                () -> program.execute(args.toArray(String[]::new)), code -> new Thread(code, "stopped-run").start());
        begun.await();

        audit.stop();

        assertEquals(RepoAudit.STOPPED, run.get(5, TimeUnit.SECONDS));
        return out.toString();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
