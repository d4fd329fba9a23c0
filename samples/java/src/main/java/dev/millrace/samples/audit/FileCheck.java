package dev.millrace.samples.audit;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;

/** The task: compares one file with the checksum beside it. Whatever the files do to it ends in a verdict. */
final class FileCheck implements Callable<Verdict> {
    private final Path root;
    private final Path file;
    private final Path checksum;
    private final LongConsumer onRead;

    /** {@code onRead} hears how many bytes were read, buffer by buffer, in the thread that checks. */
    FileCheck(Path root, Path file, Path checksum, LongConsumer onRead) {
        this.root = root;
        this.file = file;
        this.checksum = checksum;
        this.onRead = onRead;
    }

    Path file() {
        return file;
    }

    /** Returns the verdict, or throws if the thread is interrupted before there is one. */
    @Override
    public Verdict call() throws InterruptedException {
        try {
            ensureRegular(checksum);
            ChecksumFile stored = ChecksumFile.read(checksum);
            Optional<String> expected = stored.sha1();
            if (expected.isEmpty()) {
                return problem("no SHA-1 in " + checksum.getFileName() + ": \"" + stored.excerpt() + "\"");
            }
            ensureRegular(file);
            String found = Sha1.of(file, onRead);
            Path path = root.relativize(file);
            return found.equals(expected.get())
                    ? new Verdict.Verified(path)
                    : new Verdict.Mismatch(path, expected.get(), found);
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while reading " + file);
        } catch (IOException e) {
            return problem(explain(e));
        }
    }

    private Verdict problem(String reason) {
        return new Verdict.Problem(root.relativize(file), reason);
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
