package dev.millrace;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** The contract over one virtual thread a task. */
@EnabledForJreRange(minVersion = 21, disabledReason = "virtual threads came with JDK 21")
class VirtualThreadsContractTest extends ExecutorContract {
    @Override
    TaskExecutorService create(int maxWorkers) {
        try {
            return TaskExecutorService.adapt((ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    boolean limitsWorkers() {
        return false;
    }
}
