// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Code of ours that runs what the user submitted, and stands for it. */
abstract class Wrapped implements Callable<@Nullable Object>, Droppable {
    private final Object original;

    Wrapped(Object original) {
        this.original = original;
    }

    final Object original() {
        return original;
    }

    /** What the user submitted. */
    static Object unwrap(Object code) {
        Object inner = code;
        while (inner instanceof Wrapped) {
            inner = ((Wrapped) inner).original;
        }
        return inner;
    }

    @Override
    public final void dropped(Throwable cause) {
        if (original instanceof Droppable) {
            ((Droppable) original).dropped(cause);
        }
    }

    @Override
    public final String toString() {
        return original.toString();
    }
}
