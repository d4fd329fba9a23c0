// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a map over another JVM's workers calls for each item; see {@link SerializableCallable}.
 *
 * <pre>{@code
 * cluster.map(tiles, SerializableFunction.of(Mandelbrot::render), MapOptions.chunk(MapOptions.AUTO));
 * }</pre>
 *
 * @param <A> the input's type
 * @param <R> the result's type
 */
@FunctionalInterface
public interface SerializableFunction<A extends @Nullable Object, R extends @Nullable Object>
        extends ThrowingFunction<A, R>, Serializable {
    /** The lambda, of this type. */
    static <A extends @Nullable Object, R extends @Nullable Object> SerializableFunction<A, R> of(
            SerializableFunction<A, R> code) {
        return code;
    }
}
