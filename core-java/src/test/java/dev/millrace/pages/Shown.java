// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The lines between the comment {@code // shown} and the call {@code shown()} stand in README or in a guide, word for word.
 * The call says that they have run.
 */
public final class Shown {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Shown() {}

    /** Stands below the lines that a page shows. */
    static void shown() {
        COUNT.incrementAndGet();
    }

    /** How often that was called. */
    public static int count() {
        return COUNT.get();
    }
}
