// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.ThreadPool;
import dev.millrace.WhenFull;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScrapedPoolTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void prometheusReadsThePoolOverHttp() throws Exception {
        try (ThreadPool pool = ThreadPool.builder()
                .name("requests")
                .maxWorkers(4)
                .boundedQueue(10, WhenFull.REJECT)
                .recordTimes()
                .build()) {
            pool.submit(() -> {}).join();
            pool.awaitQuiescence(Duration.ofSeconds(30));
            new PoolMetrics(pool).bindTo(registry);
            HttpServer server = ScrapedPool.serve(registry, pool, 0);
            try {
                HttpResponse<String> answer = scrape(server);

                assertEquals(200, answer.statusCode());
                assertEquals(
                        "text/plain; version=0.0.4; charset=utf-8",
                        answer.headers().firstValue("Content-Type").orElseThrow());
                List<String> lines = answer.body().lines().toList();
                for (String expected : List.of(
                        "# TYPE executor_active_threads gauge",
                        "# TYPE executor_completed_tasks_total counter",
                        "# TYPE executor_seconds summary",
                        "executor_active_threads{name=\"requests\"} 1.0", // the one that answers
                        "executor_cancelled_tasks_total{name=\"requests\"} 0.0",
                        "executor_completed_tasks_total{name=\"requests\"} 1.0",
                        "executor_failed_tasks_total{name=\"requests\"} 0.0",
                        "executor_idle_seconds_count{name=\"requests\"} 2",
                        "executor_pool_core_threads{name=\"requests\"} 4.0",
                        "executor_pool_max_threads{name=\"requests\"} 4.0",
                        "executor_queue_oldest_seconds{name=\"requests\"} 0.0",
                        "executor_queue_remaining_tasks{name=\"requests\"} 10.0",
                        "executor_queued_tasks{name=\"requests\"} 0.0",
                        "executor_rejected_tasks_total{name=\"requests\"} 0.0",
                        "executor_seconds_count{name=\"requests\"} 1",
                        "executor_timed_out_tasks_total{name=\"requests\"} 0.0",
                        "executor_waiting_for_room_tasks{name=\"requests\"} 0.0")) {
                    assertTrue(lines.contains(expected), () -> expected + " is not in\n" + answer.body());
                }
                for (String start : List.of(
                        "executor_pool_size_threads{name=\"requests\"} ",
                        "executor_seconds_sum{name=\"requests\"} ",
                        "executor_idle_seconds_sum{name=\"requests\"} ",
                        "executor_percentile_seconds{name=\"requests\",phi=\"0.99\"} ",
                        "executor_idle_percentile_seconds{name=\"requests\",phi=\"0.5\"} ")) {
                    assertTrue(
                            lines.stream().anyMatch(line -> line.startsWith(start)),
                            () -> start + " is not in\n" + answer.body());
                }
            } finally {
                server.stop(0);
            }
        }
    }

    @Test
    void oursAndTheJdksPoolStandBesideEachOtherInOneRegistry() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        try (ThreadPool pool = ThreadPool.builder().name("ours").build()) {
            ExecutorServiceMetrics.monitor(registry, executor, "theirs", Tags.empty());
            new PoolMetrics(pool).bindTo(registry);

            String text = registry.scrape();
            registry.getMeters().stream()
                    .filter(meter -> "theirs".equals(meter.getId().getTag("name")))
                    .map(meter -> registry.config()
                            .namingConvention()
                            .name(
                                    meter.getId().getName(),
                                    meter.getId().getType(),
                                    meter.getId().getBaseUnit()))
                    .forEach(name -> {
                        assertTrue(text.matches("(?s).*\\Q" + name + "\\E[a-z_]*\\{name=\"theirs\"}.*"), name);
                        assertTrue(text.matches("(?s).*\\Q" + name + "\\E[a-z_]*\\{name=\"ours\"}.*"), name);
                    });
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void theProgramSaysWhereItListensAndEndsWithItsInput() throws Exception {
        InputStream stdin = System.in;
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(new byte[0]));
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            ScrapedPool.main(new String[] {"0"});
        } finally {
            System.setIn(stdin);
            System.setOut(stdout);
        }

        String url = printed.toString(StandardCharsets.UTF_8);
        assertTrue(url.matches("http://localhost:\\d+/metrics\\R"), url);
    }

    private static HttpResponse<String> scrape(HttpServer server) throws Exception {
        URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
