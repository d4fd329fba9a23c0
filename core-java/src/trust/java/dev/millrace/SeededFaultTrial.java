// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Every one of the {@link SeededFault}s is put into a copy of the code, and the test that is said to hold that promise
 * must fail there, or hang. A test that cannot see the fault holds nothing.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS)
class SeededFaultTrial {
    /** Only faults of which the name, with hyphens for spaces, contains this. */
    private static final String ONLY = System.getProperty("fault", "");

    private static final long LIMIT_SECONDS = 300;
    /** What the console launcher exits with when a test has failed; another number means that none was found. */
    private static final int TESTS_FAILED = 1;

    private static final Path SOURCES = Path.of("src/main/java/dev/millrace");
    private static final Path COPIES = Path.of("target/seeded-faults");

    @BeforeEach
    void allKillersRunOnThisJdk() {
        assumeTrue(Runtime.version().feature() < 25, "Lincheck's models do not");
    }

    @Test
    void everyFaultFitsTheCodeOfToday() throws IOException {
        for (SeededFault fault : SeededFault.ALL) {
            seeded(fault, Files.readString(SOURCES.resolve(fault.file)));
        }
    }

    @TestFactory
    Stream<DynamicTest> theTestThatHoldsAPromiseFailsWithoutIt() {
        return SeededFault.ALL.stream()
                .filter(fault ->
                        fault.hyphenated().contains(ONLY) && (Trust.IS_LONG || fault.isInShortForm || !ONLY.isEmpty()))
                .map(fault -> DynamicTest.dynamicTest(fault.name, () -> assertKilled(fault)));
    }

    private static void assertKilled(SeededFault fault) throws Exception {
        Path copy = COPIES.resolve(fault.hyphenated());
        Path classes = Files.createDirectories(copy.resolve("classes"));
        compile(fault, Files.createDirectories(copy.resolve("src")), classes);
        Path log = copy.resolve("test.log");
        ProcessBuilder builder = new ProcessBuilder(command(fault, classes))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        if (fault.isSeenByJcstress()) {
            // It writes where it stands.
            builder.directory(copy.toFile());
        }
        Process tests = builder.start();
        boolean ended = tests.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        tests.destroyForcibly().waitFor();
        if (ended && tests.exitValue() == 0) {
            fail("survived: " + fault.killer + " passes although " + fault.name + " (" + fault.file + ")");
        }
        // One that hangs with the fault has seen it, too.
        assertTrue(
                !ended || tests.exitValue() == TESTS_FAILED,
                () -> "the tests could not run: " + tests.exitValue() + ", see " + log);
    }

    private static void compile(SeededFault fault, Path sources, Path classes) throws IOException {
        List<File> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(SOURCES)) {
            for (Path file : all.collect(Collectors.toList())) {
                Path copy = sources.resolve(file.getFileName());
                String text = Files.readString(file);
                Files.writeString(copy, copy.endsWith(fault.file) ? seeded(fault, text) : text);
                files.add(copy.toFile());
            }
        }
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled;
        try (var manager = javac.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-nowarn", "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            compiled = javac.getTask(said, manager, null, options, null, manager.getJavaFileObjectsFromFiles(files))
                    .call();
        }
        assertTrue(compiled, () -> fault.name + " does not compile: " + said);
    }

    private static String seeded(SeededFault fault, String text) {
        int at = text.indexOf(fault.original);
        assertTrue(at >= 0, () -> "not in " + fault.file + " any more: " + fault.original);
        assertEquals(-1, text.indexOf(fault.original, at + 1), () -> "twice in " + fault.file + ": " + fault.original);
        return text.replace(fault.original, fault.replacement);
    }

    /** Without relative paths. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> command(SeededFault fault, Path classes) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+EnableDynamicAgentLoading",
                "-Xmx512m",
                "-cp",
                classes.toAbsolutePath() + File.pathSeparator + classPath()));
        command.addAll(fault.isSeenByJcstress() ? jcstress(fault) : junit(fault));
        return command;
    }

    /** As the short form runs it, in the JVM's plain setting only. */
    private static List<String> jcstress(SeededFault fault) {
        return List.of(
                "org.openjdk.jcstress.Main",
                "-t",
                fault.killer,
                "-m",
                "sanity",
                "-time",
                "200",
                "-strideSize",
                "10",
                "-strideCount",
                "10",
                "-sc",
                "false",
                "-jvmArgs",
                "-Xmx256m",
                "-r",
                "report");
    }

    private static List<String> junit(SeededFault fault) {
        String selector = fault.killer.contains("#") ? "--select-method" : "--select-class";
        return List.of(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                "--config=junit.jupiter.execution.timeout.default=20 s",
                "--config=junit.jupiter.execution.timeout.thread.mode.default=SEPARATE_THREAD",
                selector + "=dev.millrace." + fault.killer);
    }
}
