// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a map of two inputs over another JVM's workers calls for each pair; see {@link SerializableCallable}.
 *
 * @param <A> the first input's type
 * @param <B> the second input's type
 * @param <R> the result's type
 */
@FunctionalInterface
public interface SerializableBiFunction<
                A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
        extends ThrowingBiFunction<A, B, R>, Serializable {
    /** The lambda, of this type. */
    static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            SerializableBiFunction<A, B, R> of(SerializableBiFunction<A, B, R> code) {
        return code;
    }
}
