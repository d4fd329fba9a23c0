// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;

/** A view is an executor: the contract over views of each kind, whose limit is what the contract calls workers. */
class ViewContractTest {
    /** The pool has more workers than the view may use. */
    @Nested
    class OfAPool extends ExecutorContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return open(ThreadPool.of(maxWorkers + 2)).limited(maxWorkers);
        }
    }

    /** The pool has fewer workers than the view might use. */
    @Nested
    class WiderThanItsPool extends ExecutorContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return open(ThreadPool.of(maxWorkers)).limited(maxWorkers + 3);
        }
    }

    @Nested
    class OfAView extends ExecutorContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return open(ThreadPool.of(maxWorkers + 2)).limited(maxWorkers + 1).limited(maxWorkers);
        }
    }

    /** So small that the contract's larger tests meet the bound. */
    @Nested
    class OfABoundedPool extends ExecutorContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return open(ThreadPool.builder()
                            .maxWorkers(maxWorkers)
                            .boundedQueue(4, WhenFull.BLOCK)
                            .build())
                    .limited(maxWorkers);
        }
    }

    @Nested
    class OfAnAdapter extends ExecutorContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            int threads = maxWorkers + 2;
            return open(TaskExecutorService.adapt(
                            new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>())))
                    .limited(maxWorkers);
        }
    }
}
