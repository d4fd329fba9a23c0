package dev.millrace.samples.audit;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;

/**
 * Goes through a directory and says of each file whether it has a checksum. Symbolic links are followed, so what is
 * reached by two ways is met twice; one that leads back into a directory above it is not entered again.
 */
final class RepositoryWalk implements FileVisitor<Path> {
    /** Hears what is met, in the thread that walks. */
    interface Listener {
        /** Returns whether to walk on. */
        boolean fileWithChecksum(Path file, Path checksum, long bytes);

        void fileWithoutChecksum(Path file);

        void checksumWithoutFile(Path file);

        void unreadable(Path file, IOException why);

        /** Asked at each file and directory. */
        boolean isStopped();
    }

    private final Listener listener;

    private RepositoryWalk(Listener listener) {
        this.listener = listener;
    }

    /** Returns whether it went to the end. */
    static boolean walk(Path directory, Listener listener) {
        try {
            Files.walkFileTree(
                    directory,
                    EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                    Integer.MAX_VALUE,
                    new RepositoryWalk(listener));
        } catch (IOException e) {
            listener.unreadable(directory, e);
        }
        return !listener.isStopped();
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        return goOn(!listener.isStopped());
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        String name = file.getFileName().toString();
        Path checksum = file.resolveSibling(name + ChecksumFile.SUFFIX);
        if (Files.exists(checksum, LinkOption.NOFOLLOW_LINKS)) {
            return goOn(listener.fileWithChecksum(file, checksum, attributes.size()));
        }
        if (name.endsWith(ChecksumFile.SUFFIX)) {
            visitChecksum(file, name);
        } else if (!SideFiles.isSideFile(name)) {
            listener.fileWithoutChecksum(file);
        }
        return goOn(!listener.isStopped());
    }

    /** A file beside it is met on its own; here counts only that there is one. */
    private void visitChecksum(Path checksum, String name) {
        Path file = checksum.resolveSibling(name.substring(0, name.length() - ChecksumFile.SUFFIX.length()));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(file)) {
            listener.checksumWithoutFile(file);
        }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException why) {
        if (!(why instanceof FileSystemLoopException)) {
            listener.unreadable(file, why);
        }
        return goOn(!listener.isStopped());
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException why) {
        if (why != null) {
            listener.unreadable(directory, why);
        }
        return goOn(!listener.isStopped());
    }

    private static FileVisitResult goOn(boolean on) {
        return on ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }
}
