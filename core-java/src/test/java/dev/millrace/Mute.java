// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** An exception that cannot tell what it is: the user's code in it throws. */
final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
        throw new IllegalStateException("has no message");
    }

    @Override
    public String toString() {
        throw new IllegalStateException("has no text");
    }
}
