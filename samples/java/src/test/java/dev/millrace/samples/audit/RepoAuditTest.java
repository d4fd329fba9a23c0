// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RepoAuditTest {
    @TempDir
    private Path directory;

    private TestRepository repository;

    @BeforeEach
    void create() {
        repository = new TestRepository(directory);
    }

    @Test
    void aCleanRepositoryGivesZeroAndTheNumbers() throws IOException {
        repository.addVerifiable("org/a/1/a-1.jar", "12345");
        repository.addVerifiable("org/a/1/a-1.pom", "678");
        repository.addVerifiable("org/b/empty.jar", "");

        Run run = Run.of(directory);

        assertEquals(RepoAudit.CLEAN, run.exitCode());
        assertEquals(List.of(3L, 8L, 0L, 0L, 0L), run.numbers());
        assertEquals(List.of(), run.findings());
        assertEquals("", run.err());
    }

    @Test
    void anEmptyDirectoryIsClean() {
        Run run = Run.of(directory);

        assertEquals(RepoAudit.CLEAN, run.exitCode());
        assertEquals(List.of(0L, 0L, 0L, 0L, 0L), run.numbers());
    }

    @Test
    void aCorruptedFileIsFoundWithPathExpectedAndFound() throws IOException {
        repository.addVerifiable("good.jar", "good");
        Path bad = repository.addVerifiable("org/a/bad.jar", "before");
        Files.writeString(bad, "after");

        Run run = Run.of(directory);

        assertEquals(RepoAudit.UNCLEAN, run.exitCode());
        assertEquals(
                List.of(
                        "MISMATCH " + Path.of("org/a/bad.jar"),
                        "    expected " + TestRepository.sha1("before"),
                        "    found    " + TestRepository.sha1("after")),
                run.findings());
        assertEquals(List.of(2L, 9L, 1L, 0L, 0L), run.numbers());
    }

    @Test
    void everyFormatOfChecksumFileVerifies() throws IOException {
        String sha1 = TestRepository.sha1("content");
        List<String> formats = List.of(
                sha1,
                sha1 + "  f.jar",
                sha1 + " *f.jar",
                sha1.toUpperCase(),
                sha1 + " \t ",
                sha1 + "\r\n",
                "\uFEFF" + sha1);
        for (int i = 0; i < formats.size(); i++) {
            repository.add(i + ".jar", "content");
            repository.add(i + ".jar.sha1", formats.get(i));
        }

        Run run = Run.of(directory);

        assertEquals(RepoAudit.CLEAN, run.exitCode(), run.out());
        assertEquals(formats.size(), run.numbers().get(0));
    }

    @Test
    void aChecksumFileWithoutSha1IsAProblem() throws IOException {
        repository.addVerifiable("good.jar", "good");
        repository.add("a.jar", "content");
        repository.add("a.jar.sha1", "<html>\n");

        Run run = Run.of(directory);

        assertEquals(RepoAudit.UNCLEAN, run.exitCode());
        assertEquals(List.of("PROBLEM a.jar: no SHA-1 in a.jar.sha1: \"<html>\""), run.findings());
        assertEquals(List.of(1L, 4L, 0L, 1L, 0L), run.numbers());
    }

    @Test
    void aChecksumWithoutFileIsAProblem() throws IOException {
        repository.add("gone.jar.sha1", TestRepository.WRONG_SHA1);

        Run run = Run.of(directory);

        assertEquals(RepoAudit.UNCLEAN, run.exitCode());
        assertEquals(List.of("PROBLEM gone.jar: no such file for gone.jar.sha1"), run.findings());
    }

    @Test
    void filesWithoutChecksumAreCountedAndWithVerboseListed() throws IOException {
        repository.addVerifiable("good.jar", "good");
        repository.add("b.jar", "content");
        repository.add("a/a.jar", "content");
        repository.add("a/_remote.repositories", "note");
        repository.add("a/a.jar.md5", "checksum");

        Run run = Run.of(directory);
        Run verbose = Run.of("--verbose", directory);

        assertEquals(RepoAudit.CLEAN, run.exitCode());
        assertEquals(List.of(1L, 4L, 0L, 0L, 2L), run.numbers());
        assertEquals(List.of(), run.findings());
        assertEquals(List.of("WITHOUT CHECKSUM " + Path.of("a/a.jar"), "WITHOUT CHECKSUM b.jar"), verbose.findings());
    }

    @Test
    void aSideFileWithChecksumIsVerifiedAllTheSame() throws IOException {
        Path signature = repository.addVerifiable("a.jar.asc", "signature");
        Files.writeString(signature, "forged");

        assertEquals(List.of(1L, 6L, 1L, 0L, 0L), Run.of(directory).numbers());
    }

    @Test
    void aChecksumThatIsADirectoryDoesNotStopTheRest() throws IOException {
        repository.addVerifiable("good.jar", "good");
        repository.add("a.jar", "content");
        Files.createDirectory(directory.resolve("a.jar.sha1"));

        Run run = Run.of(directory);

        assertEquals(RepoAudit.UNCLEAN, run.exitCode());
        assertEquals(List.of("PROBLEM a.jar: cannot read a.jar.sha1: not a regular file"), run.findings());
        assertEquals(List.of(1L, 4L, 0L, 1L, 0L), run.numbers());
    }

    @Test
    void aFileThatIsADirectoryIsAProblem() throws IOException {
        Files.createDirectory(directory.resolve("a.jar"));
        repository.add("a.jar.sha1", TestRepository.WRONG_SHA1);

        assertEquals(
                List.of("PROBLEM a.jar: no such file for a.jar.sha1"),
                Run.of(directory).findings());
    }

    @Test
    void aLinkToNowhereIsAProblem() throws IOException {
        repository.addVerifiable("good.jar", "good");
        link("a.jar", "nowhere");
        repository.add("a.jar.sha1", TestRepository.WRONG_SHA1);
        repository.add("b.jar", "content");
        link("b.jar.sha1", "nowhere");

        Run run = Run.of(directory);

        assertEquals(RepoAudit.UNCLEAN, run.exitCode());
        assertEquals(
                List.of(
                        "PROBLEM a.jar: cannot read a.jar: no such file, or a link to nowhere",
                        "PROBLEM b.jar: cannot read b.jar.sha1: no such file, or a link to nowhere"),
                run.findings());
        assertEquals(1L, run.numbers().get(0));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNamedPipeIsAProblemAndBlocksNobody() throws Exception {
        Path pipe = directory.resolve("a.jar");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
        repository.add("a.jar.sha1", TestRepository.WRONG_SHA1);

        assertEquals(
                List.of("PROBLEM a.jar: cannot read a.jar: not a regular file"),
                Run.of(directory).findings());
    }

    @Test
    void linksAreFollowedButNotInCircles() throws IOException {
        repository.addVerifiable("a/b/good.jar", "good");
        link("a/b/up", directory.resolve("a").toString());
        link("a/self", directory.resolve("a/self").toString());
        link("again", directory.resolve("a/b").toString());

        Run run = Run.of(directory);

        assertEquals(RepoAudit.CLEAN, run.exitCode(), run.out());
        assertEquals(2L, run.numbers().get(0), "directly, and through the link from outside");
    }

    @Test
    void theDirectoryItselfMayBeALink() throws IOException {
        repository.addVerifiable("real/good.jar", "good");
        link("linked", "real");

        assertEquals(1L, Run.of(directory.resolve("linked")).numbers().get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bogus",
                "--workers 0",
                "--workers -1",
                "--workers many",
                "--workers",
                "--sequential --compare",
                "--sequential --workers 2",
                "--timeline",
                "--timeline timeline.txt",
                "--timeline no/such/directory/timeline.html",
                "--timeline timeline.html --sequential",
                "one two"
            })
    void badUsageGivesTwoAndOneLine(String args) {
        assertRefused(Run.of((Object[]) args.split(" ")));
    }

    @Test
    void aMissingDirectoryGivesTwoAndOneLine() {
        Run run = Run.of(directory.resolve("missing"));

        assertRefused(run);
        assertTrue(run.err().contains("no such directory: " + directory.resolve("missing")), run.err());
    }

    @Test
    void aFileInPlaceOfTheDirectoryGivesTwoAndOneLine() throws IOException {
        Run run = Run.of(repository.add("file", ""));

        assertRefused(run);
        assertTrue(run.err().contains("not a directory: "), run.err());
    }

    @Test
    void jsonSaysWhatTheTextSays() throws IOException {
        fillWithOneOfEach();

        Run text = Run.of(directory);
        Run json = Run.of("--json", "--verbose", directory);
        Map<String, Object> result = JsonReader.readMap(json.out());

        assertEquals(text.exitCode(), json.exitCode());
        assertEquals(text.numbers(), numbersOf(result));
        assertEquals(true, result.get("complete"));
        assertEquals(
                List.of(Map.of(
                        "path", "bad.jar",
                        "expected", TestRepository.sha1("before"),
                        "found", TestRepository.sha1("after"))),
                result.get("mismatches"));
        assertEquals(
                List.of(Map.of("path", "odd.jar", "reason", "no SHA-1 in odd.jar.sha1: \"?\"")),
                result.get("problems"));
        assertEquals(List.of("without.jar"), result.get("pathsWithoutChecksum"));
    }

    @Test
    void sequentialFindsWhatThePoolFinds() throws IOException {
        fillWithOneOfEach();
        for (int i = 0; i < 100; i++) {
            repository.addVerifiable("many/" + i + ".jar", "content " + i);
        }

        Run pool = Run.of("--workers", 3, directory);
        Run sequential = Run.of("--sequential", directory);

        assertTrue(pool.out().contains("pool of 3: "), pool.out());
        assertTrue(sequential.out().contains("sequential: "), sequential.out());
        assertEquals(pool.exitCode(), sequential.exitCode());
        assertEquals(pool.numbers(), sequential.numbers());
        assertEquals(pool.findings(), sequential.findings());
    }

    @Test
    void compareDoesBothAndGivesTheRatio() throws IOException {
        fillWithOneOfEach();

        Run run = Run.of("--compare", directory);

        assertEquals(RepoAudit.UNCLEAN, run.exitCode());
        assertTrue(run.out().contains("\nsequential: "), run.out());
        assertTrue(run.out().contains("\npool of "), run.out());
        assertTrue(
                run.findings().stream().anyMatch(line -> line.matches("ratio: the pool was \\d+\\.\\d\\d times .*")),
                run.out());
        assertEquals(
                1,
                run.findings().stream()
                        .filter(line -> line.startsWith("MISMATCH"))
                        .count());
    }

    @Test
    void compareAsJsonHoldsBothAndTheRatio() throws IOException {
        fillWithOneOfEach();

        Map<String, Object> json =
                JsonReader.readMap(Run.of("--compare", "--json", directory).out());

        assertEquals(numbersOf(json.get("pool")), numbersOf(json.get("sequential")));
        assertEquals(true, json.get("foundTheSame"));
        assertTrue((Double) json.get("ratio") >= 0);
    }

    @Test
    void moreFilesThanTheWindowHoldsAreAllVerified() throws IOException {
        int files = 5_000;
        for (int i = 0; i < files; i++) {
            repository.addVerifiable(i % 100 + "/" + i, "");
        }

        assertEquals(files, Run.of("--workers", 1, directory).numbers().get(0));
    }

    @Test
    void theDefaultIsTheLocalMavenRepository() throws IOException {
        repository.addVerifiable("a.jar", "content");
        String before = System.setProperty("maven.repo.local", directory.toString());
        try {
            assertEquals(1L, Run.of().numbers().get(0));
        } finally {
            if (before == null) {
                System.clearProperty("maven.repo.local");
            } else {
                System.setProperty("maven.repo.local", before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--compare"})
    void theTimelineShowsWhatThePoolRan(String mode) throws IOException {
        for (int i = 0; i < 100; i++) {
            repository.addVerifiable("many/" + i + ".jar", "content " + i);
        }
        Path file = directory.resolve("timeline.json");

        Run run = mode.isEmpty()
                ? Run.of("--timeline", file, "--workers", 2, directory.resolve("many"))
                : Run.of(mode, "--timeline", file, "--workers", 2, directory.resolve("many"));

        assertEquals(RepoAudit.CLEAN, run.exitCode(), run.err());
        assertTrue(run.out().endsWith("timeline: " + file + System.lineSeparator()), run.out());
        List<?> events = (List<?>) JsonReader.readMap(Files.readString(file)).get("traceEvents");
        List<?> runs = events.stream()
                .filter(event -> ((Map<?, ?>) event).get("ph").equals("X"))
                .toList();
        assertTrue(runs.size() > 0 && runs.size() <= 100, runs::toString);
        assertTrue(runs.stream().allMatch(event -> event.toString().contains("outcome=succeeded, ")), runs::toString);
    }

    @Test
    void theTimelineIsAPageIfItsNameSaysSo() throws IOException {
        repository.addVerifiable("a.jar", "content");
        Path file = directory.resolve("timeline.html");

        assertEquals(
                RepoAudit.CLEAN, Run.of("--json", "--timeline", file, directory).exitCode());

        assertTrue(Files.readString(file).startsWith("<!DOCTYPE html>"));
    }

    @Test
    void aTimelineThatCannotBeWrittenGivesTwoAfterTheReport() throws IOException {
        repository.addVerifiable("a.jar", "content");
        Path file = Files.createDirectory(directory.resolve("timeline.html"));

        Run run = Run.of("--timeline", file, directory);

        assertEquals(RepoAudit.BAD_USAGE, run.exitCode());
        assertEquals(1L, run.numbers().get(0));
        assertTrue(run.err().startsWith("repo-audit: cannot write the timeline: "), run.err());
    }

    @Test
    void helpTellsTheExitCodes() {
        Run run = Run.of("--help");

        assertEquals(RepoAudit.CLEAN, run.exitCode());
        assertTrue(run.out().contains("Exit code: 0 "), run.out());
    }

    private void fillWithOneOfEach() throws IOException {
        repository.addVerifiable("good.jar", "good");
        Files.writeString(repository.addVerifiable("bad.jar", "before"), "after");
        repository.add("odd.jar", "content");
        repository.add("odd.jar.sha1", "?");
        repository.add("without.jar", "content");
    }

    private void link(String path, String target) throws IOException {
        Files.createSymbolicLink(directory.resolve(path), Path.of(target));
    }

    private static void assertRefused(Run run) {
        assertEquals(RepoAudit.BAD_USAGE, run.exitCode());
        assertEquals("", run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("repo-audit: "), run.err());
    }

    private static List<Long> numbersOf(Object result) {
        Map<?, ?> json = (Map<?, ?>) result;
        return List.of(
                ((Double) json.get("files")).longValue(),
                ((Double) json.get("bytes")).longValue(),
                (long) ((List<?>) json.get("mismatches")).size(),
                (long) ((List<?>) json.get("problems")).size(),
                ((Double) json.get("filesWithoutChecksum")).longValue());
    }
}
