// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.security.AccessController;
import java.security.PrivilegedAction;

/**
 * Makes threads that take nothing over from whoever happens to need one: no inheritable thread-local, which may belong
 * to another task, or to an application that a shared thread outlives; nor, up to JDK 23, the protection domains of the
 * callers, which hold their class loaders.
 */
final class OwnThread {
    private OwnThread() {}

    /** A stack of zero bytes stands for the usual one. */
    static Thread of(Runnable action, String name, long stackBytes) {
        try {
            return Unprivileged.make(action, name, stackBytes);
        } catch (NoClassDefFoundError newerJdk) {
            // AccessController is to be removed; where it is gone, there are no protection domains to inherit.
            return make(action, name, stackBytes);
        }
    }

    /** Where threads inherit their makers' protection domains: with none but that of this class. */
    private static final class Unprivileged {
        static Thread make(Runnable action, String name, long stackBytes) {
            // No lambda: what a program's first one costs is paid by its first task.
            return AccessController.doPrivileged(new PrivilegedAction<Thread>() {
                @Override
                public Thread run() {
                    return OwnThread.make(action, name, stackBytes);
                }
            });
        }
    }

    /** Not by reflection, whose first use takes tens of milliseconds on a new JDK. */
    @MayLack
    private static Thread make(Runnable action, String name, long stackBytes) {
        try {
            return new Thread(null, action, name, stackBytes, false);
        } catch (NoSuchMethodError olderAndroid) {
            return new Thread(null, action, name, stackBytes);
        }
    }
}

/** Calls what the oldest Android lacks, and does without it there: the build's check of signatures passes over it. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
@interface MayLack {}
