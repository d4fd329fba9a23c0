// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A directory that tests fill with files and checksums. */
record TestRepository(Path directory) {
    static final String WRONG_SHA1 = "0123456789abcdef0123456789abcdef01234567";

    /** So big that no test reads it to its end, and sparse, so that it needs no disk. */
    private static final long ENDLESS_BYTES = 1L << 38;

    Path add(String path, String content) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    /** A file with the right checksum beside it. */
    Path addVerifiable(String path, String content) throws IOException {
        add(path + ".sha1", sha1(content) + "\n");
        return add(path, content);
    }

    Path addEndless(String path) throws IOException {
        Path file = add(path, "");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(ENDLESS_BYTES);
        }
        add(path + ".sha1", WRONG_SHA1);
        return file;
    }

    static String sha1(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
