// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** Which form of the search runs: {@code -Dtrust=short} or {@code long}. */
final class Trust {
    static final boolean IS_LONG = System.getProperty("trust", "short").equals("long");

    private Trust() {}
}
