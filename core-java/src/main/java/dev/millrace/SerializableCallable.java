// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A {@code Callable} that can travel to another JVM: a lambda of this type is serialisable if all that it captures is.
 *
 * <pre>{@code
 * cluster.submit(SerializableCallable.of(() -> render(tile)));
 * }</pre>
 *
 * @param <T> the result's type
 */
@FunctionalInterface
public interface SerializableCallable<T extends @Nullable Object> extends Callable<T>, Serializable {
    /** The lambda, of this type. */
    static <T extends @Nullable Object> SerializableCallable<T> of(SerializableCallable<T> code) {
        return code;
    }
}
