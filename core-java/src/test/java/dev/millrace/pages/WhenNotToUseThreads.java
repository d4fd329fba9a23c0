// SPDX-License-Identifier: Apache-2.0
package dev.millrace.pages;

import static dev.millrace.pages.Shown.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.TaskExecutorService;
import dev.millrace.TaskFuture;
import dev.millrace.TaskPromise;
import dev.millrace.ThreadPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

class WhenNotToUseThreads {
    private final CompletableFuture<String> answer = new CompletableFuture<>();
    private final WhenNotToUseThreads client = this;
    private final List<Integer> lines = new ArrayList<>();

    private CompletableFuture<String> ask(String question) {
        return answer;
    }

    void asynchronousAlready() {
        // shown
        CompletableFuture<String> reply = client.ask("how are you?"); // answers on a thread of its own
        TaskPromise<String> promise = new TaskPromise<>("ask");
        promise.onCancel(interrupt -> reply.cancel(true));
        reply.whenComplete((text, failure) -> {
            if (failure == null) promise.succeed(text);
            else promise.fail(failure);
        });
        TaskFuture<String> future = promise.future();
        shown();
        answer.complete("well");
        assertEquals("well", future.join());
    }

    void asynchronousAndCancelled() {
        CompletableFuture<String> reply = client.ask("how are you?");
        TaskPromise<String> promise = new TaskPromise<>("ask");
        promise.onCancel(interrupt -> reply.cancel(true));
        promise.future().cancel(true);
        assertTrue(reply.isCancelled());
    }

    void oneAfterTheOther() {
        ThreadPool pool = ThreadPool.of(4);
        // shown
        TaskExecutorService log = pool.limited(1);
        for (int line = 0; line < 1_000; line++) {
            int number = line;
            log.execute(() -> lines.add(number)); // no lock: the next one sees what this one did
        }
        shown();
        pool.close();
        assertEquals(IntStream.range(0, 1_000).boxed().toList(), lines);
    }
}
