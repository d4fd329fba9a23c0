// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Views of executors that are not ours: the queue is the view's own, whatever the executor's is. */
class AdapterViewTest extends ContractFixture {
    @Override
    TaskExecutorService create(int maxWorkers) {
        return adapted(
                new ThreadPoolExecutor(maxWorkers, maxWorkers, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
    }

    private TaskExecutorService adapted(ThreadPoolExecutor executor) {
        return TaskExecutorService.adapt(executor);
    }

    @Test
    void whatWaitsInAViewOfAnExecutorWithoutAQueueRuns() throws Exception {
        TaskExecutorService lane = open(adapted(
                        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>())))
                .limited(1);
        HeldTask holder = polite();
        lane.execute(holder::run);
        holder.awaitBegun();
        List<TaskFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(lane.submit(() -> "ran"));
        }
        holder.letGo();
        for (TaskFuture<String> task : waiting) {
            assertEquals("ran", task.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    /** The executor runs each worker inside the end of the one before. */
    @Test
    void aLongQueueInAViewOfAnExecutorThatRunsInItsCallerFitsTheStack() throws Exception {
        TaskExecutorService executor = open(adapted(new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>(), new ThreadPoolExecutor.CallerRunsPolicy())));
        TaskExecutorService lane = executor.limited(1);
        AtomicInteger ran = new AtomicInteger();
        HeldTask holder = polite();
        lane.execute(holder::run);
        holder.awaitBegun();
        for (int i = 0; i < 50_000; i++) {
            lane.execute(ran::incrementAndGet);
        }
        holder.letGo();
        lane.shutdown();
        assertTrue(lane.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(50_000, ran.get());
    }

    /** A worker with callbacks to run calls another one for what waits: the executor would run that on top of the first. */
    @Test
    void aLongQueueOfTasksWithCallbacksFitsTheStackOfTheCallerThatRunsIt() throws Exception {
        TaskExecutorService executor = open(adapted(new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>(), new ThreadPoolExecutor.CallerRunsPolicy())));
        TaskExecutorService lane = executor.limited(1);
        HeldTask holder = polite();
        executor.execute(holder::run);
        holder.awaitBegun();
        List<TaskFuture<?>> tasks = new ArrayList<>();
        Logger logger = Logger.getLogger("dev.millrace");
        // Each of the workers that are not to be had is a warning.
        logger.setLevel(Level.OFF);
        try {
            lane.execute(() -> {
                for (int i = 0; i < 10_000; i++) {
                    TaskFuture<?> task = lane.submit(() -> {});
                    Registration unused = task.onDone(done -> {});
                    tasks.add(task);
                }
            });
        } finally {
            logger.setLevel(null);
        }
        for (TaskFuture<?> task : tasks) {
            assertEquals(TaskStatus.SUCCESS, task.status());
        }
        holder.letGo();
    }

    @Test
    void anExecutorThatEndedByItselfHasTerminatedWithItsViews() throws Exception {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        TaskExecutorService adapted = open(adapted(executor));
        assertEquals("ran", adapted.limited(1).submit(() -> "ran").get());
        executor.shutdown();
        assertTrue(adapted.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertTrue(adapted.isTerminated());
    }

    /** The executor itself is shut down only when the view has done its work. */
    @Test
    void afterAShutdownNothingIsTakenAlthoughAViewStillWorks() throws Exception {
        TaskExecutorService adapted = open(2);
        HeldTask holder = polite();
        adapted.limited(1).execute(holder::run);
        holder.awaitBegun();
        adapted.shutdown();
        assertThrows(RejectedExecutionException.class, () -> adapted.submit(() -> "never"));
        assertThrows(RejectedExecutionException.class, () -> adapted.trySubmit(() -> "never", Duration.ZERO));
        holder.letGo();
        assertTrue(adapted.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
}
