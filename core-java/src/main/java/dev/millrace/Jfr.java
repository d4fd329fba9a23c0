// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import jdk.jfr.FlightRecorder;

/** Whether this JVM has the Flight Recorder, and has begun to use it; {@link Flight} may be touched only then. */
final class Jfr {
    static final boolean EXISTS = exists();

    private Jfr() {}

    private static boolean exists() {
        try {
            Class.forName("jdk.jfr.FlightRecorder", false, Jfr.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            // Android, or a runtime that was linked without it.
            return false;
        }
    }

    /**
     * It is tempting to ask an event whether it is enabled. Don't: to load the first class of events takes a fifth of a
     * second, which a program's first task would pay.
     */
    static boolean isInUse() {
        return EXISTS && Recorder.isInUse();
    }

    /** What knows the class that may lack. */
    private static final class Recorder {
        static boolean isInUse() {
            return FlightRecorder.isInitialized();
        }
    }
}
