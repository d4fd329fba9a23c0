// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.TaskCancelledException;
import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.TaskStatus;
import dev.millrace.ThreadPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

class Cancelling {
    private final ThreadPool pool = ThreadPool.of(2);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicReference<Object> closed = new AtomicReference<>();

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String connect() throws InterruptedException {
        begun.countDown();
        try {
            never.await();
        } catch (InterruptedException e) {
            // Deaf, as some drivers are.
        }
        return "connection";
    }

    private void closeQuietly(Object connection) {
        closed.set(connection);
    }

    private static void step() {
        Thread.onSpinWait();
    }

    void whatComputesAsks() throws InterruptedException {
        // shown
        TaskFuture<?> counting = pool.submit(() -> {
            TaskFuture<?> me = TaskFuture.current();
            while (!me.isCancelled()) step();
        });
        shown();
        while (counting.isPending()) Thread.onSpinWait();
        assertTrue(counting.cancel(false));
        assertTrue(counting.awaitExit(Duration.ofSeconds(30)));
        pool.close();
    }

    void whatHearsNoInterrupt() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
            // shown
            TaskFuture<Integer> reading =
                    pool.submit(() -> socket.getInputStream().read());
            reading.onDone(done -> close(socket)); // also if it is cancelled, or out of time
            shown();
            while (reading.isPending()) Thread.onSpinWait();
            assertTrue(reading.cancel(true));
            assertTrue(reading.awaitExit(Duration.ofSeconds(30)));
        }
        pool.close();
    }

    void beforeItsThingsAreTouched() throws Exception {
        Path file = Files.createTempFile("millrace", null);
        TaskFuture<?> writing = pool.submit(() -> Files.writeString(file, connect()));
        begun.await();
        // shown
        writing.cancel(true);
        if (writing.awaitExit(Duration.ofSeconds(5))) {
            Files.delete(file); // until then the code may still write to it
        }
        shown();
        assertFalse(Files.exists(file));
        assertThrows(TaskCancelledException.class, writing::join);
        pool.close();
    }

    void whatComesTooLate() throws InterruptedException {
        // shown
        TaskFuture<String> connection =
                pool.submit(this::connect, TaskOptions.onLateOutcome((value, thrown) -> closeQuietly(value)));
        shown();
        begun.await();
        connection.cancel(true);
        pool.close();
        assertEquals("connection", closed.get());
    }

    /** What the page says in words. */
    void theTable() throws Exception {
        ThreadPool one = ThreadPool.of(1);
        TaskFuture<?> running = one.submit(this::connect);
        TaskFuture<?> pending = one.submit(() -> "never");
        begun.await();
        assertFalse(running.cancelIfPending());
        assertTrue(pending.cancelIfPending());
        assertFalse(pending.cancel(true));
        assertTrue(running.cancel(true));
        assertEquals(TaskStatus.CANCELLED, running.status());
        TaskFuture<?> own = one.submit(() -> {
            throw new CancellationException("of its own");
        });
        assertThrows(CancellationException.class, own::join);
        assertEquals(TaskStatus.FAILED, own.status());
        one.close();
        pool.close();
    }
}
