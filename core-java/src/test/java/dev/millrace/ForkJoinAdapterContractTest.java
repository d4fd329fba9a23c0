// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * The contract over a {@code ForkJoinPool}, which drops what it holds without a word and steals out of order. Not that of
 * JDK 17, which by itself, in one of some fifty submits, leaves a task lying beside one that blocks, while a worker is idle.
 */
@EnabledForJreRange(min = JRE.JAVA_25)
class ForkJoinAdapterContractTest extends ExecutorContract {
    @Override
    TaskExecutorService create(int maxWorkers) {
        return TaskExecutorService.adapt(new ForkJoinPool(maxWorkers));
    }

    /** The common pool cannot be shut down; the JDK's {@code close} of it does nothing. */
    private static final class CommonPool {
        public static void main(String[] args) {
            TaskExecutorService common = TaskExecutorService.adapt(ForkJoinPool.commonPool());
            common.submit(() -> "value").join();
            common.close();
        }
    }

    /** In a JVM of its own: a {@code close} that spins could not be stopped in this one. */
    @Test
    void closeOfTheCommonPoolReturns() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CommonPool.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertTrue(jvm.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "close did not return");
            assertEquals(0, jvm.exitValue());
        } finally {
            jvm.destroyForcibly().waitFor();
        }
    }
}
