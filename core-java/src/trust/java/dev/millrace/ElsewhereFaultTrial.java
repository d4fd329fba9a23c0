// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Faults on the way to an executor elsewhere and back: each future ends, and says on which way it was. */
class ElsewhereFaultTrial {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** What {@link Cargo} does when it is written, or read, for the so manieth time; static, so that it stays here. */
    private static volatile Supplier<Throwable> error = () -> null;

    private enum When {
        WRITTEN,
        READ,
        NEVER
    }

    /** Throws where it is told to. */
    private static final class Cargo extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final When when;

        Cargo(When when) {
            this.when = when;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            throwIf(When.WRITTEN);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            throwIf(When.READ);
        }

        private void throwIf(When now) {
            if (when == now) {
                throw Faults.<RuntimeException>rethrow(error.get());
            }
        }
    }

    /** So long a chain that writing it overflows the stack. */
    private static final class Chain implements Serializable {
        private static final long serialVersionUID = 1;
        private Chain next;

        static Chain of(int links) {
            Chain first = null;
            for (int i = 0; i < links; i++) {
                Chain before = new Chain();
                before.next = first;
                first = before;
            }
            return first;
        }
    }

    private interface Fault {
        void tryOut(TaskExecutorService pool) throws Exception;
    }

    private static DynamicTest test(String name, Fault fault) {
        return DynamicTest.dynamicTest(name, () -> {
            ExecutorService there = Executors.newFixedThreadPool(2);
            try (TaskExecutorService pool = TaskExecutorService.adapt(there, Capabilities.elsewhere())) {
                fault.tryOut(pool);
                SerializableCallable<String> next = () -> "next";
                assertEquals("next", pool.submit(next).get(LIMIT));
            } finally {
                there.shutdownNow();
            }
        });
    }

    private static String failureOf(TaskFuture<?> task) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> task.get(LIMIT));
        return Failure.describe(e.getCause());
    }

    private static void assertSays(String text, TaskFuture<?> task) {
        String failure = failureOf(task);
        assertTrue(failure.contains(text), failure);
    }

    @TestFactory
    Stream<DynamicTest> errorsOnTheWay() {
        return Faults.ERRORS.stream()
                .map(thrown -> test(thrown.get().getClass().getSimpleName(), pool -> {
                    error = thrown;
                    Cargo unreadable = new Cargo(When.READ);
                    Cargo unwritable = new Cargo(When.WRITTEN);
                    SerializableCallable<Object> there = () -> unreadable;
                    SerializableCallable<Object> refused = () -> unwritable;
                    SerializableCallable<Object> valueBack = () -> new Cargo(When.READ);
                    SerializableCallable<Object> valueOut = () -> new Cargo(When.WRITTEN);
                    SerializableCallable<Object> thrownBack = () -> {
                        throw new Cargo(When.READ);
                    };
                    SerializableCallable<Object> thrownOut = () -> {
                        throw new Cargo(When.WRITTEN);
                    };
                    SerializableCallable<Object> plain = () -> {
                        throw new Cargo(When.NEVER);
                    };
                    assertThrows(Throwable.class, () -> pool.submit(refused));
                    assertSays("did not arrive", pool.submit(there));
                    assertSays("cannot be read here", pool.submit(valueBack));
                    assertSays("its value cannot be sent back", pool.submit(valueOut));
                    assertSays("it threw " + Cargo.class.getName(), pool.submit(thrownBack));
                    assertSays("which cannot be sent back", pool.submit(thrownOut));
                    assertSays(Cargo.class.getName(), pool.submit(plain));
                    mapsFail(pool);
                }));
    }

    private static void mapsFail(TaskExecutorService pool) throws Exception {
        for (When when : List.of(When.READ, When.WRITTEN)) {
            SerializableFunction<Integer, Object> third = i -> i == 3 ? new Cargo(when) : i;
            assertThrows(Throwable.class, () -> pool.map(List.of(1, 2, 3, 4), third, MapOptions.chunk(2))
                    .forEach(i -> {}));
            failureOf(pool.mapAsync(List.of(1, 2, 3, 4), third, MapOptions.chunk(4)));
        }
        SerializableFunction<Integer, Object> third = i -> i == 3 ? new Cargo(When.WRITTEN) : i;
        List<TaskFuture<Object>> each = pool.mapAsync(
                        List.of(1, 2, 3, 4), third, MapOptions.chunk(4).withCollectedFailures())
                .get(LIMIT);
        assertEquals(
                1, each.stream().filter(f -> f.status() == TaskStatus.FAILED).count());
        assertEquals(TaskStatus.FAILED, each.get(2).status());
    }

    /** Around the length at which the stack is just too short: at each length one or the other, and never null. */
    @TestFactory
    Stream<DynamicTest> whatIsNestedTooDeeply() {
        return Stream.of(500, 2_000, 5_000, 20_000, 100_000)
                .map(links -> test(links + " links", pool -> {
                    for (int more = 0; more < 5; more++) {
                        int length = links + more * 37;
                        SerializableCallable<Chain> task = () -> Chain.of(length);
                        try {
                            int arrived = 0;
                            for (Chain link = pool.submit(task).get(LIMIT); link != null; link = link.next) {
                                arrived++;
                            }
                            assertEquals(length, arrived);
                        } catch (ExecutionException e) {
                            String text = String.valueOf(e.getCause().getMessage());
                            assertTrue(text.contains("StackOverflowError"), text);
                        }
                    }
                }));
    }
}
