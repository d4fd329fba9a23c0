// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.ThreadLocalRandom;

/** How long tasks wait and run. */
final class Times {
    final Histogram waits = new Histogram();
    final Histogram runs = new Histogram();
    private final Backend backend;

    Times(Backend backend) {
        this.backend = backend;
        // Here there is stack to spare: if its first use overflowed the stack, nobody could use it any more.
        ThreadLocalRandom unused = ThreadLocalRandom.current();
    }

    long now() {
        return backend.nanoTime();
    }
}
