// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The examples of the Javadoc, run. Each test's lines stand in the source's {@code <pre>}, which the last test checks. */
class DocExamplesTest {
    private final String url = "a page";
    private final List<String> shown = new CopyOnWriteArrayList<>();

    private static String download(String url) {
        return url;
    }

    private static String fetch(String url) {
        return url;
    }

    @Test
    void threadPool() {
        try (ThreadPool pool = ThreadPool.of(8)) {
            TaskFuture<Integer> size = pool.submit(() -> download(url).length());
            assertEquals(6, size.join());
        }
    }

    @Test
    void builder() {
        ThreadPool io = ThreadPool.builder()
                .name("io")
                .maxWorkers(32)
                .boundedQueue(1000, WhenFull.BLOCK)
                .build();
        assertEquals("io-1", io.submit(() -> Thread.currentThread().getName()).join());
        io.close();
    }

    @Test
    void taskFuture() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskFuture<String> page = pool.submit(() -> fetch(url));
            List<TaskStatus> statuses = new ArrayList<>();
            String text = page.join();
            page.onDone(f -> statuses.add(f.status()));
            assertEquals("a page", text);
            assertEquals(List.of(TaskStatus.SUCCESS), statuses);
        }
    }

    @Test
    void current() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskFuture<?> task = pool.submit(() -> {
                while (!TaskFuture.current().isCancelled()) step();
            });
            Waiting.until(task::isRunning);
            task.cancel(false);
        }
    }

    @Test
    void wasInterrupted() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskFuture<Boolean> task = pool.submit(() -> {
                Thread.currentThread().interrupt();
                if (Thread.interrupted() && TaskFuture.current().wasInterrupted()) throw new InterruptedException();
                return TaskFuture.current().wasInterrupted();
            });
            assertEquals(false, task.get());
        }
    }

    private static void step() {
        Thread.yield();
    }

    @Test
    void options() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskFuture<String> page =
                    pool.submit(() -> fetch(url), TaskOptions.named("fetch").withTimeout(Duration.ofSeconds(2)));
            assertEquals("a page", page.join());
        }
    }

    @Test
    void asCompleted() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            List<TaskFuture<String>> pages = List.of(pool.submit(() -> fetch(url)), pool.submit(() -> fetch(url)));
            for (TaskFuture<String> page : TaskFutures.asCompleted(pages)) show(page.join());
        }
        assertEquals(List.of("a page", "a page"), shown);
    }

    @Test
    void promise() {
        List<String> aborted = new ArrayList<>();
        Client client = new Client(aborted);
        TaskPromise<String> promise = new TaskPromise<>("ask");
        Client.Call call = client.ask("question", promise::succeed, promise::fail);
        promise.onCancel(interrupt -> call.abort());
        promise.future().cancel(true);
        assertEquals(List.of("question"), aborted);
    }

    private static final class Client {
        private final List<String> aborted;

        Client(List<String> aborted) {
            this.aborted = aborted;
        }

        Call ask(String question, Consumer<String> onReply, Consumer<Throwable> onFailure) {
            return () -> aborted.add(question);
        }

        interface Call {
            void abort();
        }
    }

    @Test
    void adapt() {
        TaskExecutorService pool = TaskExecutorService.adapt(Executors.newCachedThreadPool());
        assertEquals("a page", pool.submit(() -> fetch(url)).join());
        pool.close();
    }

    private final List<String> urls = List.of("a", "b", "c", "d");

    private void show(Object page) {
        shown.add(page.toString());
    }

    private String fetched(String url) {
        return fetch(url);
    }

    @Test
    void map() {
        try (ThreadPool pool = ThreadPool.of(2)) {
            try (Stream<String> pages = pool.map(urls, this::fetched)) {
                pages.limit(3).forEach(this::show);
            }
            assertEquals(List.of("a", "b", "c"), shown);
        }
    }

    @Test
    void mapOptions() {
        try (ThreadPool pool = ThreadPool.of(2)) {
            Stream<String> pages = pool.map(
                    urls, this::fetched, MapOptions.unordered().withWindow(100).withTimeout(Duration.ofMinutes(1)));
            assertEquals(4, pages.count());
        }
    }

    @Test
    void collectFailures() {
        try (ThreadPool pool = ThreadPool.of(2)) {
            pool.map(urls, this::fetched, MapOptions.collectFailures())
                    .forEach(page -> show(page.status() == TaskStatus.FAILED ? page.exceptionNow() : page.join()));
        }
        assertEquals(urls, shown);
    }

    @Test
    void mapAsync() {
        try (ThreadPool pool = ThreadPool.of(2)) {
            pool.mapAsync(urls, this::fetched).onDone(pages -> show(pages.join().size()));
        }
        assertEquals(List.of("4"), shown);
    }

    @Test
    void taskGroup() throws InterruptedException {
        ThreadPool pool = ThreadPool.of(2);
        try (TaskGroup group = pool.group()) {
            TaskFuture<String> user = group.submit(() -> fetch("user"));
            TaskFuture<String> orders = group.submit(() -> fetch("orders"));
            group.join();
            show(user.join() + orders.join());
        }
        pool.close();
        assertEquals(List.of("userorders"), shown);
    }

    @Test
    void group() throws InterruptedException {
        ThreadPool pool = ThreadPool.of(2);
        try (TaskGroup group = pool.group()) {
            urls.forEach(url -> group.submit(() -> fetch(url)));
            group.join();
        }
        pool.close();
    }

    @Test
    void limited() {
        ThreadPool pool = ThreadPool.of(2);
        String line = "a line";
        TaskExecutorService log = pool.limited(1);
        log.execute(() -> write(line));
        pool.close();
        assertEquals(List.of("a line"), shown);
    }

    private void write(String line) {
        shown.add(line);
    }

    private enum Mandelbrot {
        TILE;

        static String render(Mandelbrot tile) {
            return "rendered " + tile;
        }
    }

    @Test
    void elsewhere() {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Capabilities grid = Capabilities.elsewhere().withWorkers(64).withLoss(e -> e instanceof IOException);
        try (TaskExecutorService cluster = TaskExecutorService.adapt(executor, grid)) {
            Mandelbrot tile = Mandelbrot.TILE;
            List<Mandelbrot> tiles = List.of(tile);
            show(cluster.submit(SerializableCallable.of(() -> Mandelbrot.render(tile)))
                    .join());
            cluster.map(tiles, SerializableFunction.of(Mandelbrot::render), MapOptions.chunk(MapOptions.AUTO))
                    .forEach(this::show);
        }
        executor.shutdown();
        assertEquals(List.of("rendered TILE", "rendered TILE"), shown);
    }

    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    @Test
    void contextCarrier() {
        ContextCarrier tenants = () -> {
            String mine = TENANT.get();
            return () -> {
                String before = TENANT.get();
                TENANT.set(mine);
                return () -> TENANT.set(before);
            };
        };
        try (ThreadPool pool = ThreadPool.builder().contextCarrier(tenants).build()) {
            TENANT.set("acme");
            assertEquals("acme", pool.submit(TENANT::get).join());
        } finally {
            TENANT.remove();
        }
    }

    @Test
    void poolListener() {
        LongAdder failures = new LongAdder();
        ThreadPool pool = ThreadPool.builder()
                .listener(new PoolListener() {
                    @Override
                    public void done(TaskFuture<?> task) {
                        if (task.status() == TaskStatus.FAILED) {
                            failures.increment();
                        }
                    }
                })
                .build();
        assertThrows(NumberFormatException.class, pool.submit(() -> Integer.parseInt("one"))::join);
        pool.close();
        assertEquals(1, failures.sum());
    }

    @Test
    void theseAreTheLinesOfTheJavadoc() throws Exception {
        String here = Files.readString(Path.of("src/test/java/dev/millrace/DocExamplesTest.java"));
        List<Path> sources;
        try (var files = Files.list(Path.of("src/main/java/dev/millrace"))) {
            sources = files.collect(Collectors.toList());
        }
        int lines = 0;
        for (Path source : sources) {
            String text = Files.readString(source);
            for (int at = text.indexOf("<pre>{@code"); at >= 0; at = text.indexOf("<pre>{@code", at + 1)) {
                String example = text.substring(at, text.indexOf("}</pre>", at));
                for (String line : example.lines().skip(1).collect(Collectors.toList())) {
                    String code = line.replaceFirst("^\\s*\\*", "").strip();
                    // The first name tells the statement; types and what only illustrates may differ.
                    String call = code.replaceFirst(".*?([A-Za-z]+\\.[a-zA-Z]+\\().*", "$1");
                    if (!call.equals(code) && !call.startsWith("out.") && !call.startsWith("err.")) {
                        assertTrue(here.contains(call), source + ": " + code);
                        lines++;
                    }
                }
            }
        }
        assertTrue(lines >= 8, "lines checked: " + lines);
    }
}
