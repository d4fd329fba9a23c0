// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.ContextCarrier;
import io.micrometer.context.ContextRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import org.slf4j.MDC;

/** Three carriers on one pool keep the contract of one. */
@SuppressWarnings("try") // a scope is opened to be closed
class AllCarriersTest extends CarrierContract {
    private static final ContextKey<String> TRACED = ContextKey.named("traced");
    private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

    @Override
    ContextCarrier carrier() {
        ContextRegistry registry = new ContextRegistry().registerThreadLocalAccessor("local", LOCAL);
        return ContextCarrier.allOf(new MdcCarrier(), new OpenTelemetryCarrier(), new PropagationCarrier(registry));
    }

    @Override
    String value() {
        String logged = MDC.get("request");
        assertEquals(logged, Context.current().get(TRACED));
        assertEquals(logged, LOCAL.get());
        return logged;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // the caller closes it
    ContextCarrier.Scope with(String value) {
        MDC.put("request", value);
        Scope scope = Context.current().with(TRACED, value).makeCurrent();
        LOCAL.set(value);
        return () -> {
            LOCAL.remove();
            scope.close();
            MDC.remove("request");
        };
    }
}
