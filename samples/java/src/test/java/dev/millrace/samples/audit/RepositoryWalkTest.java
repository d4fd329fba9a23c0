// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RepositoryWalkTest {
    @TempDir
    private Path directory;

    private final Heard heard = new Heard();
    private TestRepository repository;

    @BeforeEach
    void create() {
        repository = new TestRepository(directory);
    }

    @Test
    void eachFileWithChecksumIsHandedOutOnceHoweverDeepItLies() throws IOException {
        Set<Path> expected = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            expected.add(repository.addVerifiable(i + "/" + "deeper/".repeat(i % 7) + i + ".jar", "content"));
        }

        Set<Path> found = new HashSet<>();
        try (RepositoryWalk walk = new RepositoryWalk(directory, heard)) {
            while (walk.hasNext()) {
                assertTrue(walk.hasNext(), "asking twice takes nothing");
                assertTrue(found.add(walk.next()));
            }
            assertTrue(walk.isAtEnd());
            assertThrows(NoSuchElementException.class, walk::next);
        }

        assertEquals(expected, found);
        assertEquals(List.of(50L), heard.totals);
    }

    @Test
    void itGoesNoFurtherThanItIsAskedTo() throws IOException {
        for (int i = 0; i < 100; i++) {
            repository.addVerifiable(i + "/" + i + ".jar", "content");
        }

        try (RepositoryWalk walk = new RepositoryWalk(directory, heard)) {
            walk.next();

            assertTrue(heard.asked < 10, () -> heard.asked + " files and directories were met for one file");
            assertFalse(walk.isAtEnd());
        }
        assertEquals(List.of(), heard.totals);
    }

    @Test
    void afterAStopThereIsNoNextFileAndNoTotal() throws IOException {
        repository.addVerifiable("a.jar", "content");
        repository.addVerifiable("b.jar", "content");

        try (RepositoryWalk walk = new RepositoryWalk(directory, heard)) {
            walk.next();
            heard.stopped = true;

            assertFalse(walk.hasNext());
            assertFalse(walk.isAtEnd());
        }
        assertEquals(List.of(), heard.totals);
    }

    @Test
    void aDirectoryThatIsGoneIsUnreadableAndTheEnd() {
        Path gone = directory.resolve("gone");

        try (RepositoryWalk walk = new RepositoryWalk(gone, heard)) {
            assertFalse(walk.hasNext());
            assertTrue(walk.isAtEnd());
        }

        assertEquals(List.of(gone), heard.unreadable);
        assertEquals(List.of(0L), heard.totals);
    }

    private static final class Heard implements RepositoryWalk.Listener {
        private final List<Path> unreadable = new ArrayList<>();
        private final List<Long> totals = new ArrayList<>();
        private int asked;
        private boolean stopped;

        @Override
        public void fileWithoutChecksum(Path file) {}

        @Override
        public void checksumWithoutFile(Path file) {}

        @Override
        public void unreadable(Path file, IOException why) {
            unreadable.add(file);
        }

        @Override
        public void foundAll(long files) {
            totals.add(files);
        }

        @Override
        public boolean isStopped() {
            asked++;
            return stopped;
        }
    }
}
