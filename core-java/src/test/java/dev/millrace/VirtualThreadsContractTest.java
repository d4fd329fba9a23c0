// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.junit.jupiter.api.condition.EnabledForJreRange;

/** The contract over one virtual thread a task. */
@EnabledForJreRange(minVersion = 21, disabledReason = "virtual threads came with JDK 21")
class VirtualThreadsContractTest extends ExecutorContract {
    @Override
    TaskExecutorService create(int maxWorkers) {
        return TaskExecutorService.adapt(ThreadsOfJdk21.newVirtualThreadPerTaskExecutor());
    }

    @Override
    boolean limitsWorkers() {
        return false;
    }
}
