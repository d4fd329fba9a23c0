// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.ContextCarrier;
import dev.millrace.ThreadPool;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

class Context {
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();
    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    private final List<String> lines = new CopyOnWriteArrayList<>();

    private void show(String line) {
        lines.add(line);
    }

    private static ContextCarrier carrierOf(ThreadLocal<String> local) {
        return () -> {
            String mine = local.get();
            return () -> {
                String before = local.get();
                local.set(mine);
                return () -> local.set(before);
            };
        };
    }

    void tenants() {
        // shown
        ContextCarrier tenants = () -> {
            String mine = TENANT.get(); // in the thread that submits
            return () -> {
                String before = TENANT.get(); // in the thread that runs the task
                TENANT.set(mine);
                return () -> TENANT.set(before);
            };
        };
        ThreadPool pool = ThreadPool.builder().contextCarrier(tenants).build();
        shown();
        // shown
        TENANT.set("north");
        pool.submit(() -> show(TENANT.get())).onDone(done -> show(TENANT.get()));
        pool.map(List.of(1, 2), item -> TENANT.get() + item).forEach(this::show);
        shown();
        TENANT.remove();
        pool.close();
        assertEquals(
                List.of("north", "north", "north1", "north2"),
                lines.stream().sorted().toList());
    }

    void several() {
        ContextCarrier tenants = carrierOf(TENANT);
        ContextCarrier users = carrierOf(USER);
        // shown
        ContextCarrier both = ContextCarrier.allOf(tenants, users);
        shown();
        ThreadPool pool = ThreadPool.builder().contextCarrier(both).build();
        TENANT.set("north");
        USER.set("ada");
        pool.submit(() -> show(TENANT.get() + " " + USER.get())).join();
        TENANT.remove();
        USER.remove();
        pool.close();
        assertEquals(List.of("north ada"), lines);
    }
}
