// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An executor elsewhere, played by the threads of one here: what travels is serialised all the same. */
class ElsewhereTest {
    /** Static, so that tasks reach them without taking them along. */
    private static final AtomicInteger RUNS = new AtomicInteger();

    private static volatile CountDownLatch running = new CountDownLatch(1);
    private static volatile CountDownLatch interrupted = new CountDownLatch(1);

    private final ExecutorService there = Executors.newFixedThreadPool(2);
    private final TaskExecutorService pool = TaskExecutorService.adapt(there, Capabilities.elsewhere());

    @AfterEach
    void end() throws InterruptedException {
        RUNS.set(0);
        running = new CountDownLatch(1);
        interrupted = new CountDownLatch(1);
        pool.shutdownNow();
        assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS));
        assertFalse(there.isShutdown(), "it belongs to others, too");
        there.shutdownNow();
        assertTrue(there.awaitTermination(10, TimeUnit.SECONDS));
    }

    private static void block() throws InterruptedException {
        RUNS.incrementAndGet();
        running.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
    }

    private static final class Job implements Callable<Object>, Serializable {
        private static final long serialVersionUID = 1;
        private final List<Object> parts = new ArrayList<>();

        @Override
        public Object call() {
            return parts;
        }
    }

    private static final class Plain {}

    // ---- what travels ----

    @Test
    void theTaskRunsOnACopyOfWhatItRefersToAsItWasWhenItWasSubmitted() {
        List<String> words = new ArrayList<>(List.of("a", "b"));
        TaskFuture<List<String>> future = pool.submit(SerializableCallable.of(() -> words));
        words.add("too late");
        assertEquals(List.of("a", "b"), future.join());
        assertNotSame(words, future.join());
    }

    @Test
    void aRunnableRunsAndHasNoValue() throws Exception {
        assertEquals(
                null,
                pool.submit(SerializableRunnable.of(() -> RUNS.incrementAndGet()))
                        .get());
        assertEquals(1, RUNS.get());
    }

    @Test
    void anExceptionArrivesAsItself() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(() -> {
            throw new IOException("disk full");
        }));
        ExecutionException e = assertThrows(ExecutionException.class, future::get);
        assertInstanceOf(IOException.class, e.getCause());
        assertEquals("disk full", e.getCause().getMessage());
    }

    @Test
    void anErrorArrivesAsItself() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(() -> {
            throw new AssertionError("odd");
        }));
        assertEquals("odd", assertThrows(AssertionError.class, future::join).getMessage());
    }

    @Test
    void aTaskThatCannotTravelIsRefusedAtOnceWithTheFieldThatIsInTheWay() {
        Job job = new Job();
        job.parts.add("fine");
        job.parts.add(new Plain());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> pool.submit(job));
        assertTrue(e.getMessage().contains("its class " + Job.class.getName()), e.getMessage());
        assertTrue(
                e.getMessage().contains(Plain.class.getName() + ", which is not Serializable, by field parts"),
                e.getMessage());
    }

    @Test
    void whatALambdaCapturesIsNamed() {
        Plain plain = new Plain();
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> pool.submit(SerializableCallable.of(() -> plain.toString())));
        assertTrue(e.getMessage().contains(Plain.class.getName()), e.getMessage());
    }

    @Test
    void aLambdaThatIsNotSerializableIsRefusedWithTheWayOut() {
        Callable<Integer> code = () -> 1;
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> pool.submit(code));
        assertTrue(e.getMessage().contains("SerializableCallable"), e.getMessage());
    }

    @Test
    void aRefusedTaskLeavesNothingBehind() {
        assertThrows(IllegalArgumentException.class, () -> pool.submit(() -> 1));
        assertThrows(
                IllegalArgumentException.class, () -> pool.submit(() -> 1, TaskOptions.timeout(Duration.ofDays(1))));
        pool.shutdown();
        Waiting.until(pool::isTerminated);
    }

    @Test
    void aValueThatCannotTravelBackFailsTheTask() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(Plain::new));
        IllegalStateException e = assertThrows(IllegalStateException.class, future::join);
        assertTrue(e.getMessage().contains("its value cannot be sent back"), e.getMessage());
        assertTrue(e.getMessage().contains(Plain.class.getName()), e.getMessage());
    }

    private static final class Unsendable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @SuppressWarnings({"serial", "unused"})
        private final Plain plain = new Plain();

        Unsendable() {
            super("has a passenger");
        }
    }

    @Test
    void anExceptionThatCannotTravelBackIsTold() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(() -> {
            throw new Unsendable();
        }));
        IllegalStateException e = assertThrows(IllegalStateException.class, future::join);
        assertTrue(e.getMessage().contains("has a passenger"), e.getMessage());
    }

    // ---- cancelling ----

    @Test
    void cancellingARunningTaskInterruptsItThere() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(() -> {
            block();
            return 1;
        }));
        Waiting.await(running);
        assertTrue(future.cancel(true));
        Waiting.await(interrupted);
        Waiting.until(future::hasExited);
    }

    /** As Hazelcast's: a get that is interrupted ends it, and what has ended takes no cancel. */
    private static final class EndedByAnInterrupt extends CompletableFuture<byte[]> {
        private final CountDownLatch cancelled = new CountDownLatch(1);

        @Override
        public byte[] get() throws InterruptedException, ExecutionException {
            try {
                return super.get();
            } catch (InterruptedException e) {
                completeExceptionally(e);
                throw e;
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean ends = super.cancel(mayInterruptIfRunning);
            if (ends) {
                cancelled.countDown();
            }
            return ends;
        }
    }

    @Test
    void cancellingReachesAFutureThatAnInterruptWouldEnd() {
        EndedByAnInterrupt there = new EndedByAnInterrupt();
        CountDownLatch sent = new CountDownLatch(1);
        ExecutorService executor = new Shaky(0) {
            @Override
            @SuppressWarnings("unchecked") // what is sent returns bytes
            public <T> Future<T> submit(Callable<T> task) {
                sent.countDown();
                return (Future<T>) there;
            }
        };
        try (TaskExecutorService cluster = TaskExecutorService.adapt(executor, Capabilities.elsewhere())) {
            TaskFuture<?> future = cluster.submit(SerializableCallable.of(() -> 1));
            Waiting.await(sent);
            Waiting.until(future::isRunning);
            future.cancel(true);
            Waiting.await(there.cancelled);
        }
    }

    @Test
    void aTaskThatPendsHereIsNeverSent() {
        TaskExecutorService one = pool.limited(1);
        TaskFuture<?> first = one.submit(SerializableCallable.of(() -> {
            block();
            return 1;
        }));
        TaskFuture<?> second = one.submit(SerializableCallable.of(() -> RUNS.incrementAndGet()));
        Waiting.await(running);
        assertTrue(second.cancelIfPending());
        first.cancel(true);
        one.close();
        assertEquals(1, RUNS.get());
    }

    @Test
    void aTimeLimitInterruptsItThere() {
        TaskFuture<?> future = pool.submit(
                SerializableCallable.of(() -> {
                    block();
                    return 1;
                }),
                TaskOptions.timeout(Duration.ofMillis(200)));
        assertThrows(TaskTimeoutException.class, future::join);
        Waiting.await(interrupted);
    }

    /** The limit may be over while the task is being packed. */
    @Test
    void aLimitOfANanosecondIsATimeout() {
        for (int i = 0; i < 1_000; i++) {
            TaskFuture<?> future = pool.submit(
                    SerializableCallable.of(() -> {
                        Thread.sleep(1_000);
                        return 1;
                    }),
                    TaskOptions.timeout(Duration.ofNanos(1)));
            assertThrows(TaskTimeoutException.class, future::join);
        }
    }

    @Test
    void shutdownNowReturnsWhatWasSubmitted() {
        TaskExecutorService one = pool.limited(1);
        one.submit(SerializableCallable.of(() -> {
            block();
            return 1;
        }));
        Waiting.await(running);
        Runnable second = SerializableRunnable.of(() -> RUNS.incrementAndGet());
        one.submit(second);
        assertEquals(List.of(second), one.shutdownNow());
        Waiting.await(interrupted);
    }

    @Test
    void aRunnableWithAValueTravels() {
        assertEquals(
                "done",
                pool.submit(SerializableRunnable.of(() -> RUNS.incrementAndGet()), "done")
                        .join());
        assertEquals(1, RUNS.get());
    }

    @Test
    void twoInputsTravel() {
        assertEquals(
                List.of(11, 22),
                pool.map(List.of(1, 2), List.of(10, 20), SerializableBiFunction.of((Integer a, Integer b) -> a + b))
                        .collect(Collectors.toList()));
    }

    // ---- loss ----

    /** Says of each task that its worker was lost, once it is told to. */
    private static final class Doomed extends Shaky {
        private final Queue<CompletableFuture<Object>> open = new ConcurrentLinkedQueue<>();

        Doomed() {
            super(0);
        }

        @Override
        @SuppressWarnings("unchecked") // nobody gets a value
        public <T> Future<T> submit(Callable<T> task) {
            RUNS.incrementAndGet();
            CompletableFuture<Object> future = new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean mayInterruptIfRunning) {
                    throw new IllegalStateException("connection reset");
                }
            };
            open.add(future);
            return (Future<T>) future;
        }

        void loseAll() {
            open.forEach(future -> future.completeExceptionally(new IOException("connection reset")));
        }
    }

    private static boolean isReset(Throwable failure) {
        return String.valueOf(failure.getMessage()).contains("connection reset");
    }

    @Test
    void aTaskThatNobodyWantsAnyMoreIsNotSentAgain() {
        Doomed doomed = new Doomed();
        try (TaskExecutorService shaky =
                TaskExecutorService.adapt(doomed, Capabilities.elsewhere().withLoss(ElsewhereTest::isReset))) {
            TaskOptions again = TaskOptions.named("again").withRetries(5);
            TaskFuture<?> left = shaky.submit(SerializableCallable.of(() -> 1), again);
            Waiting.until(() -> doomed.open.size() == 1);
            left.cancel(false);
            doomed.loseAll();
            Waiting.until(left::hasExited);
            // The message of the cancel fails as the connection does: that is no reason either.
            TaskFuture<?> interrupted = shaky.submit(SerializableCallable.of(() -> 1), again);
            Waiting.until(() -> doomed.open.size() == 2);
            interrupted.cancel(true);
            Waiting.until(interrupted::hasExited);
            assertEquals(2, RUNS.get());
        }
    }

    /** Hands tasks over, but of each of the first few it says that the worker was lost. */
    private static class Shaky extends AbstractExecutorService {
        private final AtomicInteger losses;

        Shaky(int losses) {
            this.losses = new AtomicInteger(losses);
        }

        @Override
        public <T> Future<T> submit(Callable<T> task) {
            CompletableFuture<T> future = new CompletableFuture<>();
            try {
                T value = task.call();
                if (losses.getAndDecrement() > 0) {
                    future.completeExceptionally(new IOException("connection reset"));
                } else {
                    future.complete(value);
                }
            } catch (Exception e) {
                future.completeExceptionally(e);
            }
            return future;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }
    }

    private static TaskExecutorService losing(int losses) {
        return TaskExecutorService.adapt(
                new Shaky(losses), Capabilities.elsewhere().withLoss(failure -> failure instanceof IOException));
    }

    @Test
    void theLossOfAWorkerIsTold() {
        try (TaskExecutorService shaky = losing(1)) {
            TaskFuture<?> future =
                    shaky.submit(SerializableCallable.of(() -> RUNS.incrementAndGet()), TaskOptions.named("render"));
            WorkerLostException e = assertThrows(WorkerLostException.class, future::join);
            assertTrue(e.getMessage().contains("task render is lost; the task may have run"), e.getMessage());
            assertInstanceOf(IOException.class, e.getCause());
        }
    }

    @Test
    void aTaskThatMayRunTwiceIsSentAgain() {
        try (TaskExecutorService shaky = losing(2)) {
            TaskFuture<Integer> future = shaky.submit(
                    SerializableCallable.of(() -> RUNS.incrementAndGet()),
                    TaskOptions.named("render").withRetries(2));
            assertEquals(3, future.join());
        }
    }

    @Test
    void itIsSentAgainSoOftenAtMost() {
        try (TaskExecutorService shaky = losing(3)) {
            TaskFuture<Integer> future = shaky.submit(
                    SerializableCallable.of(() -> RUNS.incrementAndGet()),
                    TaskOptions.named("render").withRetries(2));
            WorkerLostException e = assertThrows(WorkerLostException.class, future::join);
            assertTrue(e.getMessage().contains("at the last of 3 attempts"), e.getMessage());
            assertEquals(3, RUNS.get());
        }
    }

    @Test
    void whatATaskThrowsIsNoLoss() {
        try (TaskExecutorService shaky = losing(0)) {
            TaskFuture<?> future = shaky.submit(
                    SerializableCallable.of(() -> {
                        RUNS.incrementAndGet();
                        throw new IOException("its own");
                    }),
                    TaskOptions.named("render").withRetries(2));
            assertEquals(
                    "its own",
                    assertThrows(CompletionException.class, future::join)
                            .getCause()
                            .getMessage());
            assertEquals(1, RUNS.get());
        }
    }

    @Test
    void aChunkOfAMapIsSentAgain() {
        try (TaskExecutorService shaky = losing(2)) {
            List<Integer> doubled = shaky.map(
                            List.of(1, 2, 3, 4),
                            SerializableFunction.of((Integer x) -> 2 * x),
                            MapOptions.chunk(2).withRetries(2))
                    .collect(Collectors.toList());
            assertEquals(List.of(2, 4, 6, 8), doubled);
        }
    }

    @Test
    void aViewSendsAgainToo() {
        try (TaskExecutorService shaky = losing(2)) {
            TaskExecutorService one = shaky.limited(1);
            assertEquals(
                    List.of(2, 4, 6),
                    one.map(
                                    List.of(1, 2, 3),
                                    SerializableFunction.of((Integer x) -> 2 * x),
                                    MapOptions.chunk(1).withRetries(2))
                            .collect(Collectors.toList()));
        }
    }

    // ---- map ----

    private static final SerializableFunction<Integer, Integer> DOUBLE = x -> 2 * x;

    private static final SerializableFunction<Integer, Integer> FAILS_AT_7 = x -> {
        if (x == 7) {
            throw new IOException("seven");
        }
        return x;
    };

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toList());
    }

    @Test
    void aMapIsTheSameAsHere() {
        for (MapOptions options : List.of(
                MapOptions.chunk(1),
                MapOptions.chunk(3),
                MapOptions.chunk(MapOptions.AUTO),
                MapOptions.unordered().withChunk(MapOptions.AUTO))) {
            try (Stream<Integer> results = pool.map(numbers(1_000), DOUBLE, options)) {
                List<Integer> sorted = results.sorted().collect(Collectors.toList());
                assertEquals(numbers(1_000).stream().map(x -> 2 * x).collect(Collectors.toList()), sorted);
            }
        }
    }

    @Test
    void aFailureComesAtItsPlaceAndWhatStandsBeforeItInItsChunkIsGood() {
        List<Integer> before = new ArrayList<>();
        CompletionException e = assertThrows(CompletionException.class, () -> {
            try (Stream<Integer> results = pool.map(numbers(20), FAILS_AT_7, MapOptions.chunk(5))) {
                results.forEach(before::add);
            }
        });
        assertEquals("seven", e.getCause().getMessage());
        assertEquals(numbers(7), before);
    }

    private static final SerializableFunction<Integer, Object> ODD_AT_7 = x -> {
        if (x == 7) {
            throw new AssertionError("seven");
        }
        if (x == 8) {
            throw new Unsendable();
        }
        return x == 9 ? new Plain() : x;
    };

    @Test
    void whatIsNoExceptionOrCannotTravelIsAFailureAtItsPlaceToo() {
        for (int bad : List.of(7, 8, 9)) {
            List<Integer> inputs = List.of(1, 2, 3, bad, 4);
            List<Object> before = new ArrayList<>();
            Throwable e = assertThrows(Throwable.class, () -> {
                try (Stream<Object> results = pool.map(inputs, ODD_AT_7, MapOptions.chunk(5))) {
                    results.forEach(before::add);
                }
            });
            assertTrue(
                    e.getMessage().contains(bad == 7 ? "seven" : bad == 8 ? "has a passenger" : Plain.class.getName()),
                    e.getMessage());
            assertEquals(List.of(1, 2, 3), before);
            List<TaskStatus> statuses = pool.map(
                            inputs, ODD_AT_7, MapOptions.chunk(5).withCollectedFailures())
                    .map(TaskFuture::status)
                    .collect(Collectors.toList());
            List<TaskStatus> expected = new ArrayList<>(java.util.Collections.nCopies(5, TaskStatus.SUCCESS));
            expected.set(3, TaskStatus.FAILED);
            assertEquals(expected, statuses);
        }
    }

    private static final SerializableFunction<Integer, Integer> LEAVES_ITS_FLAG = x -> {
        RUNS.incrementAndGet();
        Thread.currentThread().interrupt();
        return x;
    };

    @Test
    void anItemThatLeavesItsFlagEndsNothing() {
        assertEquals(
                numbers(20),
                pool.map(numbers(20), LEAVES_ITS_FLAG, MapOptions.chunk(5)).collect(Collectors.toList()));
        assertEquals(20, RUNS.get());
    }

    @Test
    void aCancelledChunkStopsAtItsItem() {
        ExecutorService single = Executors.newSingleThreadExecutor();
        try (TaskExecutorService cluster = TaskExecutorService.adapt(single, Capabilities.elsewhere())) {
            TaskFuture<?> all = cluster.mapAsync(
                    numbers(5),
                    SerializableFunction.of((Integer x) -> {
                        try {
                            block();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return x;
                    }),
                    MapOptions.chunk(5));
            Waiting.await(running);
            all.cancel(true);
            Waiting.await(interrupted);
        }
        single.shutdown();
        Waiting.until(single::isTerminated);
        assertEquals(1, RUNS.get());
    }

    @Test
    void collectedFailuresStandAmongTheResults() {
        List<TaskStatus> statuses = pool.map(
                        numbers(10), FAILS_AT_7, MapOptions.chunk(5).withCollectedFailures())
                .map(TaskFuture::status)
                .collect(Collectors.toList());
        List<TaskStatus> expected = new ArrayList<>(java.util.Collections.nCopies(10, TaskStatus.SUCCESS));
        expected.set(7, TaskStatus.FAILED);
        assertEquals(expected, statuses);
    }

    @Test
    void aMapThatCannotTravelIsRefusedAtTheCall() {
        Plain plain = new Plain();
        assertThrows(
                IllegalArgumentException.class,
                () -> pool.map(numbers(10), SerializableFunction.of(x -> plain.hashCode())));
    }

    @Test
    void anItemThatCannotTravelIsAFailureAtItsPlace() {
        List<Object> items = new ArrayList<>(numbers(500));
        items.add(new Plain());
        items.addAll(numbers(500));
        List<Object> before = new ArrayList<>();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> {
            try (Stream<Object> results =
                    pool.map(items, SerializableFunction.of(item -> item), MapOptions.window(10))) {
                results.forEach(before::add);
            }
        });
        assertTrue(e.getMessage().contains(Plain.class.getName()), e.getMessage());
        assertEquals(numbers(500), before);
        assertThrows(IllegalArgumentException.class, () -> pool.mapAsync(items, SerializableFunction.of(item -> item))
                .join());
    }

    private static final class Odd implements Callable<Integer>, Serializable {
        private static final long serialVersionUID = 1;

        private void writeObject(java.io.ObjectOutputStream out) {
            throw new UnsupportedOperationException("no");
        }

        @Override
        public Integer call() {
            return 1;
        }
    }

    @Test
    void codeThatRefusesToBeWrittenIsRefused() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> pool.submit(new Odd()));
        assertTrue(e.getMessage().contains("UnsupportedOperationException: no"), e.getMessage());
        TaskFuture<?> future = pool.submit(SerializableCallable.of(Odd::new));
        IllegalStateException back = assertThrows(IllegalStateException.class, future::join);
        assertTrue(back.getMessage().contains("UnsupportedOperationException: no"), back.getMessage());
    }

    @Test
    void progressCountsItems() {
        List<MapProgress> reports = new ArrayList<>();
        try (Stream<Integer> results =
                pool.map(numbers(100), DOUBLE, MapOptions.chunk(10).withProgress(report -> {
                    synchronized (reports) {
                        reports.add(report);
                    }
                }))) {
            assertEquals(100, results.count());
        }
        synchronized (reports) {
            assertEquals(100, reports.get(reports.size() - 1).done());
        }
    }

    // ---- what it says of itself ----

    @Test
    void theCapabilitiesSaysWhatItCanDo() {
        Capabilities elsewhere = pool.capabilities();
        assertTrue(elsewhere.isElsewhere());
        assertTrue(elsewhere.interruptsRunning());
        assertFalse(elsewhere.tellsExit());
        assertFalse(elsewhere.mayHaveRun());
        assertTrue(elsewhere.withLoss(failure -> true).mayHaveRun());
        assertSame(elsewhere, pool.limited(2).capabilities());
        try (ThreadPool threads = ThreadPool.of(1)) {
            assertSame(Capabilities.threads(), threads.capabilities());
            assertSame(threads, TaskExecutorService.adapt(threads));
            assertSame(threads, TaskExecutorService.adapt(threads, Capabilities.threads()));
            assertSame(Capabilities.threads(), threads.limited(1).capabilities());
        }
        assertTrue(Capabilities.threads().tellsExit());
        assertFalse(Capabilities.threads().mayHaveRun());
        assertThrows(
                IllegalArgumentException.class, () -> Capabilities.elsewhere().withWorkers(0));
        assertThrows(
                IllegalArgumentException.class, () -> Capabilities.threads().withWorkers(2));
        assertEquals(2, Capabilities.elsewhere().withWorkers(2).workers());
    }

    @Test
    void soManyTasksAreUnderWayAtATimeAsItSays() {
        ExecutorService wide = Executors.newCachedThreadPool();
        try (TaskExecutorService three =
                TaskExecutorService.adapt(wide, Capabilities.elsewhere().withWorkers(3))) {
            for (int i = 0; i < 5; i++) {
                three.submit(SerializableRunnable.of(() -> {
                    try {
                        block();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }));
            }
            Waiting.until(() -> RUNS.get() == 3);
            assertEquals(2, three.shutdownNow().size());
            assertEquals(3, RUNS.get());
        } finally {
            wide.shutdownNow();
        }
    }

    // ---- what cannot be told ----

    /** Tells what it is by asking itself. */
    private static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        @SuppressWarnings("InfiniteRecursion") // on purpose
        public String getMessage() {
            return "more than " + getMessage();
        }
    }

    @Test
    void anExceptionThatOverflowsTheStackWhenItTellsIsStillAFailure() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(() -> {
            throw new Endless();
        }));
        assertInstanceOf(
                Endless.class,
                assertThrows(ExecutionException.class, future::get).getCause());
    }

    /** Can be written at each second attempt only, as what is nested so deeply that the stack is just too short at times. */
    private static final class Fickle implements Serializable {
        private static final long serialVersionUID = 1;
        private static final AtomicInteger ATTEMPTS = new AtomicInteger();

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (ATTEMPTS.incrementAndGet() % 2 == 0) {
                throw new StackOverflowError("nested too deeply");
            }
            out.defaultWriteObject();
        }

        /** The next attempt succeeds, or fails. */
        static Fickle next(boolean succeeds) {
            ATTEMPTS.set(succeeds ? 0 : 1);
            return new Fickle();
        }
    }

    private static final class FickleException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Fickle fickle = Fickle.next(true);

        @Override
        public String getMessage() {
            return "with " + (fickle == null ? "nothing" : "something");
        }
    }

    @Test
    void aValueThatCannotBeWrittenAtTimesIsNeverTakenForNull() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(() -> Fickle.next(false)));
        IllegalStateException e = assertThrows(IllegalStateException.class, future::join);
        assertTrue(e.getMessage().contains("nested too deeply"), e.getMessage());
    }

    @Test
    void anExceptionThatCannotBeWrittenAtTimesIsStillAFailure() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(() -> {
            throw new FickleException();
        }));
        IllegalStateException e = assertThrows(IllegalStateException.class, future::join);
        assertTrue(e.getMessage().contains("with something"), e.getMessage());
    }

    @Test
    void aChunkThatCannotBeWrittenAtTimesFails() throws Exception {
        TaskFuture<?> future =
                pool.mapAsync(List.of(1), SerializableFunction.of(i -> Fickle.next(false)), MapOptions.chunk(1));
        ExecutionException e = assertThrows(ExecutionException.class, () -> future.get(Duration.ofSeconds(10)));
        assertInstanceOf(IllegalStateException.class, e.getCause());
    }

    private static final class Unreadable implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) {
            throw new AssertionError("not here");
        }
    }

    @Test
    void aValueThatThrowsAnErrorWhenItIsReadFailsTheTaskWithAWordOfWhere() {
        TaskFuture<?> future = pool.submit(SerializableCallable.of(Unreadable::new));
        IllegalStateException e = assertThrows(IllegalStateException.class, future::join);
        assertTrue(e.getMessage().contains("its outcome cannot be read here"), e.getMessage());
    }

    @Test
    void codeThatThrowsAnErrorWhenItIsReadThereFailsTheTaskWithAWordOfWhere() {
        Unreadable unreadable = new Unreadable();
        TaskFuture<?> future = pool.submit(SerializableCallable.of(unreadable::hashCode));
        IllegalStateException e = assertThrows(IllegalStateException.class, future::join);
        assertTrue(e.getMessage().contains("the task did not arrive"), e.getMessage());
    }
}
