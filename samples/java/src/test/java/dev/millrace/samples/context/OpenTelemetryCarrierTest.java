// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.ContextCarrier;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // a scope is opened to be closed
class OpenTelemetryCarrierTest extends CarrierContract {
    private static final ContextKey<String> TENANT = ContextKey.named("tenant");

    @Override
    ContextCarrier carrier() {
        return new OpenTelemetryCarrier();
    }

    @Override
    String value() {
        return Context.current().get(TENANT);
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // the caller closes it
    ContextCarrier.Scope with(String value) {
        Scope scope = Context.current().with(TENANT, value).makeCurrent();
        return scope::close;
    }

    @Test
    void aSpanOfATaskIsAChildOfItsSubmitters() {
        InMemorySpanExporter exporter = InMemorySpanExporter.create();
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .build()) {
            Tracer tracer = provider.get("test");
            Span request = tracer.spanBuilder("request").startSpan();
            try (Scope scope = request.makeCurrent()) {
                pool.submit(() -> tracer.spanBuilder("lookup").startSpan().end())
                        .join();
            }
            request.end();

            Map<String, SpanData> spans = exporter.getFinishedSpanItems().stream()
                    .collect(Collectors.toMap(SpanData::getName, Function.identity()));
            assertEquals(
                    request.getSpanContext().getSpanId(), spans.get("lookup").getParentSpanId());
            assertEquals(
                    request.getSpanContext().getTraceId(), spans.get("lookup").getTraceId());
        }
    }
}
