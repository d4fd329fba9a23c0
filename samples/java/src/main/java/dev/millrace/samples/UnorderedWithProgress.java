// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.MapOptions;
import dev.millrace.MapProgress;
import dev.millrace.ThreadPool;
import dev.millrace.ThrowingFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Takes answers as they come, so that one slow file holds up nobody, and tells how far it is. */
public final class UnorderedWithProgress {
    private UnorderedWithProgress() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args.length > 0 ? args[0] : ".");
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> files = tree.filter(Files::isRegularFile).toList();
            answer(files, UnorderedWithProgress::checksum, System.out::println, System.err::println);
        }
    }

    /** {@code progress} hears of it ten times a second at most, and once at the end. */
    static void answer(
            List<Path> files,
            ThrowingFunction<Path, String> question,
            Consumer<String> out,
            Consumer<MapProgress> progress) {
        MapOptions asTheyCome = MapOptions.unordered().withProgress(progress);
        try (ThreadPool pool = ThreadPool.of(4);
                Stream<String> answers = pool.map(files, question, asTheyCome)) {
            answers.forEach(out);
        }
    }

    private static String checksum(Path file) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(Files.readAllBytes(file));
        return String.format("%08x %s", crc.getValue(), file);
    }
}
