// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import dev.millrace.ContextCarrier;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;

/** Takes along whatever has a {@code ThreadLocalAccessor} with Micrometer's context-propagation. */
public final class PropagationCarrier implements ContextCarrier {
    private final ContextSnapshotFactory snapshots;

    /** Usually with {@code ContextRegistry.getInstance()}. */
    public PropagationCarrier(ContextRegistry registry) {
        // What its submitter has not set, a task does not see, even on the thread of one that has.
        snapshots = ContextSnapshotFactory.builder()
                .contextRegistry(registry)
                .clearMissing(true)
                .build();
    }

    @Override
    public Snapshot capture() {
        ContextSnapshot mine = snapshots.captureAll();
        return () -> {
            ContextSnapshot.Scope scope = mine.setThreadLocals();
            return scope::close;
        };
    }
}
