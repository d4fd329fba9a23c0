// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Contexts that are put in place around code, and taken away whatever happens. */
final class Contexts {
    private Contexts() {}

    static ContextCarrier.@Nullable Snapshot capture(List<ContextCarrier> carriers) {
        List<ContextCarrier.Snapshot> all = new ArrayList<>(carriers.size());
        for (ContextCarrier carrier : carriers) {
            ContextCarrier.Snapshot one = carrier.capture();
            if (one != null) {
                all.add(one);
            }
        }
        return all.isEmpty() ? null : () -> restoreAll(all);
    }

    private static ContextCarrier.Scope restoreAll(List<ContextCarrier.Snapshot> all) {
        List<ContextCarrier.Scope> open = new ArrayList<>(all.size());
        try {
            all.forEach(one -> open.add(one.restore()));
        } catch (Throwable thrown) {
            // Those before it are in place, and nobody else knows of them.
            closeAll(open);
            throw thrown;
        }
        return () -> closeAll(open);
    }

    private static void closeAll(List<ContextCarrier.Scope> open) {
        for (int i = open.size() - 1; i >= 0; i--) {
            close(open.get(i));
        }
    }

    /** One that cannot be closed keeps no other from it. */
    static void close(ContextCarrier.Scope scope) {
        try {
            scope.close();
        } catch (Throwable thrown) {
            Callbacks.uncaught(thrown);
        }
    }

    /** What waits for the callback may wait for ever if it is not called, so it is: in its context, or without. */
    static Consumer<TaskFuture<?>> in(ContextCarrier.Snapshot context, Consumer<TaskFuture<?>> action) {
        return future -> {
            ContextCarrier.Scope scope = restoreOrTell(context);
            try {
                action.accept(future);
            } finally {
                if (scope != null) {
                    close(scope);
                }
            }
        };
    }

    private static ContextCarrier.@Nullable Scope restoreOrTell(ContextCarrier.Snapshot context) {
        try {
            return context.restore();
        } catch (Throwable thrown) {
            Callbacks.uncaught(thrown);
            return null;
        }
    }
}
