// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;

/** The contract of groups on executors of each kind. */
class GroupContractTest {
    @Nested
    class OnAPool extends GroupContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return ThreadPool.of(maxWorkers);
        }
    }

    @Nested
    class OnABoundedPool extends GroupContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return ThreadPool.builder()
                    .maxWorkers(maxWorkers)
                    .boundedQueue(4, WhenFull.BLOCK)
                    .build();
        }
    }

    @Nested
    class OnAView extends GroupContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return open(ThreadPool.of(maxWorkers + 1)).limited(maxWorkers);
        }
    }

    @Nested
    class OnAnAdapter extends GroupContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return TaskExecutorService.adapt(
                    new ThreadPoolExecutor(maxWorkers, maxWorkers, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
        }
    }

    @Nested
    class OnAViewOfAnAdapter extends GroupContract {
        @Override
        TaskExecutorService create(int maxWorkers) {
            return open(TaskExecutorService.adapt(Executors.newFixedThreadPool(maxWorkers + 1)))
                    .limited(maxWorkers);
        }
    }
}
