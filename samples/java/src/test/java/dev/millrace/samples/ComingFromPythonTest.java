// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.BrokenPoolException;
import dev.millrace.TaskFuture;
import dev.millrace.ThreadPool;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each row of {@code concurrent.futures}. */
@Timeout(60)
class ComingFromPythonTest {
    private final ThreadPool pool = ThreadPool.of(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** Runs until {@code go}. */
    private TaskFuture<String> held() {
        TaskFuture<String> task = pool.submit(() -> {
            go.await();
            return "held";
        });
        Waiting.until(task::isRunning);
        return task;
    }

    @AfterEach
    void close() {
        go.countDown();
        pool.close();
    }

    @Test
    void executor() {
        assertEquals("io-1", ComingFromPython.executor());
    }

    @Test
    void threads() {
        assertEquals(1, ComingFromPython.threads().size());
    }

    @Test
    void submit() {
        assertEquals(1024, ComingFromPython.submit(pool));
    }

    @Test
    void submitAfterShutdown() {
        assertThrows(RejectedExecutionException.class, () -> ComingFromPython.submitAfterShutdown(pool));
    }

    @Test
    void raises() {
        assertThrows(NumberFormatException.class, () -> ComingFromPython.raises(pool));
        assertEquals(1024, ComingFromPython.submit(pool));
    }

    @Test
    void initializerRaises() {
        assertThrows(BrokenPoolException.class, ComingFromPython::initializerRaises);
    }

    @Test
    void keepsNoReference() {
        WeakReference<Object> result = ComingFromPython.keepsNoReference(pool);
        Waiting.until(() -> {
            System.gc();
            return result.get() == null;
        });
    }

    @Test
    void map() {
        assertEquals(List.of(1024.0, 59049.0, 1048576.0), ComingFromPython.map(pool));
    }

    @Test
    void mapGoingOn() {
        List<?> results = ComingFromPython.mapGoingOn(pool);

        assertEquals(1, results.get(0));
        assertTrue(results.get(1) instanceof NumberFormatException);
        assertEquals(3, results.get(2));
    }

    @Test
    void shutdown() throws Exception {
        assertTrue(ComingFromPython.shutdown(pool));
    }

    @Test
    void shutdownCancellingFutures() {
        TaskFuture<String> running = held();

        assertTrue(ComingFromPython.shutdownCancellingFutures(pool, () -> 1).isCancelled());
        go.countDown();
        assertEquals("held", running.join());
    }

    @Test
    void with() {
        assertTrue(ComingFromPython.with());
    }

    @Test
    void forgotten() throws Exception {
        Thread worker = ComingFromPython.forgotten().join();

        assertFalse(worker.isDaemon(), "the program waits for its work");
        worker.join();
    }

    @Test
    void cancel() {
        TaskFuture<String> running = held();

        assertFalse(ComingFromPython.cancel(running));
        assertTrue(ComingFromPython.cancel(pool.submit(() -> 1)));
    }

    @Test
    void cancelRunning() throws Exception {
        assertTrue(ComingFromPython.cancelRunning(held()));
    }

    @Test
    void questions() {
        TaskFuture<String> running = held();

        assertEquals(List.of(true, false, false), ComingFromPython.questions(running));
        go.countDown();
        running.join();
        assertEquals(List.of(false, true, false), ComingFromPython.questions(running));
    }

    @Test
    void resultWithTimeout() {
        TaskFuture<String> running = held();

        assertThrows(TimeoutException.class, () -> ComingFromPython.resultWithTimeout(running));
        assertTrue(running.isRunning(), "only the wait is over");
    }

    @Test
    void exception() throws Exception {
        assertTrue(ComingFromPython.exception(pool) instanceof NumberFormatException);
    }

    @Test
    void addDoneCallback() throws Exception {
        TaskFuture<Integer> future = pool.submit(() -> 1);

        assertSame(future, ComingFromPython.addDoneCallback(future));
    }

    @Test
    void setResult() {
        assertEquals(List.of(true, false), ComingFromPython.setResult());
    }

    @Test
    void repr() {
        assertEquals("TaskFuture[login, SUCCESS]", ComingFromPython.repr(pool));
    }

    @Test
    void waitForFirst() throws Exception {
        assertEquals(
                List.of("fast"),
                ComingFromPython.waitForFirst(pool).stream()
                        .map(TaskFuture::name)
                        .toList());
    }

    @Test
    void asCompleted() {
        assertEquals(7, ComingFromPython.asCompleted(pool));
    }

    @Test
    void nested() {
        assertEquals(1024, ComingFromPython.nested());
    }
}
