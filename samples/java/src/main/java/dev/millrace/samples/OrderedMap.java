// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.ThreadPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads the files of a directory several at a time; the answers come in the order of the names all the same. */
public final class OrderedMap {
    private OrderedMap() {}

    public static void main(String[] args) throws IOException {
        countLines(Path.of(args.length > 0 ? args[0] : "."), System.out::println);
    }

    static void countLines(Path directory, Consumer<String> out) throws IOException {
        try (ThreadPool pool = ThreadPool.of(4);
                Stream<String> answers = pool.map(filesIn(directory), OrderedMap::describe)) {
            answers.forEach(out);
        }
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Runs on the pool. What it throws is thrown to the consumer, where this file's answer would stand. */
    private static String describe(Path file) throws IOException {
        return file.getFileName() + ": " + Files.readAllLines(file).size() + " lines";
    }
}
