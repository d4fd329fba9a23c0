// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import dev.millrace.ContextCarrier;
import io.opentelemetry.context.Context;

/** Takes OpenTelemetry's context along, so that a span started in a task is a child of its submitter's. */
public final class OpenTelemetryCarrier implements ContextCarrier {
    @Override
    @SuppressWarnings("MustBeClosedChecker") // the pool closes it
    public Snapshot capture() {
        Context mine = Context.current();
        return () -> {
            io.opentelemetry.context.Scope scope = mine.makeCurrent();
            return scope::close;
        };
    }
}
