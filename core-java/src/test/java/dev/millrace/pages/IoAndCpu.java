// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.MapOptions;
import dev.millrace.ThreadPool;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class IoAndCpu {
    private final ThreadPool reading = ThreadPool.builder().name("reading").build();
    private final ThreadPool computing = ThreadPool.builder().name("computing").build();
    private final List<String> told = new ArrayList<>();

    private String checksum(byte[] content) {
        return Thread.currentThread().getName().replaceAll("-.*", "") + " " + Arrays.hashCode(content);
    }

    private boolean isPrime(int number) {
        return BigInteger.valueOf(number).isProbablePrime(20);
    }

    private void show(String line) {
        told.add(line);
    }

    void oneAfterTheOther() throws IOException {
        List<Path> files = List.of(Path.of("pom.xml"), Path.of("README.md"));
        // shown
        try (Stream<byte[]> contents = reading.map(files, Files::readAllBytes);
                Stream<String> sums = computing.map(contents::iterator, this::checksum)) {
            sums.forEach(this::show);
        }
        shown();
        List<String> expected = new ArrayList<>();
        for (Path file : files) {
            expected.add("computing " + Arrays.hashCode(Files.readAllBytes(file)));
        }
        assertEquals(expected, told);
        reading.close();
        computing.close();
    }

    void manyShortOnes() {
        List<Integer> numbers = IntStream.range(0, 10_000).boxed().toList();
        // shown
        long primes = computing
                .map(numbers, this::isPrime, MapOptions.chunk(MapOptions.AUTO))
                .filter(prime -> prime)
                .count();
        shown();
        assertEquals(1_229, primes);
        computing.close();
        reading.close();
    }
}
