// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import dev.millrace.MapOptions;
import dev.millrace.PoolListener;
import dev.millrace.ThreadPool;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Checks several files at a time, on a pool. */
final class PoolChecker implements Checker {
    /**
     * So many files are in memory, of a repository of a million too: enough to keep the workers busy while the walk is
     * in a corner where nothing has a checksum.
     */
    private static final int WINDOW = 1024;

    private final ThreadPool pool;
    private final FileCheck check;
    private final MapOptions options;
    private volatile boolean stopped;

    /** {@code listener} hears of the pool's tasks; null: nobody does. */
    PoolChecker(int workers, FileCheck check, Progress progress, PoolListener listener) {
        this.check = check;
        ThreadPool.Builder builder = ThreadPool.builder().name("audit").maxWorkers(workers);
        if (listener != null) {
            builder.listener(listener);
        }
        pool = builder.build();
        // Small files travel several at a time: the walk is not woken for each.
        options = MapOptions.unordered()
                .withWindow(WINDOW)
                .withChunk(MapOptions.AUTO)
                .withProgress(map -> progress.done(map.done()));
    }

    @Override
    public boolean check(Iterator<Path> files, Consumer<Verdict> verdicts) {
        try (pool;
                Stream<Verdict> checked = pool.map(() -> files, check, options)) {
            checked.forEach(verdicts);
            return true;
        } catch (RejectedExecutionException e) {
            if (stopped) {
                return false; // the pool was shut down in the middle of the map
            }
            throw e;
        }
    }

    @Override
    public void stop() {
        stopped = true;
        pool.shutdownNow();
    }
}
