// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An app in a server, loaded by a class loader of its own: it uses what might hold on to it. Public, for reflection. */
public final class LeakingApp {
    private static final InheritableThreadLocal<Object> INHERITABLE = new InheritableThreadLocal<>();

    private LeakingApp() {}

    /** Of the app, as its class loader's classes are. */
    private static final class Value {}

    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static ThreadPool pool(Duration idle) {
        return ThreadPool.builder()
                .maxWorkers(2)
                .idleTimeout(idle)
                .initializer(() -> INHERITABLE.set(new Value()))
                .threadFactory(worker -> new Thread(worker) {})
                .build();
    }

    public static void run() throws Exception {
        INHERITABLE.set(new Value());
        try (ThreadPool pool = pool(Duration.ofSeconds(10));
                ThreadPool plain = ThreadPool.of(1)) {
            use(pool);
            use(plain);
        } finally {
            INHERITABLE.remove();
        }
    }

    public static void forget() throws Exception {
        INHERITABLE.set(new Value());
        try {
            use(pool(Duration.ofMillis(20)));
        } finally {
            INHERITABLE.remove();
        }
    }

    private static void use(ThreadPool pool) throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        TaskFuture<?> late = pool.submit(
                () -> {
                    Thread.sleep(60_000);
                    return new Value();
                },
                TaskOptions.timeout(Duration.ofMillis(50)).withOnLateOutcome((value, thrown) -> new Value()));
        late.onDone(f -> told.countDown());
        told.await();
        late.exceptionNow();
        TaskFuture<Value> failed = pool.submit(() -> {
            throw new Failure();
        });
        failed.awaitExit(Duration.ofSeconds(10));
        failed.exceptionNow();
        pool.submit(() -> new Value(), TaskOptions.timeout(Duration.ofDays(1))).get(10, TimeUnit.SECONDS);
        pool.map(List.of(new Value(), new Value()), value -> new Value(), MapOptions.progress(p -> new Value()))
                .forEach(value -> {});
        pool.limited(1).submit(() -> new Value()).join();
        // Calls back in the app's own thread.
        TaskPromise<Value> promise = new TaskPromise<>();
        promise.future().onDone(f -> {});
        promise.succeed(new Value());
        try (TaskGroup group = pool.group()) {
            group.submit(() -> new Value());
            group.join();
        }
    }

    /** What needs the calling thread. */
    public static void inCaller() {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.RUN_IN_CALLER)
                .build();
        CountDownLatch go = new CountDownLatch(1);
        TaskFuture<?> held = pool.submit(() -> {
            go.await();
            return null;
        });
        // In this thread, and in it another.
        pool.submit(() -> pool.submit(() -> new Value()).join()).join();
        TaskPromise<Value> promise = new TaskPromise<>();
        promise.future().onDone(f -> pool.submit(() -> {}));
        promise.onCancel(interrupt -> {});
        promise.succeed(new Value());
        promise.future().onDone(f -> {
            throw new IllegalStateException("for the handler");
        });
        go.countDown();
        held.join();
        pool.close();
    }
}
