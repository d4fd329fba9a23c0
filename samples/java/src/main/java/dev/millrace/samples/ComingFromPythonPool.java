// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.MapOptions;
import dev.millrace.ReturnWhen;
import dev.millrace.TaskFuture;
import dev.millrace.TaskFutures;
import dev.millrace.TaskStatus;
import dev.millrace.ThreadPool;
import dev.millrace.WhenFull;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code multiprocessing.pool.ThreadPool}, name by name; above each method stands what one writes in Python. */
public final class ComingFromPythonPool {
    private static final List<Integer> NUMBERS = List.of(1, 2, 3, 4, 5);

    private ComingFromPythonPool() {}

    public static void main(String[] args) throws InterruptedException {
        try (ThreadPool pool = threadPool()) {
            System.out.println("apply: " + apply(pool));
            System.out.println("apply_async: " + applyAsync(pool));
            System.out.println("map: " + map(pool));
            System.out.println("map_async: " + mapAsync(pool).join());
            System.out.println("starmap: " + starmap(pool));
            System.out.println("imap: " + imap(pool));
            System.out.println("imap_unordered: " + imapUnordered(pool));
            System.out.println("maxtasksperchild: " + maxTasksPerChild());
            System.out.println("a queue and its workers: " + queueOfWorkers());
        }
    }

    private static int square(int n) {
        return n * n;
    }

    // pool = ThreadPool(4)
    static ThreadPool threadPool() {
        return ThreadPool.of(4);
    }

    // pool.apply(square, (3,))
    static int apply(ThreadPool pool) {
        return pool.submit(() -> square(3)).join();
    }

    // pool.apply_async(square, (3,), callback=results.put, error_callback=log)
    static int applyAsync(ThreadPool pool) throws InterruptedException {
        BlockingQueue<Integer> results = new LinkedBlockingQueue<>();
        pool.submit(() -> square(3)).onDone(done -> {
            switch (done.status()) {
                case SUCCESS -> results.add(done.resultNow());
                default -> System.err.println(done);
            }
        });
        return results.take();
    }

    // pool.map(square, numbers, chunksize=2)
    static List<Integer> map(ThreadPool pool) {
        return pool.map(NUMBERS, ComingFromPythonPool::square, MapOptions.chunk(2))
                .toList();
    }

    // pool.map_async(square, numbers)
    static TaskFuture<List<Integer>> mapAsync(ThreadPool pool) {
        return pool.mapAsync(NUMBERS, ComingFromPythonPool::square);
    }

    // pool.starmap(pow, [(2, 1), (3, 2)])
    static List<Double> starmap(ThreadPool pool) {
        return pool.map(List.of(2, 3), List.of(1, 2), (base, exponent) -> Math.pow(base, exponent))
                .toList();
    }

    // pool.starmap_async(pow, [(2, 1), (3, 2)])
    static TaskFuture<List<Double>> starmapAsync(ThreadPool pool) {
        return pool.mapAsync(List.of(2, 3), List.of(1, 2), (base, exponent) -> Math.pow(base, exponent));
    }

    // next(pool.imap(square, itertools.count(1), chunksize=2))   # reads without end; here a window
    static int imap(ThreadPool pool) {
        Iterable<Integer> count = () -> Stream.iterate(1, n -> n + 1).iterator();
        try (Stream<Integer> squares = pool.map(count, ComingFromPythonPool::square, MapOptions.chunk(2))) {
            return squares.iterator().next();
        }
    }

    // sorted(pool.imap_unordered(square, numbers))
    static List<Integer> imapUnordered(ThreadPool pool) {
        return pool.map(NUMBERS, ComingFromPythonPool::square, MapOptions.unordered())
                .sorted()
                .toList();
    }

    // pool.imap(work, items).next(timeout=0.01)   # TimeoutError
    static <T> T nextWithTimeout(List<TaskFuture<T>> items) {
        return TaskFutures.asCompleted(items, Duration.ofMillis(10))
                .iterator()
                .next()
                .join();
    }

    // result.wait(); result.ready(), result.successful()
    static List<Boolean> asyncResult(TaskFuture<?> result) throws InterruptedException {
        TaskFutures.waitFor(List.of(result), ReturnWhen.ALL_COMPLETED);
        return List.of(result.isDone(), result.status() == TaskStatus.SUCCESS);
    }

    // pool.close(); pool.join()
    static boolean closeAndJoin(ThreadPool pool) throws InterruptedException {
        pool.shutdown();
        return pool.awaitTermination(1, TimeUnit.MINUTES);
    }

    // pool.terminate()   # what was queued never ends; here it is cancelled
    static void terminate(ThreadPool pool) {
        pool.shutdownNow();
    }

    // with ThreadPool(4) as pool: result = pool.apply_async(square, (3,))
    // result.ready()   # perhaps: with terminates the pool; here it finishes the work
    static boolean with() {
        TaskFuture<Integer> result;
        try (ThreadPool pool = threadPool()) {
            result = pool.submit(() -> square(3));
        }
        return result.isDone();
    }

    // {pool.apply(threading.current_thread) for _ in range(3)}   # Pool(1, maxtasksperchild=1), processes only
    static Set<Thread> maxTasksPerChild() {
        try (ThreadPool pool =
                ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(1).build()) {
            Set<Thread> threads = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                threads.add(pool.submit(Thread::currentThread).join());
            }
            return threads;
        }
    }

    // queue = Queue(maxsize=10), and four threads that get(), work and call task_done()
    // for n in range(100): queue.put(n)
    // queue.join()
    static int queueOfWorkers() throws InterruptedException {
        BlockingQueue<Integer> results = new LinkedBlockingQueue<>();
        try (ThreadPool pool = ThreadPool.builder()
                .maxWorkers(4)
                .boundedQueue(10, WhenFull.BLOCK)
                .build()) {
            for (int n = 0; n < 100; n++) {
                int number = n;
                pool.execute(() -> results.add(square(number)));
            }
            pool.awaitQuiescence(Duration.ofMinutes(1));
            return results.size();
        }
    }
}
