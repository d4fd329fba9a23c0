// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** The {@code Error} among what a task of the storm throws. */
final class StormError extends Error {
    private static final long serialVersionUID = 1;

    StormError() {
        super("as asked", null, false, false);
    }
}
