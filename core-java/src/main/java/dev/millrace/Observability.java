// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who and what looks at a pool, as its builder was told. */
final class Observability {
    private final List<PoolListener> listeners = new ArrayList<>();

    @Nullable
    ContextCarrier carrier;

    boolean recordsTimes;

    @Nullable
    BiConsumer<String, Throwable> unobservedHandler;

    @Nullable
    Duration stuckAfter;

    Consumer<StuckTask> stuckHandler = Watchdog::log;

    void add(PoolListener listener) {
        listeners.add(listener);
    }

    /** Null if nobody looks at tasks. */
    @Nullable
    Observer newObserver(Backend backend) {
        return Observer.of(listeners, carrier, recordsTimes ? new Times(backend) : null);
    }

    /** Null if nobody asked for one. */
    @Nullable
    Watchdog newWatchdog(PoolCore pool) {
        return stuckAfter == null ? null : new Watchdog(pool, stuckAfter, stuckHandler);
    }
}
