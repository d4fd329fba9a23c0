// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Goes through a directory and hands out the files that have a checksum, one at a time: it goes no further than it is
 * asked to, and keeps no more than the directories that lead to where it is. Symbolic links are followed, so what is
 * reached by two ways is met twice; one that leads back into a directory above it is not entered again. Used by one
 * thread.
 */
final class RepositoryWalk implements Iterator<Path>, AutoCloseable {
    /** Hears what is met on the way. */
    interface Listener {
        void fileWithoutChecksum(Path file);

        void checksumWithoutFile(Path file);

        void unreadable(Path file, IOException why);

        /** There are no more; so many files were found to have a checksum. */
        void foundAll(long files);

        /** Asked at each file and directory; after a stop there is no next file. */
        boolean isStopped();
    }

    private final Listener listener;
    /** From where the walk is up to its root. */
    private final Deque<OpenDirectory> open = new ArrayDeque<>();
    /** Null: not looked for yet, or there is none. */
    private Path next;

    private long found;
    private boolean atEnd;

    RepositoryWalk(Path root, Listener listener) {
        this.listener = listener;
        meet(root);
    }

    // It is tempting to take Files.walk. Don't: it ends at the first directory that cannot be read.
    @Override
    public boolean hasNext() {
        while (next == null && !atEnd && !listener.isStopped()) {
            goOn();
        }
        return next != null;
    }

    @Override
    public Path next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + found + " files were handed out");
        }
        Path file = next;
        next = null;
        return file;
    }

    /** Whether it is known that there are no more: never after a stop that came before. */
    boolean isAtEnd() {
        return atEnd;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            leave(open.pop());
        }
    }

    private void goOn() {
        if (open.isEmpty()) {
            atEnd = true;
            listener.foundAll(found);
            return;
        }
        OpenDirectory here = open.element();
        try {
            if (here.entries.hasNext()) {
                meet(here.entries.next());
                return;
            }
        } catch (DirectoryIteratorException e) {
            listener.unreadable(here.path, e.getCause());
        }
        leave(open.pop());
    }

    private void meet(Path path) {
        try {
            BasicFileAttributes attributes = attributes(path);
            if (!attributes.isDirectory()) {
                meetFile(path);
            } else if (!isAbove(path, attributes.fileKey())) {
                open.push(new OpenDirectory(path, attributes.fileKey()));
            }
        } catch (IOException e) {
            listener.unreadable(path, e);
        }
    }

    /** Of what a link leads to, or of the link if that is nowhere. */
    private static BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException e) {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private boolean isAbove(Path directory, Object key) throws IOException {
        for (OpenDirectory above : open) {
            boolean haveKeys = key != null && above.key != null;
            boolean same = haveKeys ? key.equals(above.key) : Files.isSameFile(directory, above.path);
            if (same) {
                return true;
            }
        }
        return false;
    }

    private void meetFile(Path file) {
        String name = file.getFileName().toString();
        if (Files.exists(ChecksumFile.beside(file), LinkOption.NOFOLLOW_LINKS)) {
            found++;
            next = file;
        } else if (name.endsWith(ChecksumFile.SUFFIX)) {
            meetChecksum(file, name);
        } else if (!SideFiles.isSideFile(name)) {
            listener.fileWithoutChecksum(file);
        }
    }

    /** A file beside it is met on its own; here counts only that there is one. */
    private void meetChecksum(Path checksum, String name) {
        Path file = checksum.resolveSibling(name.substring(0, name.length() - ChecksumFile.SUFFIX.length()));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(file)) {
            listener.checksumWithoutFile(file);
        }
    }

    private void leave(OpenDirectory directory) {
        try {
            directory.stream.close();
        } catch (IOException e) {
            listener.unreadable(directory.path, e);
        }
    }

    private static final class OpenDirectory {
        private final Path path;
        /** What tells it from others; null where the file system has no such thing. */
        private final Object key;

        private final DirectoryStream<Path> stream;
        private final Iterator<Path> entries;

        @SuppressWarnings("StreamResourceLeak") // leave() closes it
        OpenDirectory(Path path, Object key) throws IOException {
            this.path = path;
            this.key = key;
            stream = Files.newDirectoryStream(path);
            entries = stream.iterator();
        }
    }
}
