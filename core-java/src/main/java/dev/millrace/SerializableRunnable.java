// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;

/** A {@code Runnable} that can travel to another JVM; see {@link SerializableCallable}. */
@FunctionalInterface
public interface SerializableRunnable extends Runnable, Serializable {
    /** The lambda, of this type. */
    static SerializableRunnable of(SerializableRunnable code) {
        return code;
    }
}
