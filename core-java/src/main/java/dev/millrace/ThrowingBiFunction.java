// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jspecify.annotations.Nullable;

/**
 * What {@link TaskExecutorService#map(Iterable, Iterable, ThrowingBiFunction) map} over two inputs calls for each pair.
 * Called on several threads at a time.
 *
 * @param <A> the first input's type
 * @param <B> the second input's type
 * @param <R> the result's type
 */
@FunctionalInterface
public interface ThrowingBiFunction<
        A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> {
    /** The result for one pair. */
    R apply(A first, B second) throws Exception;
}
