// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** The contract of a pool as {@code ThreadPool.of} makes it. */
class ThreadPoolContractTest extends PoolContract {
    @Override
    ThreadPool.Builder builder(int maxWorkers) {
        return ThreadPool.builder().maxWorkers(maxWorkers);
    }

    @Override
    TaskExecutorService create(int maxWorkers) {
        return ThreadPool.of(maxWorkers);
    }
}
