// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** The contract of a pool whose every task gets a fresh virtual thread, so many at a time. */
@EnabledForJreRange(minVersion = 21, disabledReason = "virtual threads came with JDK 21")
class VirtualWorkersContractTest extends PoolContract {
    @Override
    ThreadPool.Builder builder(int maxWorkers) {
        return ThreadPool.builder().maxWorkers(maxWorkers).maxTasksPerWorker(1).threadFactory(threads());
    }

    @Override
    ThreadFactory threads() {
        return ThreadsOfJdk21.factory();
    }
}
