// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** Whether this JVM has the Flight Recorder; {@link Flight} may be touched only then. */
final class Jfr {
    static final boolean EXISTS = exists();

    private Jfr() {}

    private static boolean exists() {
        try {
            Class.forName("jdk.jfr.Event", false, Jfr.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            // Android, or a runtime that was linked without it.
            return false;
        }
    }
}
