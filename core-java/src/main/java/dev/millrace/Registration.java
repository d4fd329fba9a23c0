// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** A callback's place in a future's list, so that it can be taken back. Thread-safe. */
@FunctionalInterface
public interface Registration {
    /**
     * Takes the callback back, so that the future no longer refers to it.
     *
     * @return true if it will never run; false if it has run, is about to, or was taken back before
     */
    boolean remove();
}
