// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.TaskFuture;
import dev.millrace.TaskGroup;
import dev.millrace.TaskOptions;
import dev.millrace.TaskTimeoutException;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;

class TimeLimits {
    private final ThreadPool pool =
            ThreadPool.builder().name("web").maxWorkers(2).build();
    private final String url = "url";
    private final CountDownLatch never = new CountDownLatch(1);
    private final List<String> told = new ArrayList<>();

    private String fetch(String from) throws InterruptedException {
        never.await();
        return from;
    }

    private void show(String line) {
        told.add(line);
    }

    void ofATask() {
        // shown
        TaskOptions limit = TaskOptions.named("fetch").withTimeout(Duration.ofSeconds(2));
        TaskFuture<String> page = pool.submit(() -> fetch(url), limit);
        try {
            show(page.join());
        } catch (TaskTimeoutException e) {
            show(e.phase() + ", " + e.getMessage());
        }
        shown();
        assertEquals(List.of("RUNNING, task fetch was not finished within its limit of PT2S: running on web-1"), told);
        pool.close();
    }

    void ofAWait() throws Exception {
        TaskFuture<String> report = pool.submit(() -> fetch(url));
        while (report.isPending()) Thread.onSpinWait();
        // shown
        try {
            show(report.get(Duration.ofMillis(100)));
        } catch (TimeoutException e) {
            show("not yet, " + report.status()); // the task goes on
        }
        shown();
        assertEquals(List.of("not yet, RUNNING"), told);
        report.cancel(true);
        pool.close();
    }

    void ofAGroup() throws InterruptedException {
        // shown
        try (TaskGroup group = pool.group()) {
            group.submit(() -> fetch("user"));
            group.submit(() -> fetch("orders"));
            group.joinUntil(Duration.ofMillis(200));
        } catch (TaskTimeoutException e) {
            show(e.getMessage());
        }
        shown();
        assertEquals(List.of("2 of 2 tasks of the group on web unfinished after PT0.2S; they were cancelled"), told);
        pool.close();
    }
}
