// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.PoolListener;
import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.ThreadPool;
import dev.millrace.WhenFull;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

class FromThreadPoolExecutor {
    private final Queue<Object> told = new ConcurrentLinkedQueue<>();
    private final CountDownLatch polled = new CountDownLatch(3);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final String url = "url";

    private String fetch(String from) {
        return "page of " + from;
    }

    private void log(Throwable thrown) {
        told.add(thrown.getMessage());
    }

    private void write(String line) {
        told.add(line);
    }

    private void poll() {
        polled.countDown();
    }

    private void fail() {
        throw new IllegalStateException("a fault");
    }

    private Void block() throws InterruptedException {
        begun.countDown();
        never.await();
        return null;
    }

    void construction() {
        // shown
        // new ThreadPoolExecutor(8, 8, 60, SECONDS, new ArrayBlockingQueue<>(1_000), threads, new CallerRunsPolicy())
        ThreadPool pool = ThreadPool.builder()
                .name("mail")
                .maxWorkers(8)
                .idleTimeout(Duration.ofSeconds(60))
                .boundedQueue(1_000, WhenFull.RUN_IN_CALLER)
                .build();
        shown();
        pool.close();
    }

    void hooks() {
        // shown
        PoolListener hooks = new PoolListener() {
            @Override
            public void started(TaskFuture<?> task) { // beforeExecute
                write(task.name() + " begins");
            }

            @Override
            public void stopped(TaskFuture<?> task) { // afterExecute; what it threw is in the future
                write(task.name() + " has ended");
            }
        };
        ThreadPool pool = ThreadPool.builder().listener(hooks).build();
        shown();
        pool.submit(() -> fetch(url), TaskOptions.named("fetch")).join();
        pool.close();
        assertEquals(List.of("fetch begins", "fetch has ended"), List.copyOf(told));
    }

    void uncaught() throws InterruptedException {
        // shown
        ThreadFactory threads = worker -> {
            Thread thread = new Thread(worker);
            thread.setUncaughtExceptionHandler((where, thrown) -> log(thrown));
            return thread;
        };
        ThreadPool pool = ThreadPool.builder().threadFactory(threads).build();
        pool.execute(this::fail); // the handler hears of it, and the thread lives on
        shown();
        pool.awaitQuiescence(Duration.ofSeconds(30));
        Thread worker = pool.submit(Thread::currentThread).join();
        pool.execute(this::fail);
        pool.awaitQuiescence(Duration.ofSeconds(30));
        assertSame(worker, pool.submit(Thread::currentThread).join());
        pool.close();
        assertEquals(List.of("a fault", "a fault"), List.copyOf(told));
    }

    void again() throws InterruptedException {
        ThreadPool pool = ThreadPool.of(4);
        // shown
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleWithFixedDelay(() -> pool.submit(this::poll).join(), 0, 10, TimeUnit.MILLISECONDS);
        shown();
        assertTrue(polled.await(30, TimeUnit.SECONDS));
        clock.shutdown();
        assertTrue(clock.awaitTermination(30, TimeUnit.SECONDS));
        pool.close();
    }

    /** What the page says in words. */
    void theDifferences() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.RUN_IN_CALLER)
                .build();
        TaskFuture<?> running = pool.submit(this::block);
        begun.await();
        Runnable plain = () -> told.add("ran");
        TaskFuture<?> pending = pool.submit(plain);
        assertEquals(List.of(plain), pool.shutdownNow());
        assertTrue(pending.isCancelled());
        assertThrows(RejectedExecutionException.class, () -> pool.execute(plain), "also with RUN_IN_CALLER");
        pool.close();
        assertFalse(running.isCancelled());
        assertTrue(running.exceptionNow() instanceof InterruptedException);
        assertTrue(told.isEmpty());

        ThreadPool other = ThreadPool.of(1);
        InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
        inherited.set("mine");
        assertNull(other.submit(inherited::get).join());
        inherited.remove();
        ThreadLocal<String> local = new ThreadLocal<>();
        other.submit(() -> local.set("kept")).join();
        assertEquals("kept", other.submit(local::get).join());
        var completion = new ExecutorCompletionService<Integer>(other);
        completion.submit(() -> 42);
        assertEquals(42, completion.take().get());
        assertEquals(
                List.of(1, 2),
                other.invokeAll(List.<Callable<Integer>>of(() -> 1, () -> 2)).stream()
                        .map(future -> ((TaskFuture<Integer>) future).join())
                        .toList());
        CompletableFuture<String> fetched = CompletableFuture.supplyAsync(() -> fetch(url), other);
        assertEquals("page of url", fetched.join());
        AtomicInteger own = new AtomicInteger();
        other.submit(() -> {
                    assertThrows(IllegalStateException.class, other::close);
                    own.incrementAndGet();
                })
                .join();
        assertEquals(1, own.get());
        assertTrue(other.submit(() -> !Thread.currentThread().isDaemon()).join());
        other.close();
    }
}
