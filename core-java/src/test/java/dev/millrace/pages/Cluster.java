// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Capabilities;
import dev.millrace.MapOptions;
import dev.millrace.SerializableCallable;
import dev.millrace.SerializableFunction;
import dev.millrace.TaskExecutorService;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

class Cluster {
    private static final class Hazelcast {
        ExecutorService getExecutorService(String name) {
            return Executors.newFixedThreadPool(2);
        }
    }

    private static final class Renderer {
        static String render(Integer tile) {
            return "rendered " + tile;
        }
    }

    private static String render(Integer tile) {
        return Renderer.render(tile);
    }

    void aLaptop() {
        Hazelcast hazelcast = new Hazelcast();
        // shown
        TaskExecutorService pool = TaskExecutorService.adapt(hazelcast.getExecutorService("jobs"));
        shown();
        pool.close();
    }

    void whatTravels() {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        // shown
        TaskExecutorService pool = TaskExecutorService.adapt(threads, Capabilities.elsewhere());
        shown();
        Integer tile = 1;
        List<Integer> tiles = List.of(1, 2, 3);
        // shown
        pool.submit(SerializableCallable.of(() -> render(tile)));
        Stream<String> rendered = pool.map(
                tiles,
                SerializableFunction.of(Renderer::render),
                MapOptions.chunk(MapOptions.AUTO).withRetries(2));
        shown();
        assertEquals(List.of("rendered 1", "rendered 2", "rendered 3"), rendered.toList());
        Object here = new Object();
        String refusal = assertThrows(IllegalArgumentException.class, () -> pool.submit(here::hashCode))
                .getMessage();
        assertTrue(refusal.contains("erializable"), refusal);
        pool.close();
        threads.shutdown();
    }
}
