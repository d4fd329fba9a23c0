// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;

/** The numbers from 0 as an input of a map, which counts how many were read. For one reader. */
final class Numbers implements Iterable<Integer> {
    private final int end;
    private final RuntimeException failure;
    private final AtomicInteger read = new AtomicInteger();

    private Numbers(int end, RuntimeException failure) {
        this.end = end;
        this.failure = failure;
    }

    static Numbers endless() {
        return new Numbers(Integer.MAX_VALUE, null);
    }

    static Numbers upTo(int end) {
        return new Numbers(end, null);
    }

    /** Throws when asked for the one after those. */
    static Numbers failingAfter(int count, RuntimeException failure) {
        return new Numbers(count, failure);
    }

    int read() {
        return read.get();
    }

    @Override
    public Iterator<Integer> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return read.get() < end || failure != null;
            }

            @Override
            public Integer next() {
                if (read.get() < end) {
                    return read.getAndIncrement();
                }
                throw failure == null ? new NoSuchElementException() : failure;
            }
        };
    }
}
