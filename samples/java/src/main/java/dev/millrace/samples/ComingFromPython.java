// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.MapOptions;
import dev.millrace.ReturnWhen;
import dev.millrace.TaskFuture;
import dev.millrace.TaskFutures;
import dev.millrace.TaskOptions;
import dev.millrace.TaskPromise;
import dev.millrace.TaskStatus;
import dev.millrace.ThreadPool;
import dev.millrace.ThrowingFunction;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code concurrent.futures}, name by name; above each method stands what one writes in Python. {@link
 * ComingFromPythonPool} is the same for {@code multiprocessing.pool}.
 */
public final class ComingFromPython {
    private ComingFromPython() {}

    public static void main(String[] args) {
        show("executor", pool -> executor());
        show("idle threads are used first", pool -> threads());
        show("submit", ComingFromPython::submit);
        show("a task that raises", ComingFromPython::raises);
        show("map", ComingFromPython::map);
        show("map that goes on", ComingFromPython::mapGoingOn);
        show("with", pool -> with());
        show("wait", ComingFromPython::waitForFirst);
        show("as_completed", ComingFromPython::asCompleted);
        show("exception", ComingFromPython::exception);
        show("repr", ComingFromPython::repr);
        show("nested", pool -> nested());
    }

    private static void show(String name, ThrowingFunction<ThreadPool, ?> row) {
        try (ThreadPool pool = ThreadPool.of(2)) {
            System.out.println(name + ": " + row.apply(pool));
        } catch (Exception e) {
            System.out.println(name + ": " + e);
        }
    }

    // ---- the executor ----

    // with ThreadPoolExecutor(max_workers=8, thread_name_prefix="io", initializer=connect) as pool:
    //     return pool.submit(lambda: threading.current_thread().name).result()
    static String executor() {
        try (ThreadPool pool = ThreadPool.builder()
                .maxWorkers(8)
                .name("io")
                .initializer(ComingFromPython::connect)
                .build()) {
            return pool.submit(() -> Thread.currentThread().getName()).join();
        }
    }

    private static void connect() {}

    // {pool.submit(threading.current_thread).result() for _ in range(10)}
    static Set<Thread> threads() {
        try (ThreadPool pool = ThreadPool.of(8)) {
            Set<Thread> threads = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                threads.add(pool.submit(Thread::currentThread).join());
            }
            return threads;
        }
    }

    // pool.submit(pow, 2, 10).result()
    static double submit(ThreadPool pool) {
        return pool.submit(() -> Math.pow(2, 10)).join();
    }

    // pool.shutdown()
    // pool.submit(pow, 2, 10)   # RuntimeError; here RejectedExecutionException
    static TaskFuture<Double> submitAfterShutdown(ThreadPool pool) {
        pool.shutdown();
        return pool.submit(() -> Math.pow(2, 10));
    }

    // pool.submit(int, "ten").result()   # ValueError, the very same object
    static int raises(ThreadPool pool) {
        return pool.submit(() -> Integer.parseInt("ten")).join();
    }

    // ThreadPoolExecutor(initializer=fail).submit(pow, 2, 10).result()   # BrokenThreadPool
    static double initializerRaises() {
        Runnable fail = () -> {
            throw new IllegalStateException("no connection");
        };
        try (ThreadPool pool = ThreadPool.builder().initializer(fail).build()) {
            return pool.submit(() -> Math.pow(2, 10)).join();
        }
    }

    // result = weakref.ref(pool.submit(Page).result())   # nothing in the pool holds it
    static WeakReference<Object> keepsNoReference(ThreadPool pool) {
        return new WeakReference<>(pool.submit(Object::new).join());
    }

    // list(pool.map(pow, [2, 3, 4], [10, 10, 10]))   # 3.14: with buffersize=
    static List<Double> map(ThreadPool pool) {
        return pool.map(List.of(2, 3, 4), List.of(10, 10, 10), (base, exponent) -> Math.pow(base, exponent))
                .toList();
    }

    // futures = [pool.submit(int, s) for s in strings]; wait(futures)   # map itself is over after a failure
    static List<?> mapGoingOn(ThreadPool pool) {
        return pool.map(List.of("1", "two", "3"), Integer::parseInt, MapOptions.collectFailures())
                .map(future -> future.status() == TaskStatus.FAILED ? future.exceptionNow() : future.resultNow())
                .toList();
    }

    // pool.shutdown(wait=False); pool.shutdown(wait=True)
    static boolean shutdown(ThreadPool pool) throws InterruptedException {
        pool.shutdown();
        return pool.awaitTermination(1, TimeUnit.MINUTES);
    }

    // pool.shutdown(wait=False, cancel_futures=True)
    static TaskFuture<?> shutdownCancellingFutures(ThreadPool pool, Callable<?> work) {
        TaskFuture<?> last = pool.submit(work);
        pool.shutdownAndCancelPending();
        return last;
    }

    // with ThreadPoolExecutor() as pool: future = pool.submit(pow, 2, 10)
    // future.done()   # True
    static boolean with() {
        TaskFuture<Double> future;
        try (ThreadPool pool = ThreadPool.of(2)) {
            future = pool.submit(() -> Math.pow(2, 10));
        }
        return future.isDone();
    }

    // ThreadPoolExecutor().submit(threading.current_thread)   # never shut down: its threads end, and so may the
    // program
    static TaskFuture<Thread> forgotten() {
        ThreadPool pool =
                ThreadPool.builder().idleTimeout(Duration.ofMillis(10)).build();
        return pool.submit(Thread::currentThread);
    }

    // ---- the future ----

    // future.cancel()   # True: it had not begun
    static boolean cancel(TaskFuture<?> future) {
        return future.cancelIfPending();
    }

    // Python cannot stop code that runs.
    static boolean cancelRunning(TaskFuture<?> future) throws InterruptedException {
        future.cancel(true);
        return future.awaitExit(Duration.ofMinutes(1));
    }

    // future.running(), future.done(), future.cancelled()
    static List<Boolean> questions(TaskFuture<?> future) {
        return List.of(future.isRunning(), future.isDone(), future.isCancelled());
    }

    // future.result(timeout=0.01)   # TimeoutError
    static <T> T resultWithTimeout(TaskFuture<T> future) throws Exception {
        return future.get(Duration.ofMillis(10));
    }

    // pool.submit(int, "ten").exception()
    static Throwable exception(ThreadPool pool) throws InterruptedException {
        TaskFuture<Integer> future = pool.submit(() -> Integer.parseInt("ten"));
        TaskFutures.waitFor(List.of(future), ReturnWhen.ALL_COMPLETED);
        return future.exceptionNow();
    }

    // future.add_done_callback(done.put)
    static TaskFuture<?> addDoneCallback(TaskFuture<?> future) throws InterruptedException {
        BlockingQueue<TaskFuture<?>> done = new LinkedBlockingQueue<>();
        future.onDone(done::add);
        return done.take();
    }

    // future = Future(); future.set_result(1); future.set_exception(OSError())   # InvalidStateError; here false
    static List<Boolean> setResult() {
        TaskPromise<Integer> promise = new TaskPromise<>();
        return List.of(promise.succeed(1), promise.fail(new IllegalStateException()));
    }

    // repr(future)   # the state, never the value
    static String repr(ThreadPool pool) {
        TaskFuture<String> future = pool.submit(() -> "secret", TaskOptions.named("login"));
        future.join();
        return future.toString();
    }

    // ---- several futures ----

    // done, not_done = wait(futures, return_when=FIRST_COMPLETED)
    static Set<TaskFuture<?>> waitForFirst(ThreadPool pool) throws InterruptedException {
        TaskFuture<?> fast = pool.submit(() -> "fast", TaskOptions.named("fast"));
        TaskFuture<?> slow = pool.submit(new LinkedBlockingQueue<>()::take, TaskOptions.named("slow"));
        Set<TaskFuture<?>> done = TaskFutures.waitFor(List.of(fast, slow), ReturnWhen.FIRST_COMPLETED)
                .done();
        slow.cancel(true);
        return done;
    }

    // sum(future.result() for future in as_completed([pool.submit(len, word) for word in words]))
    static int asCompleted(ThreadPool pool) {
        List<TaskFuture<Integer>> lengths =
                Stream.of("the", "mill").map(word -> pool.submit(word::length)).toList();
        int sum = 0;
        for (TaskFuture<Integer> length : TaskFutures.asCompleted(lengths)) {
            sum += length.join();
        }
        return sum;
    }

    // with ThreadPoolExecutor(max_workers=1) as pool:
    //     pool.submit(lambda: pool.submit(pow, 2, 10).result()).result()   # a deadlock; not here
    static double nested() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            return pool.submit(() -> pool.submit(() -> Math.pow(2, 10)).join()).join();
        }
    }
}
