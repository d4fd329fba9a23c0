// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a user of Python's {@code concurrent.futures} expects, a test for each name; where ours is better it says so. */
class PythonParityTest {
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<ThreadPool> pools = new ArrayList<>();

    private ThreadPool pool(int workers) {
        return remember(ThreadPool.builder().name("py").maxWorkers(workers).build());
    }

    private ThreadPool remember(ThreadPool pool) {
        pools.add(pool);
        return pool;
    }

    private TaskFuture<String> held(ThreadPool pool) {
        TaskFuture<String> task = pool.submit(() -> {
            Waiting.await(go);
            return "held";
        });
        Waiting.until(task::isRunning);
        return task;
    }

    @AfterEach
    void closeAll() {
        go.countDown();
        pools.forEach(ThreadPool::close);
    }

    @Test
    @DisplayName("ThreadPoolExecutor(max_workers=None): min(32, cpus + 4)")
    void defaultMaxWorkers() {
        String described = remember(ThreadPool.builder().name("py").build()).toString();
        int expected = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
        assertTrue(described.contains("0 of " + expected + " workers busy"), described);
        assertThrows(IllegalArgumentException.class, () -> ThreadPool.of(0));
    }

    @Test
    @DisplayName("thread creation: at submit, when no worker is idle; better: idle ones end")
    void threadCreation() throws Exception {
        FakeBackend backend = new FakeBackend();
        ThreadPool pool =
                remember(ThreadPool.builder().maxWorkers(3).backend(backend).build());
        assertEquals(0, backend.started());
        Thread worker = pool.submit(Thread::currentThread).join();
        pool.submit(() -> {}).join();
        assertEquals(1, backend.started());
        backend.awaitSleepers(1);
        backend.advance(Duration.ofSeconds(10));
        worker.join();
    }

    @Test
    @DisplayName("threads: prefix and number, not daemon")
    void threads() {
        Thread worker = pool(1).submit(Thread::currentThread).join();
        assertEquals("py-1", worker.getName());
        assertFalse(worker.isDaemon());
    }

    @Test
    @DisplayName("submit(fn): never blocks, RuntimeError after shutdown")
    void submit() {
        ThreadPool pool = pool(1);
        held(pool);
        assertTrue(pool.submit(() -> 1).isPending());
        pool.shutdown();
        RejectedExecutionException refused = assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> 1));
        assertTrue(refused.getMessage().startsWith("py takes no new tasks: shut down"), refused.getMessage());
    }

    @Test
    @DisplayName("a task raises anything: into the future, the worker lives on")
    void raisesAnything() {
        ThreadPool pool = pool(1);
        Thread worker = pool.submit(Thread::currentThread).join();
        assertThrows(StackOverflowError.class, () -> pool.submit(() -> {
                    throw new StackOverflowError("system exit");
                })
                .join());
        assertSame(worker, pool.submit(Thread::currentThread).join());
    }

    @Test
    @DisplayName("initializer raises: BrokenThreadPool; better: a cancelled item does not stop the clean-up")
    void initializerRaises() {
        ThreadPool pool = remember(ThreadPool.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    Waiting.await(go);
                    throw new IllegalStateException("no");
                })
                .build());
        TaskFuture<?> cancelled = pool.submit(() -> 1);
        TaskFuture<?> pending = pool.submit(() -> 2);
        cancelled.cancelIfPending();
        go.countDown();
        assertThrows(BrokenPoolException.class, pending::join);
        assertThrows(BrokenPoolException.class, () -> pool.submit(() -> 3));
    }

    @Test
    @DisplayName("shutdown(wait, cancel_futures), repeated; better: from a worker an error instead of a deadlock")
    void shutdown() throws Exception {
        ThreadPool pool = pool(1);
        TaskFuture<String> running = held(pool);
        TaskFuture<?> pending = pool.submit(() -> 1);
        pool.shutdown();
        assertFalse(pending.isCancelled());
        pool.shutdownAndCancelPending();
        assertTrue(pending.isCancelled());
        go.countDown();
        assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
        assertEquals("held", running.join());
        ThreadPool other = pool(1);
        assertThrows(IllegalStateException.class, () -> other.submit(() -> other.close())
                .join());
    }

    @Test
    @DisplayName("with: waits, also when left by an exception")
    void with() {
        AtomicBoolean ran = new AtomicBoolean();
        assertThrows(IllegalStateException.class, () -> {
            try (ThreadPool pool = ThreadPool.of(1)) {
                pool.submit(() -> ran.set(true));
                throw new IllegalStateException("left");
            }
        });
        assertTrue(ran.get());
    }

    @Test
    @DisplayName("executor dropped without shutdown: workers finish the queue and end")
    void dropped() throws Exception {
        FakeBackend backend = new FakeBackend();
        TaskFuture<Thread> last =
                ThreadPool.builder().maxWorkers(1).backend(backend).build().submit(Thread::currentThread);
        Thread worker = last.join();
        backend.awaitSleepers(1);
        backend.advance(Duration.ofSeconds(10));
        worker.join();
    }

    @Test
    @DisplayName("Future.cancel(): pending only; better: waiters notice, and the place is free, at once")
    void cancel() throws Exception {
        ThreadPool pool = remember(ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.REJECT)
                .build());
        TaskFuture<String> running = held(pool);
        TaskFuture<?> pending = pool.submit(() -> 1);
        assertFalse(running.cancelIfPending());
        assertTrue(pending.cancelIfPending());
        assertEquals(
                1,
                TaskFutures.waitFor(List.of(pending), ReturnWhen.ALL_COMPLETED)
                        .done()
                        .size());
        pool.submit(() -> 2);
        go.countDown();
        running.join();
        assertFalse(running.cancelIfPending());
    }

    @Test
    @DisplayName("no way to stop running code; better: cancel(true), onExit")
    void stopRunningCode() throws Exception {
        ThreadPool pool = pool(1);
        CountDownLatch running = new CountDownLatch(1);
        TaskFuture<?> task = pool.submit(() -> {
            running.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        Waiting.await(running);
        assertTrue(task.cancel(true));
        assertTrue(task.awaitExit(Duration.ofSeconds(30)));
    }

    @Test
    @DisplayName("cancelled() running() done()")
    void questions() {
        ThreadPool pool = pool(1);
        TaskFuture<String> task = held(pool);
        TaskFuture<?> pending = pool.submit(() -> 1);
        assertTrue(task.isRunning() && !task.isDone() && !task.isCancelled() && pending.isPending());
        pending.cancel(false);
        go.countDown();
        task.join();
        assertTrue(task.isDone() && !task.isRunning() && pending.isDone() && pending.isCancelled());
        assertEquals(TaskStatus.SUCCESS, task.status());
    }

    @Test
    @DisplayName(
            "result(timeout): value, the very same exception, CancelledError, TimeoutError; 0 looks without waiting")
    void result() throws Exception {
        ThreadPool pool = pool(1);
        IllegalStateException thrown = new IllegalStateException("same");
        assertSame(thrown, assertThrows(IllegalStateException.class, () -> pool.submit(() -> {
                    throw thrown;
                })
                .join()));
        TaskFuture<String> task = held(pool);
        TaskFuture<?> pending = pool.submit(() -> 1);
        assertThrows(TimeoutException.class, () -> task.get(Duration.ZERO));
        pending.cancelIfPending();
        assertThrows(TaskCancelledException.class, pending::get);
        go.countDown();
        assertEquals("held", task.get(Duration.ofSeconds(30)));
    }

    @Test
    @DisplayName("exception(timeout)")
    void exception() {
        IllegalStateException thrown = new IllegalStateException("same");
        TaskFuture<?> failed = pool(1).submit(() -> {
            throw thrown;
        });
        assertThrows(IllegalStateException.class, failed::join);
        assertSame(thrown, failed.exceptionNow());
    }

    @Test
    @DisplayName("add_done_callback(fn): in order, once; better: what it throws kills no worker")
    void addDoneCallback() {
        ThreadPool pool = remember(ThreadPool.builder()
                .maxWorkers(1)
                .threadFactory(worker -> {
                    Thread thread = new Thread(worker);
                    thread.setUncaughtExceptionHandler((t, e) -> {});
                    return thread;
                })
                .build());
        TaskFuture<String> task = held(pool);
        List<Integer> order = new ArrayList<>();
        CountDownLatch called = new CountDownLatch(1);
        task.onDone(f -> order.add(1));
        task.onDone(f -> {
            throw new StackOverflowError("a BaseException");
        });
        task.onDone(f -> order.add(2));
        task.onDone(f -> called.countDown());
        go.countDown();
        Waiting.await(called);
        assertEquals(List.of(1, 2), order);
        assertEquals("alive", pool.submit(() -> "alive").join());
        task.onDone(f -> order.add(3));
        assertEquals(List.of(1, 2, 3), order);
    }

    @Test
    @DisplayName("set_result, set_exception: InvalidStateError; ours say whether they won")
    void setResult() {
        TaskPromise<Integer> promise = new TaskPromise<>();
        assertTrue(promise.succeed(1));
        assertFalse(promise.succeed(2));
        assertFalse(promise.fail(new IllegalStateException()));
        assertEquals(1, promise.future().join());
    }

    @Test
    @DisplayName("repr: state and type, never the value")
    void repr() {
        TaskFuture<String> task = pool(1).submit(() -> "secret", TaskOptions.named("t"));
        task.join();
        assertEquals("TaskFuture[t, SUCCESS]", task.toString());
        TaskFuture<?> failed = pool(1).submit(
                        () -> {
                            throw new IllegalStateException("secret");
                        },
                        TaskOptions.named("t"));
        assertThrows(IllegalStateException.class, failed::join);
        assertEquals("TaskFuture[t, FAILED, java.lang.IllegalStateException]", failed.toString());
    }

    @Test
    @DisplayName("wait(fs, timeout, return_when): no error for a timeout; better: cancelled is done, always")
    void waitForSeveral() throws Exception {
        ThreadPool pool = pool(1);
        TaskFuture<?> running = held(pool);
        TaskFuture<?> pending = pool.submit(() -> 1);
        pool.shutdownAndCancelPending();
        DoneAndNotDone<TaskFuture<?>> found =
                TaskFutures.waitFor(List.of(running, pending, pending), ReturnWhen.ALL_COMPLETED, Duration.ofMillis(1));
        assertEquals(1, found.done().size());
        assertEquals(1, found.notDone().size());
        assertTrue(found.done().contains(pending));
    }

    @Test
    @DisplayName("as_completed(fs, timeout): N (of M) futures unfinished")
    void asCompleted() {
        ThreadPool pool = pool(2);
        TaskFuture<String> running = held(pool);
        TaskFuture<String> done = pool.submit(() -> "done");
        done.join();
        List<TaskFuture<String>> seen = new ArrayList<>();
        TaskTimeoutException late = assertThrows(
                TaskTimeoutException.class, () -> TaskFutures.asCompleted(List.of(running, done), Duration.ofMillis(1))
                        .forEach(seen::add));
        assertEquals(List.of(done), seen);
        assertEquals("1 of 2 futures unfinished after PT0.001S", late.getMessage());
    }

    @Test
    @DisplayName("nested submit and wait on a full pool: a deadlock there; here it runs, or names the cycle")
    void nested() {
        ThreadPool pool = pool(1);
        assertEquals(1, pool.submit(() -> pool.submit(() -> 1).join()).join());
        TaskFuture<?> self = pool.submit(() -> TaskFuture.current().join());
        assertThrows(PoolDeadlockException.class, self::join);
    }

    @Test
    @DisplayName("maxtasksperchild, for threads")
    void maxTasksPerChild() {
        ThreadPool pool =
                remember(ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(1).build());
        assertNotSame(
                pool.submit(Thread::currentThread).join(),
                pool.submit(Thread::currentThread).join());
    }
}
