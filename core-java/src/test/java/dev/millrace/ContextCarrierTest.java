// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A thread's context comes along to where tasks and callbacks run, and stays nowhere. */
@ExtendWith(NoThreadsLeft.class)
class ContextCarrierTest {
    private static final ThreadLocal<String> CONTEXT = new ThreadLocal<>();

    private final AtomicInteger open = new AtomicInteger();
    private final ContextCarrier carrier = () -> {
        String mine = CONTEXT.get();
        return () -> {
            String before = CONTEXT.get();
            CONTEXT.set(mine);
            open.incrementAndGet();
            return () -> {
                open.decrementAndGet();
                CONTEXT.set(before);
            };
        };
    };
    private final ThreadPool pool =
            ThreadPool.builder().maxWorkers(2).contextCarrier(carrier).build();

    @AfterEach
    void nothingIsLeft() {
        CONTEXT.remove();
        pool.close();
        assertEquals(0, open.get());
    }

    @Test
    void aTaskSeesItsSubmittersContextAndLeavesNone() {
        for (int i = 0; i < 10; i++) {
            CONTEXT.set("caller " + i);
            assertEquals("caller " + i, pool.submit(CONTEXT::get).join());
            CONTEXT.remove();
            assertNull(pool.limited(1).submit(CONTEXT::get).join());
        }
    }

    @Test
    void everyWayToSubmitCarriesIt() throws Exception {
        CONTEXT.set("me");
        List<String> seen = new CopyOnWriteArrayList<>();
        pool.submit((Runnable) () -> seen.add(CONTEXT.get())).join();
        pool.execute(() -> seen.add(CONTEXT.get()));
        seen.add(pool.submit(CONTEXT::get, TaskOptions.named("n")).join());
        seen.add(pool.submitWhenRoom(CONTEXT::get).join());
        seen.add(pool.invokeAny(List.of(CONTEXT::get)));
        try (TaskGroup group = pool.group()) {
            TaskFuture<String> inGroup = group.submit(CONTEXT::get);
            group.join();
            seen.add(inGroup.join());
        }
        CONTEXT.remove();
        pool.close();
        assertEquals(List.of("me", "me", "me", "me", "me", "me"), seen);
    }

    @Test
    void allItemsOfAMapSeeTheContextOfWhoCalledIt() {
        CONTEXT.set("mapper");
        var stream = pool.map(List.of(1, 2, 3, 4, 5, 6), i -> CONTEXT.get(), MapOptions.window(2));
        TaskFuture<List<String>> async = pool.mapAsync(List.of(1, 2, 3), i -> CONTEXT.get());
        CONTEXT.set("reader");
        assertEquals(List.of("mapper"), stream.distinct().collect(Collectors.toList()));
        assertEquals(List.of("mapper", "mapper", "mapper"), async.join());
    }

    @Test
    void aCallbackSeesTheContextOfWhoAddedIt() throws Exception {
        HeldTask held = HeldTask.polite();
        TaskFuture<String> task = pool.submit(held);
        List<String> seen = new CopyOnWriteArrayList<>();
        CONTEXT.set("adder");
        task.onDone(f -> seen.add(CONTEXT.get()));
        task.onDone(f -> seen.add(CONTEXT.get()), Runnable::run);
        task.onExit(() -> seen.add(CONTEXT.get()));
        TaskFuture<List<Integer>> map = pool.mapAsync(List.of(1), i -> i);
        map.onDone(f -> seen.add(CONTEXT.get()));
        map.join();
        CONTEXT.remove();
        held.letGo();
        pool.close();
        assertEquals(List.of("adder", "adder", "adder", "adder"), seen);
    }

    /** A task that runs another in place has its own context again afterwards. */
    @Test
    void aTaskThatRunsOneOnTopGetsItsOwnBack() {
        try (ThreadPool single =
                ThreadPool.builder().maxWorkers(1).contextCarrier(carrier).build()) {
            CONTEXT.set("outer");
            assertEquals(
                    "outer inner outer",
                    single.submit(() -> {
                                String before = CONTEXT.get();
                                CONTEXT.set("inner");
                                String inner = single.submit(CONTEXT::get).join();
                                CONTEXT.set(before);
                                return before + " " + inner + " " + CONTEXT.get();
                            })
                            .join());
        }
    }

    /** Who joins the group may run the task itself, as soon as the group knows of it. */
    @Test
    void aTaskOfAGroupThatItsOwnerRunsHasItsSubmittersContext() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (ThreadPool single =
                ThreadPool.builder().maxWorkers(1).contextCarrier(carrier).build()) {
            for (int i = 0; i < 2_000; i++) {
                CONTEXT.set("owner");
                single.submit(() -> {
                            try (TaskGroup group = single.group()) {
                                group.submit(() -> {
                                    CONTEXT.set("child");
                                    TaskFuture<?> unused = group.submit(() -> seen.add(CONTEXT.get()));
                                    return null;
                                });
                                group.join();
                            }
                            return null;
                        })
                        .get();
            }
        }
        assertEquals(List.of("child"), seen.stream().distinct().collect(Collectors.toList()));
        assertEquals(2_000, seen.size());
    }

    @Test
    void itIsTakenAwayWhateverTheTaskDoes() throws Exception {
        CONTEXT.set("me");
        TaskFuture<?> failing = pool.submit(() -> {
            CONTEXT.set("left behind");
            throw new Error("odd");
        });
        assertThrows(Error.class, failing::join);
        HeldTask held = HeldTask.polite();
        TaskFuture<?> cancelled = pool.submit(held);
        held.awaitBegun();
        assertTrue(cancelled.cancel(true));
        CONTEXT.remove();
        for (int i = 0; i < 4; i++) {
            assertNull(pool.submit(CONTEXT::get).join());
        }
    }

    @Test
    void aCarrierThatCannotCaptureFailsTheSubmit() throws Exception {
        RuntimeException odd = new IllegalStateException("odd");
        ThreadPool bad = ThreadPool.builder()
                .maxWorkers(1)
                .contextCarrier(() -> {
                    throw odd;
                })
                .build();
        List<String> ran = new CopyOnWriteArrayList<>();
        assertSame(odd, assertThrows(IllegalStateException.class, () -> bad.execute(() -> ran.add("ran"))));
        assertSame(odd, assertThrows(IllegalStateException.class, () -> bad.map(List.of(1), i -> ran.add("ran"))));
        assertEquals(1, bad.stats().rejected());
        assertEquals(0, bad.stats().submitted());
        bad.close();
        assertEquals(List.of(), ran);
    }

    @Test
    void aContextThatCannotBePutInPlaceFailsTheTask() {
        RuntimeException odd = new IllegalStateException("odd");
        ContextCarrier bad = () -> () -> {
            throw odd;
        };
        List<String> ran = new CopyOnWriteArrayList<>();
        try (ThreadPool two = ThreadPool.builder()
                .maxWorkers(1)
                .contextCarrier(ContextCarrier.allOf(carrier, bad))
                .build()) {
            TaskFuture<?> task = two.submit(() -> ran.add("ran"));
            assertSame(odd, assertThrows(IllegalStateException.class, task::join));
            TaskFuture<List<Boolean>> map = two.mapAsync(List.of(1, 2), i -> ran.add("ran"));
            assertSame(odd, assertThrows(IllegalStateException.class, map::join));
        }
        assertEquals(List.of(), ran);
    }

    /** Somebody may wait for what the callback does. */
    @Test
    void aCallbackWhoseContextCannotBePutInPlaceRunsWithout() throws Exception {
        ContextCarrier bad = () -> () -> {
            throw new IllegalStateException("odd");
        };
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        ThreadPool single = ThreadPool.builder()
                .maxWorkers(1)
                .threadFactory(code -> {
                    Thread thread = new Thread(code);
                    thread.setUncaughtExceptionHandler((t, thrown) -> uncaught.add(thrown));
                    return thread;
                })
                .contextCarrier(bad)
                .build();
        TaskFuture<Integer> task = single.submit(() -> 1);
        List<TaskStatus> told = new CopyOnWriteArrayList<>();
        HeldTask held = HeldTask.polite();
        TaskFuture<String> second = single.submit(held);
        second.onDone(f -> told.add(f.status()));
        assertThrows(IllegalStateException.class, task::join);
        assertThrows(IllegalStateException.class, second::join);
        single.close();
        assertEquals(List.of(TaskStatus.FAILED), told);
        assertTrue(uncaught.size() <= 1, uncaught::toString);
    }

    @Test
    void oneThatCannotBeClosedKeepsNoOtherFromIt() throws Exception {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        RuntimeException odd = new IllegalStateException("odd");
        ContextCarrier bad = () -> () -> () -> {
            throw odd;
        };
        ThreadPool two = ThreadPool.builder()
                .maxWorkers(1)
                .threadFactory(code -> {
                    Thread thread = new Thread(code);
                    thread.setUncaughtExceptionHandler((t, thrown) -> uncaught.add(thrown));
                    return thread;
                })
                .contextCarrier(ContextCarrier.allOf(carrier, bad, carrier))
                .build();
        assertEquals("fine", two.submit(() -> "fine").join());
        two.close();
        assertEquals(List.of(odd), uncaught);
    }

    @Test
    void whatNeverRanComesBackAsItWasSubmitted() throws Exception {
        ThreadPool single = ThreadPool.builder()
                .maxWorkers(1)
                .contextCarrier(carrier)
                .recordTimes()
                .build();
        HeldTask held = HeldTask.polite();
        single.submit(held);
        held.awaitBegun();
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Runnable code = new Droppable() {
            @Override
            public void dropped(Throwable cause) {
                dropped.add(cause);
            }

            @Override
            public void run() {}
        };
        single.execute(code);
        List<Runnable> back = single.shutdownNow();
        single.close();
        assertEquals(List.of(code), back);
        assertEquals(1, dropped.size());
    }

    /** What is both is called as it was submitted. */
    @Test
    void aRunnableThatIsCallableTooIsRun() {
        class Both implements Runnable, Callable<String> {
            private volatile String was = "";

            @Override
            public void run() {
                was += "run";
            }

            @Override
            public String call() {
                was += "called";
                return was;
            }
        }
        Both both = new Both();
        pool.submit((Runnable) both).join();
        pool.submit((Callable<String>) both).join();
        assertEquals("runcalled", both.was);
    }

    @Test
    void nothingToCarryIsNothingToPutInPlace() {
        try (ThreadPool none = ThreadPool.builder()
                .maxWorkers(1)
                .contextCarrier(ContextCarrier.allOf(() -> null, () -> null))
                .build()) {
            assertEquals(1, none.submit(() -> 1).join());
        }
    }
}
