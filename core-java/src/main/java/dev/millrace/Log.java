// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the library has to say by itself, to the logger {@code dev.millrace}. */
enum Log {
    FINE,
    WARNING,
    SEVERE;

    /** Called once where there is stack to spare: a class whose first use overflows the stack cannot be used again. */
    static void load() {}

    /** Logs; what a handler throws must not end up between two lines of ours. */
    void write(@Nullable Throwable thrown, Supplier<String> message) {
        try {
            Jul.write(this, thrown, message);
        } catch (NoClassDefFoundError noLogging) {
            // A runtime that was linked without java.logging.
            if (this != FINE) {
                Callbacks.uncaught(new IllegalStateException(message.get(), thrown));
            }
        } catch (Throwable fromHandler) {
            Callbacks.uncaught(fromHandler);
        }
    }

    /** What knows the JDK's logging. */
    private static final class Jul {
        static void write(Log severity, @Nullable Throwable thrown, Supplier<String> message) {
            Level level = severity == FINE ? Level.FINE : severity == WARNING ? Level.WARNING : Level.SEVERE;
            // Not a constant: the first logger of a program costs twenty milliseconds, which its first task would pay.
            Logger.getLogger("dev.millrace").log(level, thrown, message);
        }
    }
}
