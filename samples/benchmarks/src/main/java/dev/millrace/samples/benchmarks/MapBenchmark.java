// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import dev.millrace.MapOptions;
import dev.millrace.ThreadPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/** {@link MapItems} mapped in each way that Java has, on as many workers as processors; the score is one map. */
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MapBenchmark extends PoolBenchmark {
    private static final int CHUNK = 256;

    /** Results come in order, but for UNORDERED. All but PARALLEL_STREAM and PLAIN_LOOP use a pool of one size. */
    public enum Way {
        MILLRACE_AUTO,
        MILLRACE_AUTO_UNORDERED,
        MILLRACE_CHUNK,
        MILLRACE_CHUNK_UNORDERED,
        MILLRACE_ITEMS,
        MILLRACE_ITEMS_UNORDERED,
        PARALLEL_STREAM,
        SUBMIT_ALL,
        INVOKE_ALL,
        COMPLETABLE_FUTURE,
        PLAIN_LOOP
    }

    @Param
    public Way way;

    private MapItems items;

    @Setup
    public void start() {
        Peer peer = way.name().startsWith("MILLRACE") ? Peer.MILLRACE : Peer.THREAD_POOL;
        open(peer, Runtime.getRuntime().availableProcessors());
        items = new MapItems();
    }

    @Benchmark
    public long map() throws ExecutionException, InterruptedException {
        return switch (way) {
            case MILLRACE_AUTO -> map(MapOptions.chunk(MapOptions.AUTO));
            case MILLRACE_AUTO_UNORDERED ->
                map(MapOptions.chunk(MapOptions.AUTO).withUnordered());
            case MILLRACE_CHUNK -> map(MapOptions.chunk(CHUNK));
            case MILLRACE_CHUNK_UNORDERED -> map(MapOptions.chunk(CHUNK).withUnordered());
            case MILLRACE_ITEMS -> map(MapOptions.chunk(1));
            case MILLRACE_ITEMS_UNORDERED -> map(MapOptions.unordered().withChunk(1));
            case PARALLEL_STREAM ->
                sum(items.list().parallelStream().map(items::work).toList());
            case SUBMIT_ALL -> submitAll();
            case INVOKE_ALL -> invokeAll();
            case COMPLETABLE_FUTURE -> completableFutures();
            case PLAIN_LOOP -> plainLoop();
        };
    }

    private long map(MapOptions options) {
        return ((ThreadPool) pool)
                .map(items.list(), items::work, options)
                .mapToLong(x -> x)
                .sum();
    }

    private long submitAll() throws ExecutionException, InterruptedException {
        List<Future<Integer>> futures = new ArrayList<>(items.list().size());
        for (Integer item : items.list()) {
            futures.add(pool.submit(() -> items.work(item)));
        }
        return sumOf(futures);
    }

    private long invokeAll() throws ExecutionException, InterruptedException {
        List<Callable<Integer>> tasks = new ArrayList<>(items.list().size());
        for (Integer item : items.list()) {
            tasks.add(() -> items.work(item));
        }
        return sumOf(pool.invokeAll(tasks));
    }

    private long completableFutures() throws ExecutionException, InterruptedException {
        List<Future<Integer>> futures = new ArrayList<>(items.list().size());
        for (Integer item : items.list()) {
            futures.add(CompletableFuture.supplyAsync(() -> items.work(item), pool));
        }
        return sumOf(futures);
    }

    private long plainLoop() {
        long sum = 0;
        for (Integer item : items.list()) {
            sum += items.work(item);
        }
        return sum;
    }

    private static long sumOf(List<Future<Integer>> futures) throws ExecutionException, InterruptedException {
        long sum = 0;
        for (Future<Integer> future : futures) {
            sum += future.get();
        }
        return sum;
    }

    private static long sum(List<Integer> results) {
        long sum = 0;
        for (Integer result : results) {
            sum += result;
        }
        return sum;
    }
}
