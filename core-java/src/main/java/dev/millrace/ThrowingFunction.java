// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jspecify.annotations.Nullable;

/**
 * What {@link TaskExecutorService#map(Iterable, ThrowingFunction) map} calls for each item; unlike the JDK's function it
 * may throw a checked exception. Called on several threads at a time.
 *
 * @param <A> the input's type
 * @param <R> the result's type
 */
@FunctionalInterface
public interface ThrowingFunction<A extends @Nullable Object, R extends @Nullable Object> {
    /** The result for one input. */
    R apply(A input) throws Exception;
}
