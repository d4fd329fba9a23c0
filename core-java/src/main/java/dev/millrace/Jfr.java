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

    /** The events have been loaded, or cannot be. */
    private static volatile boolean isLoaded;

    private static volatile boolean isBroken;

    /**
     * It is tempting to ask an event whether it is enabled. Don't: to load the first class of events takes a fifth of a
     * second, which a program's first task would pay.
     */
    static boolean isInUse() {
        return EXISTS && Recorder.isInUse() && (isLoaded || load());
    }

    /** Most often a new pool or a worker comes first. Where the first is a task with no stack left, there are no events. */
    private static boolean load() {
        if (!isBroken) {
            try {
                Flight.load();
                isLoaded = true;
            } catch (LinkageError | StackOverflowError | OutOfMemoryError e) {
                isBroken = true;
            }
        }
        return isLoaded;
    }

    /** What knows the class that may lack. */
    private static final class Recorder {
        static boolean isInUse() {
            return FlightRecorder.isInitialized();
        }
    }
}
