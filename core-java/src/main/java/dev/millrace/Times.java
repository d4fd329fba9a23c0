// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** How long tasks wait and run. */
final class Times {
    final Histogram waits = new Histogram();
    final Histogram runs = new Histogram();
    private final Backend backend;

    Times(Backend backend) {
        this.backend = backend;
    }

    long now() {
        return backend.nanoTime();
    }
}
