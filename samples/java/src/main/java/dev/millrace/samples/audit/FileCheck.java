// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import dev.millrace.ThrowingFunction;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** What is done with each file: it is compared with the checksum beside it. Whatever the files do to it ends in a verdict. */
final class FileCheck implements ThrowingFunction<Path, Verdict> {
    private final Path root;
    private final LongConsumer onRead;

    /** {@code onRead} hears how many bytes were read, buffer by buffer, in the thread that checks. */
    FileCheck(Path root, LongConsumer onRead) {
        this.root = root;
        this.onRead = onRead;
    }

    /** Returns the verdict, or throws if the thread is interrupted before there is one. */
    @Override
    public Verdict apply(Path file) throws InterruptedException {
        Path path = root.relativize(file);
        try {
            Path checksum = ChecksumFile.beside(file);
            ensureRegular(checksum);
            ChecksumFile stored = ChecksumFile.read(checksum);
            Optional<String> expected = stored.sha1();
            if (expected.isEmpty()) {
                String reason = "no SHA-1 in " + checksum.getFileName() + ": \"" + stored.excerpt() + "\"";
                return new Verdict.Problem(path, reason);
            }
            ensureRegular(file);
            String found = Sha1.of(file, onRead);
            return found.equals(expected.get())
                    ? new Verdict.Verified(path)
                    : new Verdict.Mismatch(path, expected.get(), found);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while reading " + file);
        } catch (IOException e) {
            return new Verdict.Problem(path, explain(e));
        }
    }

    /** Opening a named pipe would wait for its other end. */
    private static void ensureRegular(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FileSystemException(file.toString(), null, "not a regular file");
        }
    }

    /** Names the file that could not be read, which may be the checksum, and why. */
    static String explain(IOException e) {
        String why = e.getMessage();
        Path name = null;
        if (e instanceof FileSystemException failed) {
            name = failed.getFile() == null ? null : Path.of(failed.getFile()).getFileName();
            why = failed.getReason();
        }
        if (e instanceof NoSuchFileException) {
            why = "no such file, or a link to nowhere";
        } else if (e instanceof AccessDeniedException) {
            why = "access denied";
        } else if (why == null) {
            why = e.getClass().getSimpleName();
        }
        return "cannot read " + (name == null ? "it" : name) + ": " + why;
    }
}
