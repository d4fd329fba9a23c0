// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.MapOptions;
import dev.millrace.TaskFuture;
import dev.millrace.TaskGroup;
import dev.millrace.TaskOptions;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class Readme {
    private final String url = "url";
    private final int id = 7;
    private final List<String> told = new ArrayList<>();

    private String fetch(String from) {
        return "page of " + from;
    }

    private String user(int number) {
        return "user " + number;
    }

    private String orders(int number) {
        return "orders " + number;
    }

    private void show(String page) {
        told.add(page);
    }

    private void show(String user, String orders) {
        told.add(user + ", " + orders);
    }

    void aTask() {
        try (ThreadPool pool = ThreadPool.of(2)) {
            // shown
            pool.submit(() -> fetch(url), TaskOptions.named("fetch").withTimeout(Duration.ofSeconds(2)));
            shown();
        }
    }

    void aMap() {
        List<String> urls = IntStream.range(0, 1_000).mapToObj(i -> "u" + i).toList();
        try (ThreadPool pool = ThreadPool.of(2)) {
            // shown
            try (Stream<String> pages = pool.map(urls, this::fetch, MapOptions.window(100))) {
                pages.limit(10).forEach(this::show);
            } // cancels the rest
            shown();
        }
        assertEquals(10, told.size());
        assertEquals("page of u9", told.get(9));
    }

    void aGroup() throws InterruptedException {
        try (ThreadPool pool = ThreadPool.of(2)) {
            // shown
            try (TaskGroup group = pool.group()) {
                TaskFuture<String> user = group.submit(() -> user(id));
                TaskFuture<String> orders = group.submit(() -> orders(id));
                group.join(); // throws what failed first; the other has been cancelled then
                show(user.join(), orders.join());
            } // no code of the group runs any more
            shown();
        }
        assertEquals(List.of("user 7, orders 7"), told);
    }
}
