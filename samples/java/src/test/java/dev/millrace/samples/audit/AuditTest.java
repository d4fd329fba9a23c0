// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
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
    void aFileThatVanishesBetweenWalkAndReadIsAProblem() throws Exception {
        Path vanishing = repository.addVerifiable("a.jar", "content");
        FileCheck check = new FileCheck(directory, bytes -> {});
        Files.delete(vanishing);

        assertEquals(
                new Verdict.Problem(Path.of("a.jar"), "cannot read a.jar: no such file, or a link to nowhere"),
                check.apply(vanishing));
    }

    /** Tolerance: one second, which is what the program promises for Ctrl-C. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void stopEndsTheRunWithinASecondInTheMiddleOfAFile(int workers) throws Exception {
        repository.addEndless("endless.jar");
        Reading reading = new Reading();
        Audit audit = new Audit(directory, workers, false, reading);
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
        Audit audit = new Audit(directory, 2, false, new Reading() {
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
        Audit audit = new Audit(directory, workers, false, Progress.NONE);

        audit.stop();
        AuditResult result = audit.run();

        assertFalse(result.complete());
        assertEquals(0, result.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aStopAfterTheRunChangesNothing(int workers) throws IOException {
        repository.addVerifiable("good.jar", "good");
        Audit audit = new Audit(directory, workers, false, Progress.NONE);

        AuditResult result = audit.run();
        audit.stop();

        assertTrue(result.complete());
        assertEquals(result, audit.soFar());
        assertFalse(Thread.interrupted());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void progressHearsOfAllBytesOfAllFilesAndOfTheEndOfTheWalk(int workers) throws IOException {
        repository.addVerifiable("a.jar", "12345");
        repository.addVerifiable("b.jar", "678");
        Reading reading = new Reading();

        new Audit(directory, workers, false, reading).run();

        assertEquals(8, reading.bytes.get());
        assertEquals(2, reading.done.get());
        assertEquals(2, reading.found.get());
    }

    /** What is in memory at a time is bounded, however many files there are. */
    @Test
    void noMoreThanAWindowOfFilesIsTakenAheadOfTheVerdicts() throws IOException {
        Path file = repository.addVerifiable("a.jar", "content");
        AtomicLong taken = new AtomicLong();
        AtomicLong judged = new AtomicLong();
        AtomicLong mostAhead = new AtomicLong();
        Iterator<Path> files = Stream.generate(() -> file)
                .limit(5_000)
                .peek(next -> mostAhead.accumulateAndGet(taken.incrementAndGet() - judged.get(), Math::max))
                .iterator();
        Checker checker = new PoolChecker(2, new FileCheck(directory, bytes -> {}), Progress.NONE, null);

        boolean all = checker.check(files, verdict -> judged.incrementAndGet());

        assertTrue(all);
        assertEquals(5_000, judged.get());
        // One more: the verdict that asks for the next file is not counted yet.
        assertTrue(mostAhead.get() <= 1024 + 1, () -> mostAhead + " files ahead");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aBugEndsTheRunWithItself(int workers) throws IOException {
        repository.addVerifiable("a.jar", "content");
        IllegalStateException bug = new IllegalStateException("a bug");
        Audit audit = new Audit(directory, workers, false, new Reading() {
            @Override
            public void read(long bytes) {
                throw bug;
            }
        });

        assertSame(bug, assertThrows(IllegalStateException.class, audit::run));
    }

    private static void start(Runnable code) {
        Thread thread = new Thread(code, "audit-test");
        thread.setDaemon(true);
        thread.start();
    }

    /** Tells that a file is being read, and counts. */
    private static class Reading implements Progress {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong found = new AtomicLong();

        @Override
        public void read(long more) {
            bytes.addAndGet(more);
            begun.countDown();
        }

        @Override
        public void done(long files) {
            done.set(files);
        }

        @Override
        public void foundAll(long files) {
            found.set(files);
        }

        @Override
        public void close() {}
    }
}
