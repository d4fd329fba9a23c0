// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.metrics;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.ThreadPool;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** An HTTP server on a pool, whose {@code /metrics} tells Prometheus of that pool; until its input ends. */
public final class ScrapedPool {
    private ScrapedPool() {}

    public static void main(String[] args) throws IOException {
        int port = args.length == 0 ? 8080 : Integer.parseInt(args[0]);
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (ThreadPool pool = ThreadPool.builder()
                .name("requests")
                .maxWorkers(4)
                .recordTimes()
                .build()) {
            new PoolMetrics(pool).bindTo(registry);
            HttpServer server = serve(registry, pool, port);
            System.out.println("http://localhost:" + server.getAddress().getPort() + "/metrics");
            while (System.in.read() >= 0) {
                // until the end of the input
            }
            server.stop(0);
        }
    }

    /** Port 0: any that is free. */
    static HttpServer serve(PrometheusMeterRegistry registry, ThreadPool pool, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(pool);
        server.createContext("/metrics", exchange -> {
            byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, text.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(text);
            }
        });
        server.start();
        return server;
    }
}
