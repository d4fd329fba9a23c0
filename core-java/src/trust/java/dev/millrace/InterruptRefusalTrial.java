// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Threads that refuse to be interrupted, take their time, or cancel again: the futures end, and nobody spins for ever. */
class InterruptRefusalTrial {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Of a factory of the user's. Its own handler keeps the output short. */
    private abstract static class Odd extends Thread {
        Odd(Runnable code) {
            super(code);
            setUncaughtExceptionHandler((thread, thrown) -> {});
        }
    }

    private static final class Refusing extends Odd {
        Refusing(Runnable code) {
            super(code);
        }

        @Override
        public void interrupt() {
            throw new SecurityException("refused");
        }
    }

    private static final class Slow extends Odd {
        Slow(Runnable code) {
            super(code);
        }

        @Override
        public void interrupt() {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            super.interrupt();
        }
    }

    /** What its interrupt is to do first. */
    private static final AtomicReference<Runnable> FIRST = new AtomicReference<>(() -> {});

    private static final class ReEntrant extends Odd {
        ReEntrant(Runnable code) {
            super(code);
        }

        @Override
        public void interrupt() {
            FIRST.getAndSet(() -> {}).run();
            super.interrupt();
        }
    }

    private static ThreadPool refusing(int workers) {
        return ThreadPool.builder()
                .maxWorkers(workers)
                .threadFactory(Refusing::new)
                .build();
    }

    /** The thread that cancels is not to be told by the default handler. */
    private static void quietly(Runnable action) throws Exception {
        Thread here = new Thread(action);
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        here.setUncaughtExceptionHandler((thread, thrown) -> {
            if (!(thrown instanceof SecurityException)) {
                uncaught.set(thrown);
            }
        });
        here.start();
        here.join(20_000);
        assertFalse(here.isAlive(), "still at it");
        if (uncaught.get() != null) {
            throw new AssertionError(uncaught.get());
        }
    }

    @Test
    void everyWayToEndATaskEndsItThoughItsThreadRefuses() throws Exception {
        ThreadPool pool = refusing(4);
        List<HeldTask> held = new ArrayList<>();
        List<TaskFuture<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            HeldTask task = HeldTask.stubborn();
            held.add(task);
            tasks.add(i == 0 ? pool.submit(task, TaskOptions.timeout(Duration.ofMillis(300))) : pool.submit(task));
            task.awaitBegun();
        }
        assertThrows(TaskTimeoutException.class, tasks.get(0)::join);
        quietly(() -> tasks.get(1).cancel(true));
        assertTrue(tasks.get(1).isCancelled());
        HeldTask ofGroup = HeldTask.stubborn();
        TaskGroup group = pool.group();
        group.submit(ofGroup);
        ofGroup.awaitBegun();
        Aside<?> closing = Aside.run(() -> quietly(group::close));
        Waiting.until(() -> group.toString().contains("closed"));
        assertFalse(closing.hasEnded());
        ofGroup.letGo();
        closing.value();
        quietly(pool::shutdownNow);
        assertFalse(tasks.get(2).isDone());
        held.forEach(HeldTask::letGo);
        assertEquals("let go", tasks.get(2).get(LIMIT));
        for (TaskFuture<?> task : tasks) {
            assertTrue(task.awaitExit(LIMIT));
        }
        Aside.run(pool::close).value();
    }

    @Test
    void aMapThatIsClosedEndsThoughItsThreadsRefuse() throws Exception {
        ThreadPool pool = refusing(2);
        HeldTask held = HeldTask.stubborn();
        quietly(() -> {
            Stream<Object> results = pool.map(List.of(1, 2), i -> held.call());
            results.close();
        });
        quietly(() -> pool.mapAsync(List.of(1, 2), i -> held.call()).cancel(true));
        quietly(() -> pool.mapAsync(List.of(1, 2), i -> held.call(), MapOptions.timeout(Duration.ofMillis(20)))
                .onDone(f -> held.letGo()));
        held.letGo();
        assertEquals("next", pool.submit(() -> "next").get(LIMIT));
        Aside.run(pool::close).value();
    }

    @Test
    void aSlowInterruptIsWaitedOutAndReachesNobodyElse() throws Exception {
        ThreadPool pool =
                ThreadPool.builder().maxWorkers(1).threadFactory(Slow::new).build();
        for (int i = 0; i < 20; i++) {
            HeldTask held = i % 2 == 0 ? HeldTask.stubborn() : HeldTask.polite();
            TaskFuture<?> task = pool.submit(held);
            held.awaitBegun();
            TaskFuture<Boolean> next = pool.submit(() -> Thread.currentThread().isInterrupted());
            Aside<Boolean> canceller = Aside.call(() -> task.cancel(true));
            Waiting.until(task::isCancelled);
            // While the interrupt is under way.
            held.letGo();
            assertFalse(next.get(LIMIT));
            assertTrue(canceller.value());
            assertTrue(task.hasExited());
        }
        pool.close();
    }

    @Test
    void anInterruptThatCancelsOrStopsAgainEnds() throws Exception {
        ThreadPool pool =
                ThreadPool.builder().maxWorkers(2).threadFactory(ReEntrant::new).build();
        HeldTask held = HeldTask.polite();
        TaskFuture<?> task = pool.submit(held);
        held.awaitBegun();
        FIRST.set(() -> {
            assertFalse(task.cancel(true));
            assertTrue(task.isCancelled());
        });
        assertTrue(Aside.call(() -> task.cancel(true)).value());
        assertTrue(task.awaitExit(LIMIT));
        HeldTask other = HeldTask.polite();
        TaskFuture<?> running = pool.submit(other);
        other.awaitBegun();
        FIRST.set(pool::shutdownNow);
        Aside.call(pool::shutdownNow).value();
        assertThrows(Exception.class, () -> running.get(LIMIT));
        Aside.run(pool::close).value();
    }

    @Test
    void callersWhoseThreadRefusesWaitAsOthersDo() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(1, WhenFull.BLOCK)
                .build();
        HeldTask held = HeldTask.polite();
        TaskFuture<String> task = pool.submit(held);
        held.awaitBegun();
        AtomicReference<Object> joined = new AtomicReference<>();
        AtomicReference<Object> submitted = new AtomicReference<>();
        Refusing waiter = new Refusing(() -> joined.set(task.join()));
        pool.submit(() -> {});
        Refusing submitter = new Refusing(() -> {
            try {
                submitted.set(pool.submit(() -> "in").join());
            } catch (RejectedExecutionException e) {
                submitted.set(e);
            }
        });
        waiter.start();
        submitter.start();
        Waiting.untilBlocked(waiter);
        Waiting.untilBlocked(submitter);
        assertThrows(SecurityException.class, waiter::interrupt);
        held.letGo();
        waiter.join(20_000);
        submitter.join(20_000);
        assertEquals("let go", joined.get());
        assertEquals("in", submitted.get());
        // Runs in place, in a thread whose flag cannot be set back by itself.
        Refusing closer = new Refusing(pool::close);
        closer.start();
        closer.join(20_000);
        assertTrue(pool.isTerminated());
    }
}
