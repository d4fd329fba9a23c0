// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Promise 2: a task runs at most once, and never after its future is cancelled. */
class RunsAtMostOnceTest {
    private static final int ROUNDS = 100_000;

    @Test
    void aCancelThatRacesWithTheStartEitherPreventsItOrFindsItRunning() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            int prevented = 0;
            for (int round = 0; round < ROUNDS; round++) {
                AtomicInteger runs = new AtomicInteger();
                TaskFuture<?> task = pool.submit(() -> runs.incrementAndGet());
                boolean cancelled = task.cancelIfPending();
                prevented += cancelled ? 1 : 0;
                if (!cancelled) {
                    task.join();
                }
                pool.submit(() -> {}).join();
                assertEquals(cancelled ? 0 : 1, runs.get());
            }
            assertTrue(prevented > 0, "no cancel came in time in " + ROUNDS + " rounds");
        }
    }

    @Test
    void aTaskThatItsWaiterAndAWorkerWantRunsOnce() {
        try (ThreadPool pool = ThreadPool.of(2)) {
            for (int round = 0; round < ROUNDS / 5; round++) {
                AtomicInteger runs = new AtomicInteger();
                pool.submit(() -> pool.submit(runs::incrementAndGet).join()).join();
                assertEquals(1, runs.get());
            }
        }
    }

    @Test
    void onlyOneOfManyCancelsWins() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            CyclicBarrier together = new CyclicBarrier(2);
            for (int round = 0; round < ROUNDS / 10; round++) {
                TaskPromise<TaskFuture<?>> promise = new TaskPromise<>();
                TaskFuture<Boolean> other = pool.submit(() -> {
                    TaskFuture<?> shared = promise.future().get();
                    together.await();
                    return shared.cancel(true);
                });
                TaskFuture<?> shared = new TaskPromise<>().future();
                promise.succeed(shared);
                together.await();
                boolean mine = shared.cancel(true);
                assertTrue(mine ^ other.join());
            }
        }
    }
}
