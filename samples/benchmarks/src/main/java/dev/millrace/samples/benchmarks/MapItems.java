// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.infra.Blackhole;

/** 100,000 items, and a function that takes about 100 ns for each. */
final class MapItems {
    private static final int ITEMS = 100_000;
    private static final int ITEM_NANOS = 100;

    private final List<Integer> list = IntStream.range(0, ITEMS).boxed().collect(Collectors.toList());
    private final long tokens = Work.tokens(ITEM_NANOS);

    List<Integer> list() {
        return list;
    }

    int work(int item) {
        Blackhole.consumeCPU(tokens);
        return item;
    }
}
