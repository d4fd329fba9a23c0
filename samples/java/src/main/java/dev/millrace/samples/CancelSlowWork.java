// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.TaskFuture;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Tells running code that nobody wants its result any more, and learns when it has stopped. */
public final class CancelSlowWork {
    private CancelSlowWork() {}

    public static void main(String[] args) throws InterruptedException {
        BlockingQueue<String> letters = new LinkedBlockingQueue<>();
        try (ThreadPool pool = ThreadPool.of(2)) {
            TaskFuture<String> waiting = pool.submit(letters::take);
            TaskFuture<Long> computing = pool.submit(CancelSlowWork::count);
            System.out.println("waiting: " + stop(waiting));
            System.out.println("computing: " + stop(computing));
        }
    }

    /** Code that waits is woken by the interrupt. Code that computes has to ask. */
    static long count() {
        TaskFuture<?> me = TaskFuture.current();
        long steps = 0;
        while (!me.isCancelled()) {
            steps++;
        }
        return steps;
    }

    static String stop(TaskFuture<?> work) throws InterruptedException {
        work.cancel(true); // the future is cancelled at once; the code hears of it
        boolean left = work.awaitExit(Duration.ofSeconds(10));
        return work.status() + ", and its code " + (left ? "has ended" : "does not listen");
    }
}
