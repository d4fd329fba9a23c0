// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.TaskFuture;
import dev.millrace.TaskFutures;
import dev.millrace.TaskStatus;
import dev.millrace.ThreadPool;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

class FromPython {
    private final Set<String> told = new TreeSet<>();

    private static String load(String url) throws IOException {
        if (url.endsWith("missing")) {
            throw new IOException("404");
        }
        return "page";
    }

    private void show(String line) {
        told.add(line);
    }

    void futureToUrl() {
        List<String> urls = List.of("a", "b", "missing");
        // shown
        try (ThreadPool pool = ThreadPool.of(5)) {
            Map<TaskFuture<String>, String> urlOf = new HashMap<>();
            for (String url : urls) {
                urlOf.put(pool.submit(() -> load(url)), url);
            }
            for (TaskFuture<String> page : TaskFutures.asCompleted(urlOf.keySet())) {
                if (page.status() == TaskStatus.FAILED) show(urlOf.get(page) + ": " + page.exceptionNow());
                else show(urlOf.get(page) + ": " + page.join().length() + " characters");
            }
        }
        shown();
        assertEquals(Set.of("a: 4 characters", "b: 4 characters", "missing: java.io.IOException: 404"), told);
    }
}
