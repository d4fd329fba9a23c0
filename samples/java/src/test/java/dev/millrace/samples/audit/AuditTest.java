package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class AuditTest {
    @TempDir
    private Path directory;

    private TestRepository repository;

    @BeforeEach
    void create() {
        repository = new TestRepository(directory);
    }

    @Test
    void aFileThatVanishesBetweenWalkAndReadIsAProblem() throws IOException {
        Path vanishing = repository.addVerifiable("a.jar", "content");
        repository.addVerifiable("good.jar", "good");

        AuditResult result = new Audit(
                        directory, 0, false, Progress.NONE, verdicts -> new DeletingChecker(vanishing, verdicts))
                .run();

        assertEquals(
                List.of(new Verdict.Problem(Path.of("a.jar"), "cannot read a.jar: no such file, or a link to nowhere")),
                result.problems());
        assertEquals(1, result.files());
        assertTrue(result.complete());
    }

    /** Tolerance: one second, which is what the program promises for Ctrl-C. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void stopEndsTheRunWithinASecondInTheMiddleOfAFile(int workers) throws Exception {
        repository.addEndless("endless.jar");
        Reading reading = new Reading();
        Audit audit = Audit.of(directory, workers, false, reading);
        CompletableFuture<AuditResult> run = CompletableFuture.supplyAsync(audit::run, AuditTest::start);
        reading.begun.await();

        audit.stop();
        AuditResult result = run.get(1, TimeUnit.SECONDS);

        assertFalse(result.complete());
        assertEquals(0, result.files());
        assertTrue(result.bytes() > 0);
        assertTrue(result.isClean());
    }

    @Test
    void whatWasDoneBeforeTheStopIsInTheResult() throws Exception {
        repository.addEndless("endless.jar");
        Files.writeString(repository.addVerifiable("bad.jar", "before"), "after");
        CountDownLatch judged = new CountDownLatch(1);
        CompletableFuture<Audit> self = new CompletableFuture<>();
        Audit audit = Audit.of(directory, 2, false, new Reading() {
            @Override
            public void read(long bytes) {
                if (self.join().soFar().files() == 1) {
                    judged.countDown();
                }
            }
        });
        self.complete(audit);
        CompletableFuture<AuditResult> run = CompletableFuture.supplyAsync(audit::run, AuditTest::start);
        judged.await();

        audit.stop();
        AuditResult result = run.get(1, TimeUnit.SECONDS);

        assertFalse(result.complete());
        assertEquals(1, result.files());
        assertEquals(1, result.mismatches().size());
        assertEquals(List.of(), result.problems());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aStopBeforeTheRunLeavesNothingToDo(int workers) throws IOException {
        repository.addEndless("endless.jar");
        Audit audit = Audit.of(directory, workers, false, Progress.NONE);

        audit.stop();
        AuditResult result = audit.run();

        assertFalse(result.complete());
        assertEquals(0, result.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aStopAfterTheRunChangesNothing(int workers) throws IOException {
        repository.addVerifiable("good.jar", "good");
        Audit audit = Audit.of(directory, workers, false, Progress.NONE);

        AuditResult result = audit.run();
        audit.stop();

        assertTrue(result.complete());
        assertEquals(result, audit.soFar());
        assertFalse(Thread.interrupted());
    }

    @Test
    void progressHearsOfAllBytesAndOfTheEndOfTheWalk() throws IOException {
        repository.addVerifiable("a.jar", "12345");
        repository.addVerifiable("b.jar", "678");
        Reading reading = new Reading();

        Audit.of(directory, 0, false, reading).run();

        assertEquals(8, reading.foundBytes);
        assertEquals(8, reading.readBytes);
        assertTrue(reading.foundAll);
    }

    private static void start(Runnable code) {
        Thread thread = new Thread(code, "audit-test");
        thread.setDaemon(true);
        thread.start();
    }

    /** Tells that a file is being read. The counts are for tests without a pool. */
    private static class Reading implements Progress {
        private final CountDownLatch begun = new CountDownLatch(1);
        private long foundBytes;
        private long readBytes;
        private boolean foundAll;

        @Override
        public void found(long bytes) {
            foundBytes += bytes;
        }

        @Override
        public void foundAll() {
            foundAll = true;
        }

        @Override
        public void read(long bytes) {
            readBytes += bytes;
            begun.countDown();
        }

        @Override
        public void close() {}
    }

    /** Deletes a file just before it is checked. */
    private static final class DeletingChecker implements Checker {
        private final Path vanishing;
        private final Checker checker;

        DeletingChecker(Path vanishing, Consumer<Verdict> verdicts) {
            this.vanishing = vanishing;
            checker = new SequentialChecker(verdicts);
        }

        @Override
        public boolean check(FileCheck check) {
            if (check.file().equals(vanishing)) {
                delete();
            }
            return checker.check(check);
        }

        private void delete() {
            try {
                Files.delete(vanishing);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void finish() {
            checker.finish();
        }

        @Override
        public void stop() {
            checker.stop();
        }
    }
}
