// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster;

import dev.millrace.SerializableCallable;
import dev.millrace.SerializableFunction;
import dev.millrace.SerializableRunnable;
import dev.millrace.TaskExecutorService;
import dev.millrace.TaskFuture;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** What a Java user writes for a cluster. */
final class JavaTasks {
    private JavaTasks() {}

    /** Where its code runs. */
    static TaskFuture<Long> pid(TaskExecutorService cluster) {
        return cluster.submit(
                SerializableCallable.of(() -> ProcessHandle.current().pid()));
    }

    static List<Integer> squares(TaskExecutorService cluster, List<Integer> numbers) {
        return cluster.map(numbers, SerializableFunction.of((Integer n) -> n * n))
                .toList();
    }

    static TaskFuture<?> touch(TaskExecutorService cluster, String file) {
        return cluster.submit(SerializableRunnable.of(() -> create(file)));
    }

    /** Says by a file that it runs, and by another that it was interrupted. */
    static TaskFuture<?> blocking(TaskExecutorService cluster, String directory) {
        return cluster.submit(SerializableCallable.of(() -> block(directory)));
    }

    static Object block(String directory) throws InterruptedException {
        create(directory + "/runs");
        try {
            new CountDownLatch(1).await();
            return null;
        } catch (InterruptedException e) {
            create(directory + "/interrupted");
            throw e;
        }
    }

    static void create(String file) {
        try {
            Files.createFile(Path.of(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static final class NotEnoughException extends Exception {
        private static final long serialVersionUID = 1;
        final int missing;

        NotEnoughException(int missing) {
            super("missing: " + missing);
            this.missing = missing;
        }
    }

    static TaskFuture<?> failing(TaskExecutorService cluster) {
        return cluster.submit(SerializableCallable.of(() -> {
            throw new NotEnoughException(3);
        }));
    }

    /** Cannot travel: a thread is in its list. */
    static final class Job implements Callable<Integer>, Serializable {
        private static final long serialVersionUID = 1;
        private final List<Object> helpers = new ArrayList<>(List.of("a string", Thread.currentThread()));

        @Override
        public Integer call() {
            return helpers.size();
        }
    }
}
