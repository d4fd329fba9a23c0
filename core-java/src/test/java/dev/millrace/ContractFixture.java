// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the contracts stand on: executors of the kind under test, which end with the test.
 *
 * <p>Contracts are numbered by the list "What a drop-in ExecutorService and Future must get right"; a test without a
 * number is a sentence of the JDK's Javadoc or of ours.
 */
@ExtendWith(NoThreadsLeft.class)
abstract class ContractFixture {
    /** How late "at once" may be on a machine that does much else. */
    static final Duration AT_ONCE = Duration.ofSeconds(10);

    static final long PATIENCE_SECONDS = Aside.PATIENCE_SECONDS;

    private final List<TaskExecutorService> opened = new ArrayList<>();
    private final List<HeldTask> held = new ArrayList<>();

    /** A new executor with so many workers, which lets four tasks more wait. */
    abstract TaskExecutorService create(int maxWorkers);

    /** Whether tasks wait when all workers are busy; false where each task gets a thread of its own. */
    boolean limitsWorkers() {
        return true;
    }

    final TaskExecutorService open(int maxWorkers) {
        return open(create(maxWorkers));
    }

    final <E extends TaskExecutorService> E open(E executor) {
        opened.add(executor);
        return executor;
    }

    /** An executor of one worker, which that task keeps busy. */
    final TaskExecutorService openBusy(HeldTask holder) throws InterruptedException {
        assumeTrue(limitsWorkers(), "here no task ever waits for a worker");
        TaskExecutorService executor = open(1);
        executor.execute(holder::run);
        holder.awaitBegun();
        return executor;
    }

    final HeldTask polite() {
        HeldTask task = HeldTask.polite();
        held.add(task);
        return task;
    }

    final HeldTask stubborn() {
        HeldTask task = HeldTask.stubborn();
        held.add(task);
        return task;
    }

    /** Says of lambdas that they are tasks with a value. */
    @SafeVarargs
    static <T> List<Callable<T>> tasks(Callable<T>... tasks) {
        List<Callable<T>> list = new ArrayList<>();
        for (Callable<T> task : tasks) {
            list.add(task);
        }
        return list;
    }

    /** Shuts down and waits: from then on nothing of the executor runs. */
    static void finish(TaskExecutorService executor) throws InterruptedException {
        executor.shutdown();
        assertTrue(executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> executor + " still runs");
    }

    @AfterEach
    void endAll() throws InterruptedException {
        Thread.interrupted();
        held.forEach(HeldTask::letGo);
        opened.forEach(TaskExecutorService::shutdownNow);
        for (TaskExecutorService executor : opened) {
            assertTrue(executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> executor + " still runs");
        }
    }
}
