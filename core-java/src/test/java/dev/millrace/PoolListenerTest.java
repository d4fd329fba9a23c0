// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What listeners hear, in which order, on which thread. */
@ExtendWith(NoThreadsLeft.class)
class PoolListenerTest {
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private final PoolListener listener = new PoolListener() {
        private void hear(String what, TaskFuture<?> task) {
            heard.add(what + " " + task.name());
        }

        @Override
        public void submitted(TaskFuture<?> task) {
            assertTrue(task.isPending());
            hear("submitted", task);
        }

        @Override
        public void rejected(TaskFuture<?> task) {
            hear("rejected", task);
        }

        @Override
        public void started(TaskFuture<?> task) {
            assertEquals(task, TaskFuture.current());
            hear("started", task);
        }

        @Override
        public void stopped(TaskFuture<?> task) {
            hear("stopped", task);
        }

        @Override
        public void done(TaskFuture<?> task) {
            hear(task.status().toString(), task);
        }

        @Override
        public void workerStarted(Thread worker) {
            heard.add("+ " + worker.getName() + (worker == Thread.currentThread()));
        }

        @Override
        public void workerEnded(Thread worker) {
            heard.add("- " + worker.getName() + (worker == Thread.currentThread()));
        }
    };

    private ThreadPool.Builder pool() {
        return ThreadPool.builder().name("p").maxWorkers(1).listener(listener);
    }

    private static TaskOptions named(String name) {
        return TaskOptions.named(name);
    }

    @Test
    void aTaskFromItsSubmitToItsEnd() {
        try (ThreadPool pool = pool().build()) {
            pool.submit(() -> {}, named("a")).join();
            assertThrows(
                    IllegalStateException.class,
                    pool.submit(
                            () -> {
                                throw new IllegalStateException();
                            },
                            named("b"))::join);
            pool.limited(1).submit(() -> {}, named("c")).join();
        }
        assertEquals(
                List.of(
                        "submitted a",
                        "+ p-1true",
                        "started a",
                        "stopped a",
                        "SUCCESS a",
                        "submitted b",
                        "started b",
                        "stopped b",
                        "FAILED b",
                        "submitted c",
                        "started c",
                        "stopped c",
                        "SUCCESS c",
                        "- p-1true"),
                heard);
    }

    @Test
    void aTaskThatIsCancelledWhileItRunsStopsAfterItIsDone() throws Exception {
        ThreadPool pool = pool().build();
        HeldTask held = HeldTask.stubborn();
        TaskFuture<?> running = pool.submit(held, named("a"));
        held.awaitBegun();
        TaskFuture<?> pending = pool.submit(() -> {}, named("b"));
        assertTrue(pending.cancelIfPending());
        assertTrue(running.cancel(true));
        held.letGo();
        pool.close();
        assertEquals(
                List.of(
                        "submitted a",
                        "+ p-1true",
                        "started a",
                        "submitted b",
                        "CANCELLED b",
                        "CANCELLED a",
                        "stopped a",
                        "- p-1true"),
                heard);
    }

    @Test
    void whatIsNotTakenIsRejected() throws Exception {
        ThreadPool pool = pool().boundedQueue(0, WhenFull.REJECT).build();
        HeldTask held = HeldTask.polite();
        pool.submit(held, named("a"));
        held.awaitBegun();
        heard.clear();
        assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> {}, named("b")));
        assertTrue(pool.trySubmit(() -> 1, Duration.ZERO).isEmpty());
        assertEquals(List.of("submitted b", "rejected b"), heard.subList(0, 2));
        assertEquals(4, heard.size());
        held.letGo();
        pool.close();
    }

    @Test
    void aListenerThatCancelsWhatIsSubmittedLeavesNoPlaceTaken() throws Exception {
        PoolListener canceller = new PoolListener() {
            @Override
            public void submitted(TaskFuture<?> task) {
                if (task.name().equals("unwanted")) {
                    assertTrue(task.cancel(true));
                }
            }
        };
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.REJECT)
                .listener(canceller)
                .build();
        HeldTask held = HeldTask.polite();
        pool.submit(held);
        held.awaitBegun();
        for (int i = 0; i < 3; i++) {
            assertTrue(pool.submit(() -> {}, named("unwanted")).isCancelled());
        }
        TaskFuture<Integer> next = pool.submit(() -> 1);
        held.letGo();
        assertEquals(1, next.join());
        pool.close();
        assertEquals(3, pool.stats().cancelled());
        assertEquals(5, pool.stats().submitted());
    }

    @Test
    void ofAMapEachChunkIsATask() {
        try (ThreadPool pool = pool().build()) {
            List<Integer> all =
                    pool.map(List.of(1, 2, 3, 4), i -> i, MapOptions.chunk(2)).collect(Collectors.toList());
            assertEquals(List.of(1, 2, 3, 4), all);
        }
        assertEquals(2, heard.stream().filter(s -> s.startsWith("SUCCESS")).count());
        assertEquals(2, heard.stream().filter(s -> s.startsWith("started")).count());
    }

    @Test
    void aListenerThatThrowsChangesNothing() throws Exception {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        RuntimeException odd = new IllegalStateException("odd");
        PoolListener bad = new PoolListener() {
            @Override
            public void submitted(TaskFuture<?> task) {
                throw odd;
            }

            @Override
            public void started(TaskFuture<?> task) {
                throw odd;
            }

            @Override
            public void stopped(TaskFuture<?> task) {
                throw odd;
            }

            @Override
            public void done(TaskFuture<?> task) {
                throw odd;
            }

            @Override
            public void workerStarted(Thread worker) {
                throw odd;
            }

            @Override
            public void workerEnded(Thread worker) {
                throw odd;
            }
        };
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .threadFactory(code -> {
                    Thread thread = new Thread(code);
                    thread.setUncaughtExceptionHandler((t, thrown) -> uncaught.add(thrown));
                    return thread;
                })
                .listener(bad)
                .listener(listener)
                .build();
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        Thread.currentThread().setUncaughtExceptionHandler((t, thrown) -> uncaught.add(thrown));
        try {
            assertEquals(1, pool.submit(() -> 1).join());
            TaskFuture<?> failing = pool.submit(() -> {
                throw new IllegalArgumentException();
            });
            assertThrows(IllegalArgumentException.class, failing::join);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(before);
        }
        pool.close();
        assertEquals(10, uncaught.size());
        assertTrue(uncaught.stream().allMatch(thrown -> thrown == odd));
        assertEquals(10, heard.size());
    }

    /** A listener that wants to know a task's end from its status has not looked at its failure. */
    @Test
    void aListenerIsNobodyWhoLookedAtAFailure() {
        List<String> unseen = new CopyOnWriteArrayList<>();
        ThreadPool pool = pool().onUnobservedFailure((task, thrown) -> unseen.add(task + " " + thrown.getMessage()))
                .build();
        pool.submit(
                () -> {
                    throw new IllegalStateException("lost");
                },
                named("a"));
        for (int i = 0; i < 1_000 && unseen.isEmpty(); i++) {
            System.gc();
            pool.submit(() -> {}).join();
        }
        pool.close();
        assertEquals(List.of("a lost"), unseen);
    }

    @Test
    void aPoolThatNobodyLooksAtTellsNobody() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            assertEquals(1, pool.submit(() -> 1).join());
        }
        assertFalse(heard.contains("submitted"));
    }
}
