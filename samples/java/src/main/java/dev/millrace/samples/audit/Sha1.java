// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** Streams a file through SHA-1. */
final class Sha1 {
    private static final int BUFFER_BYTES = 128 * 1024;

    private Sha1() {}

    /**
     * The file's SHA-1 in lower case.
     *
     * @param onRead hears how many bytes were read, buffer by buffer
     * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted, in the middle of a read too
     */
    static String of(Path file, LongConsumer onRead) throws IOException {
        MessageDigest digest = sha1();
        // A channel and no stream: its reads end when the thread is interrupted.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
                digest.update(buffer.flip());
                buffer.clear();
                onRead.accept(read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }
}
