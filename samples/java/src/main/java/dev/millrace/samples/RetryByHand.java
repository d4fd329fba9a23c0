// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.TaskExecutorService;
import dev.millrace.TaskFuture;
import dev.millrace.TaskOptions;
import dev.millrace.ThreadPool;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

/** Tries again, a little later each time, what fails or takes too long. A loop is all that it needs. */
public final class RetryByHand {
    private RetryByHand() {}

    public static void main(String[] args) throws InterruptedException {
        Callable<String> unreliable = () -> {
            if (ThreadLocalRandom.current().nextInt(3) > 0) {
                Thread.sleep(60_000); // it hangs
            }
            return "done";
        };
        try (ThreadPool pool = ThreadPool.of(1)) {
            System.out.println(retry(pool, unreliable, 50, Duration.ofMillis(20)));
        }
    }

    /** Throws what the last attempt threw, if none succeeds. */
    static <T> T retry(TaskExecutorService pool, Callable<T> task, int attempts, Duration limit)
            throws InterruptedException {
        long pauseMillis = 1;
        for (int attempt = 1; ; attempt++) {
            // The limit ends the future on time, and interrupts the code.
            TaskOptions options = TaskOptions.named("attempt " + attempt).withTimeout(limit);
            TaskFuture<T> result = pool.submit(task, options);
            try {
                return result.join();
            } catch (RuntimeException e) {
                if (attempt == attempts) {
                    throw e;
                }
            }
            Thread.sleep(pauseMillis);
            pauseMillis = Math.min(2 * pauseMillis, 1_000);
        }
    }
}
