// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.ContextCarrier;
import dev.millrace.PoolListener;
import dev.millrace.TaskCancelledException;
import dev.millrace.TaskFuture;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each carrier does, shown with one value of its context. */
@SuppressWarnings("try") // a scope is opened to be closed
abstract class CarrierContract {
    /** What the worker still had of the context as it ended, where no carrier helps. */
    private final AtomicReference<Object> leftBehind = new AtomicReference<>("no worker has ended");

    final ThreadPool pool = ThreadPool.builder()
            .name("carrying")
            .maxWorkers(1)
            .contextCarrier(carrier())
            .listener(new PoolListener() {
                @Override
                public void workerEnded(Thread worker) {
                    leftBehind.set(value());
                }
            })
            .build();

    abstract ContextCarrier carrier();

    /** The value in the calling thread; null if there is none. */
    abstract String value();

    /** Sets the value in the calling thread until what is returned is closed. */
    abstract ContextCarrier.Scope with(String value);

    @AfterEach
    void nothingIsLeftOnTheWorker() {
        pool.close();
        assertNull(leftBehind.get());
        assertNull(value(), "in the submitter");
    }

    @Test
    void aTaskHasItsSubmittersContext() {
        TaskFuture<String> first;
        TaskFuture<String> second;
        try (ContextCarrier.Scope scope = with("first")) {
            first = pool.submit(this::value);
        }
        try (ContextCarrier.Scope scope = with("second")) {
            second = pool.submit(this::value);
        }

        assertEquals("first", first.join());
        assertEquals("second", second.join());
    }

    @Test
    void eachItemOfAMapHasTheContextOfWhoCalledMap() {
        Stream<String> values;
        try (ContextCarrier.Scope scope = with("mapped")) {
            values = pool.map(List.of(1, 2, 3), item -> value() + item);
        }

        assertEquals(List.of("mapped1", "mapped2", "mapped3"), values.toList());
    }

    @Test
    void aCallbackHasTheContextOfWhoRegisteredIt() throws Exception {
        CountDownLatch registered = new CountDownLatch(1);
        AtomicReference<String> seen = new AtomicReference<>();
        TaskFuture<String> task;
        try (ContextCarrier.Scope scope = with("submitter")) {
            task = pool.submit(() -> {
                registered.await();
                return value();
            });
        }
        try (ContextCarrier.Scope scope = with("registrar")) {
            task.onDone(done -> seen.set(value()));
        }
        registered.countDown();

        assertEquals("submitter", task.join());
        pool.close();
        assertEquals("registrar", seen.get());
    }

    @Test
    void aTaskWithoutContextSeesNoneEvenOnTheThreadOfOneThatHas() {
        List<String> seen = new ArrayList<>();
        CountDownLatch submitted = new CountDownLatch(1);
        AtomicReference<TaskFuture<?>> bare = new AtomicReference<>();
        TaskFuture<?> waiting;
        try (ContextCarrier.Scope scope = with("outer")) {
            waiting = pool.submit(() -> {
                submitted.await();
                bare.get().join(); // there is one worker: it runs that task itself
                seen.add(value());
                return null;
            });
        }
        bare.set(pool.submit(() -> {
            seen.add(value());
        }));
        submitted.countDown();
        waiting.join();

        assertNull(seen.get(0));
        assertEquals("outer", seen.get(1));
    }

    @Test
    void aTaskThatFailsLeavesNothingOnTheWorker() {
        TaskFuture<String> failing;
        try (ContextCarrier.Scope scope = with("failing")) {
            failing = pool.submit(() -> {
                throw new IllegalStateException(value());
            });
        }

        assertEquals(
                "failing",
                assertThrows(IllegalStateException.class, failing::join).getMessage());
    }

    @Test
    void aTaskThatIsCancelledLeavesNothingOnTheWorker() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        AtomicReference<String> seen = new AtomicReference<>();
        TaskFuture<?> cancelled;
        try (ContextCarrier.Scope scope = with("cancelled")) {
            cancelled = pool.submit(() -> {
                running.countDown();
                try {
                    new CountDownLatch(1).await();
                } finally {
                    seen.set(value());
                }
                return null;
            });
        }
        running.await();
        cancelled.cancel(true);

        assertThrows(TaskCancelledException.class, cancelled::join);
        cancelled.awaitExit(Duration.ofSeconds(30));
        assertEquals("cancelled", seen.get());
    }
}
