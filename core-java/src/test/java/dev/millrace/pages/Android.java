// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.Registration;
import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.ThreadPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

class Android {
    private final ThreadPool pool = ThreadPool.of(2);
    private final Handler handler = new Handler();
    private final List<String> told = new ArrayList<>();
    private final CountDownLatch never = new CountDownLatch(1);

    /** As Android's: what is posted runs on the main thread. */
    private static final class Handler {
        final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();

        boolean post(Runnable code) {
            return posted.add(code);
        }
    }

    private String hash(String file) throws InterruptedException {
        if (file.equals("endless")) {
            never.await();
        }
        return "hash of " + file;
    }

    private void show(TaskFuture<String> done) {
        told.add(done.isCancelled() ? "stopped" : done.join());
    }

    void aScreen() {
        String file = "file";
        // shown
        TaskFuture<String> hash = pool.submit(() -> hash(file), TaskOptions.named(file));
        Registration onMain = hash.onDone(this::show, handler::post);
        shown();
        hash.join();
        while (handler.posted.isEmpty()) Thread.onSpinWait();
        handler.posted.forEach(Runnable::run);
        assertEquals(List.of("hash of file"), told);
        pool.close();
    }

    void aScreenThatIsLeft() {
        TaskFuture<String> hash = pool.submit(() -> hash("endless"));
        Registration onMain = hash.onDone(this::show, handler::post);
        // shown
        onMain.remove(); // in onDestroy: from here on the future does not refer to the screen
        hash.cancel(true); // and its code is interrupted, if nobody else wants it
        shown();
        pool.close();
        assertEquals(0, handler.posted.size());
    }
}
