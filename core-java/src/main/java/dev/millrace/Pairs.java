package dev.millrace;

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
        return pair -> fn.apply(pair.first, pair.second);
    }

    static final class Pair<A extends @Nullable Object, B extends @Nullable Object> {
        private final A first;
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
