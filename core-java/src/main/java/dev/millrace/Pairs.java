// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Two inputs of a map as one. Python: {@code zip}. */
final class Pairs {
    private Pairs() {}

    /** The pairs, as long as both have one; a collection, which knows its size, if both are. */
    static <A extends @Nullable Object, B extends @Nullable Object> Iterable<Pair<A, B>> of(
            Iterable<? extends A> first, Iterable<? extends B> second) {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(second, "second");
        if (!(first instanceof Collection && second instanceof Collection)) {
            return () -> new Zip<>(first.iterator(), second.iterator());
        }
        return new AbstractCollection<Pair<A, B>>() {
            @Override
            public Iterator<Pair<A, B>> iterator() {
                return new Zip<>(first.iterator(), second.iterator());
            }

            @Override
            public int size() {
                return Math.min(((Collection<?>) first).size(), ((Collection<?>) second).size());
            }
        };
    }

    static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            ThrowingFunction<Pair<A, B>, R> unpacking(ThrowingBiFunction<? super A, ? super B, ? extends R> fn) {
        Objects.requireNonNull(fn, "fn");
        return new Unpacking<>(fn);
    }

    /** No lambda: it may have to travel to another JVM. */
    private static final class Unpacking<
                    A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            implements ThrowingFunction<Pair<A, B>, R>, Serializable {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // whether it is serializable shows when it is sent
        private final ThrowingBiFunction<? super A, ? super B, ? extends R> fn;

        Unpacking(ThrowingBiFunction<? super A, ? super B, ? extends R> fn) {
            this.fn = fn;
        }

        @Override
        public R apply(Pair<A, B> pair) throws Exception {
            return fn.apply(pair.first, pair.second);
        }
    }

    static final class Pair<A extends @Nullable Object, B extends @Nullable Object> implements Serializable {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial")
        private final A first;

        @SuppressWarnings("serial")
        private final B second;

        private Pair(A first, B second) {
            this.first = first;
            this.second = second;
        }
    }

    private static final class Zip<A extends @Nullable Object, B extends @Nullable Object>
            implements Iterator<Pair<A, B>> {
        private final Iterator<? extends A> first;
        private final Iterator<? extends B> second;

        Zip(Iterator<? extends A> first, Iterator<? extends B> second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public boolean hasNext() {
            return first.hasNext() && second.hasNext();
        }

        @Override
        public Pair<A, B> next() {
            return new Pair<>(first.next(), second.next());
        }
    }
}
