// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.TaskFuture;
import dev.millrace.TaskTimeoutException;
import dev.millrace.ThreadPool;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each row of {@code multiprocessing.pool.ThreadPool}. */
@Timeout(60)
class ComingFromPythonPoolTest {
    private static final List<Integer> SQUARES = List.of(1, 4, 9, 16, 25);
    private static final List<Double> POWERS = List.of(2.0, 9.0);

    private final ThreadPool pool = ComingFromPythonPool.threadPool();
    private final CountDownLatch go = new CountDownLatch(1);

    @AfterEach
    void close() {
        go.countDown();
        pool.close();
    }

    @Test
    void apply() throws Exception {
        assertEquals(9, ComingFromPythonPool.apply(pool));
        assertEquals(9, ComingFromPythonPool.applyAsync(pool));
    }

    @Test
    void map() {
        assertEquals(SQUARES, ComingFromPythonPool.map(pool));
        assertEquals(SQUARES, ComingFromPythonPool.mapAsync(pool).join());
    }

    @Test
    void starmap() {
        assertEquals(POWERS, ComingFromPythonPool.starmap(pool));
        assertEquals(POWERS, ComingFromPythonPool.starmapAsync(pool).join());
    }

    @Test
    void imap() {
        assertEquals(1, ComingFromPythonPool.imap(pool));
    }

    @Test
    void imapUnordered() {
        assertEquals(SQUARES, ComingFromPythonPool.imapUnordered(pool));
    }

    @Test
    void nextWithTimeout() {
        TaskFuture<Boolean> item = pool.submit(() -> {
            go.await();
            return true;
        });

        assertThrows(TaskTimeoutException.class, () -> ComingFromPythonPool.nextWithTimeout(List.of(item)));
        go.countDown();
        assertTrue(item.join(), "can be asked again");
    }

    @Test
    void asyncResult() throws Exception {
        assertEquals(List.of(true, true), ComingFromPythonPool.asyncResult(pool.submit(() -> 1)));
        TaskFuture<Integer> failing = pool.submit(() -> Integer.parseInt("ten"));
        assertEquals(List.of(true, false), ComingFromPythonPool.asyncResult(failing));
        assertTrue(failing.exceptionNow() instanceof NumberFormatException);
    }

    @Test
    void closeAndJoin() throws Exception {
        assertTrue(ComingFromPythonPool.closeAndJoin(pool));
    }

    @Test
    void terminate() {
        List<TaskFuture<Object>> tasks = Stream.generate(() -> pool.submit(new LinkedBlockingQueue<>()::take))
                .limit(100)
                .toList();
        Waiting.until(() -> tasks.stream().filter(TaskFuture::isRunning).count() == 4);

        ComingFromPythonPool.terminate(pool);

        for (TaskFuture<Object> task : tasks.subList(0, 4)) {
            Exception stopped = assertThrows(CompletionException.class, task::join);
            assertTrue(stopped.getCause() instanceof InterruptedException);
        }
        assertTrue(tasks.stream().skip(4).allMatch(TaskFuture::isCancelled));
    }

    @Test
    void with() {
        assertTrue(ComingFromPythonPool.with());
    }

    @Test
    void maxTasksPerChild() {
        assertEquals(3, ComingFromPythonPool.maxTasksPerChild().size());
    }

    @Test
    void queueOfWorkers() throws Exception {
        assertEquals(100, ComingFromPythonPool.queueOfWorkers());
    }
}
