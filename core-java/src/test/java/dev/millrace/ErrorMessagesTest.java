// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What was asked, the rule, the numbers, the way out: the message of every exception that the library makes. */
class ErrorMessagesTest extends ContractFixture {
    /** A task of pool "io" that was given no name. */
    private static final String UNNAMED = "io-task@[0-9a-f]+";

    @Override
    TaskExecutorService create(int maxWorkers) {
        return io(maxWorkers).build();
    }

    private static ThreadPool.Builder io(int maxWorkers) {
        return ThreadPool.builder().name("io").maxWorkers(maxWorkers);
    }

    private ThreadPool pool() {
        return open(io(1).build());
    }

    private static <E extends Throwable> E assertMessage(String expected, Class<E> type, Executable code) {
        E thrown = assertThrows(type, code);
        assertEquals(expected, thrown.getMessage());
        return thrown;
    }

    private static <E extends Throwable> E assertMatches(String pattern, Class<E> type, Executable code) {
        return assertMatches(pattern, assertThrows(type, code));
    }

    private static <E extends Throwable> E assertMatches(String pattern, E thrown) {
        String message = String.valueOf(thrown.getMessage());
        assertTrue(message.matches(pattern), () -> "expected " + pattern + "\nbut was  " + message);
        return thrown;
    }

    // ---- bad arguments ----

    @Test
    void tooFewWorkers() {
        assertMessage("maxWorkers must be at least 1: 0", IllegalArgumentException.class, () -> ThreadPool.of(0));
        assertMessage("maxWorkers must be at least 1: -3", IllegalArgumentException.class, () -> io(-3));
        ThreadPool pool = pool();
        assertMessage("maxWorkers must be at least 1: 0", IllegalArgumentException.class, () -> pool.setMaxWorkers(0));
        assertMessage(
                "maxWorkers must be at least 1: -2147483648",
                IllegalArgumentException.class,
                () -> pool.setMaxWorkers(Integer.MIN_VALUE));
    }

    @Test
    void tooFewTasksPerWorker() {
        assertMessage(
                "maxTasksPerWorker must be at least 1: 0", IllegalArgumentException.class, () -> ThreadPool.builder()
                        .maxTasksPerWorker(0));
    }

    @Test
    void negativeCapacity() {
        assertMessage("capacity must be at least 0: -1", IllegalArgumentException.class, () -> ThreadPool.builder()
                .boundedQueue(-1, WhenFull.REJECT));
    }

    @Test
    void negativeIdleTimeout() {
        assertMessage(
                "idleTimeout must not be negative: PT-2S", IllegalArgumentException.class, () -> ThreadPool.builder()
                        .idleTimeout(Duration.ofSeconds(-2)));
    }

    @Test
    void timeLimitThatIsNone() {
        assertMessage(
                "timeout must be positive: PT0S",
                IllegalArgumentException.class,
                () -> TaskOptions.timeout(Duration.ZERO));
        assertMessage("timeout must be positive: PT-1M", IllegalArgumentException.class, () -> TaskOptions.named("n")
                .withTimeout(Duration.ofMinutes(-1)));
    }

    @Test
    void invokeAnyOfNoTasks() {
        ThreadPool pool = pool();
        assertMessage(
                "invokeAny needs at least one task: 0",
                IllegalArgumentException.class,
                () -> pool.invokeAny(List.of()));
    }

    @Test
    void nullSaysWhatIsNull() {
        ThreadPool pool = pool();
        TaskFuture<String> future = pool.submit(() -> "value");
        Class<NullPointerException> npe = NullPointerException.class;
        assertMessage("task", npe, () -> pool.execute(null));
        assertMessage("task", npe, () -> pool.submit((Runnable) null));
        assertMessage("task", npe, () -> pool.submit(null, "result"));
        assertMessage("task", npe, () -> pool.trySubmit(null, Duration.ZERO));
        assertMessage("task", npe, () -> pool.submitWhenRoom(null));
        assertMessage("options", npe, () -> pool.submit(() -> "never", (TaskOptions) null));
        assertMessage("options", npe, () -> pool.submitWhenRoom(() -> "never", null));
        assertMessage("tasks must not hold null", npe, () -> pool.invokeAll(Arrays.asList(() -> "never", null)));
        assertMessage("tasks must not hold null", npe, () -> pool.invokeAny(Arrays.asList(() -> "never", null)));
        assertMessage(
                "futures must not hold null",
                npe,
                () -> TaskFutures.waitFor(Arrays.asList(future, null), ReturnWhen.ALL_COMPLETED));
        assertMessage("futures must not hold null", npe, () -> TaskFutures.asCompleted(Arrays.asList(future, null)));
        assertMessage("timeout", npe, () -> TaskFutures.asCompleted(List.of(future), null));
        assertMessage("callback", npe, () -> future.onDone(null));
        assertMessage("callback", npe, () -> future.onExit(null));
        assertMessage("executor", npe, () -> future.onDone(f -> {}, null));
        assertMessage("executor", npe, () -> TaskExecutorService.adapt(null));
        assertMessage("executor", npe, () -> TaskExecutorService.adapt(null, Capabilities.elsewhere()));
        assertMessage("capabilities", npe, () -> TaskExecutorService.adapt(pool, null));
        assertMessage("name", npe, () -> ThreadPool.builder().name(null));
        assertMessage("initializer", npe, () -> ThreadPool.builder().initializer(null));
        assertMessage("threadFactory", npe, () -> ThreadPool.builder().threadFactory(null));
        assertMessage("whenFull", npe, () -> ThreadPool.builder().boundedQueue(1, null));
        assertMessage("name", npe, () -> TaskOptions.named(null));
        assertMessage("taker", npe, () -> TaskOptions.named("n").withOnLateOutcome(null));
        assertMessage("name", npe, () -> new TaskPromise<>(null));
        assertMessage("failure", npe, () -> new TaskPromise<>().fail(null));
        assertMessage("action", npe, () -> new TaskPromise<>().onCancel(null));
    }

    // ---- a task is not accepted ----

    @Test
    void queueIsFull() throws Exception {
        ThreadPool pool = open(io(2).boundedQueue(1, WhenFull.REJECT).build());
        for (int i = 0; i < 2; i++) {
            HeldTask task = polite();
            pool.submit(task);
            task.awaitBegun();
        }
        pool.submit(() -> {});
        assertMatches(
                "queue is full: 1 of 1 tasks waiting, 2 of 2 workers busy \\(pool io, task " + UNNAMED
                        + "\\); raise the capacity or use WhenFull.BLOCK",
                RejectedExecutionException.class,
                () -> pool.submit(() -> "never"));
        assertMessage(
                "queue is full: 1 of 1 tasks waiting, 2 of 2 workers busy (pool io, task mail); raise the capacity or"
                        + " use WhenFull.BLOCK",
                RejectedExecutionException.class,
                () -> pool.submit(() -> "never", TaskOptions.named("mail")));
    }

    @Test
    void submitAfterShutdownNamesPoolTaskAndState() throws Exception {
        HeldTask task = stubborn();
        ThreadPool pool = pool();
        pool.submit(task);
        task.awaitBegun();
        pool.shutdown();
        assertMatches(
                "io takes no new tasks: shut down, finishing its work \\(task " + UNNAMED + " refused\\)",
                RejectedExecutionException.class,
                () -> pool.submit(() -> "never"));
        pool.shutdownNow();
        assertMessage(
                "io takes no new tasks: shut down, stopping now (task mail refused)",
                RejectedExecutionException.class,
                () -> pool.submit(() -> "never", TaskOptions.named("mail")));
        task.letGo();
        pool.close();
        assertMatches(
                "io takes no new tasks: terminated \\(task " + UNNAMED + " refused\\)",
                RejectedExecutionException.class,
                () -> pool.execute(() -> {}));
    }

    @Test
    void shutdownWhileWaitingForRoom() throws Exception {
        ThreadPool pool = open(io(1).boundedQueue(0, WhenFull.BLOCK).build());
        HeldTask task = polite();
        pool.submit(task);
        task.awaitBegun();
        Aside<Object> submitter = Aside.run(() -> pool.submit(() -> "never", TaskOptions.named("mail")))
                .awaitParked();
        TaskFuture<String> inLine = pool.submitWhenRoom(() -> "never", TaskOptions.named("letter"));
        pool.shutdown();
        assertEquals(
                "io takes no new tasks: shut down, finishing its work (task mail refused)",
                submitter.thrown(RejectedExecutionException.class).getMessage());
        assertEquals(
                "io takes no new tasks: shut down, finishing its work (task letter refused)",
                assertThrows(RejectedExecutionException.class, inLine::join).getMessage());
    }

    @Test
    void interruptWhileWaitingForRoom() throws Exception {
        ThreadPool pool = open(io(1).boundedQueue(0, WhenFull.BLOCK).build());
        HeldTask task = polite();
        pool.submit(task);
        task.awaitBegun();
        Aside<Object> submitter = Aside.run(() -> pool.submit(() -> "never", TaskOptions.named("mail")))
                .awaitParked()
                .interrupt();
        RejectedExecutionException thrown = submitter.thrown(RejectedExecutionException.class);
        assertEquals("interrupted while waiting for room in pool io: task mail was not accepted", thrown.getMessage());
        assertInstanceOf(InterruptedException.class, thrown.getCause());
    }

    @Test
    void initializerThatThrows() {
        IllegalStateException own = new IllegalStateException("no licence");
        ThreadPool pool = open(io(1).initializer(() -> {
                    throw own;
                })
                .build());
        String message = "pool io is broken: its initializer threw java.lang.IllegalStateException: no licence; make a"
                + " new pool";
        TaskFuture<String> pending = pool.submit(() -> "never");
        assertMessage(message, BrokenPoolException.class, pending::join);
        assertSame(
                own,
                assertMessage(message, BrokenPoolException.class, () -> pool.submit(() -> "never"))
                        .getCause());
        pool.shutdown();
        assertMatches(
                "io takes no new tasks: (terminated|shut down, finishing its work) \\(task " + UNNAMED + " refused\\)",
                RejectedExecutionException.class,
                () -> pool.submit(() -> "never"));
    }

    @Test
    void initializerThatWaitsForItsOwnPool() {
        AtomicReference<ThreadPool> self = new AtomicReference<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        ThreadPool pool = open(io(1).initializer(() -> {
                    TaskFuture<String> own = self.get().submit(() -> "never", TaskOptions.named("mail"));
                    try {
                        own.join();
                    } catch (IllegalStateException e) {
                        thrown.set(e);
                    }
                })
                .build());
        self.set(pool);
        pool.submit(() -> {}).join();
        assertMatches(
                "the initializer of pool io waits for task mail of the same pool, which cannot run before an"
                        + " initializer has returned",
                thrown.get());
    }

    @Test
    void noWorkerCanBeStarted() {
        IllegalStateException own = new IllegalStateException("no thread today");
        ThreadPool throwing = open(io(1).threadFactory(worker -> {
                    throw own;
                })
                .build());
        assertSame(
                own,
                assertMessage(
                                "pool io has no worker and cannot start one: java.lang.IllegalStateException: no thread"
                                        + " today",
                                RejectedExecutionException.class,
                                () -> throwing.submit(() -> "never"))
                        .getCause());
        ThreadPool lacking = open(io(1).threadFactory(worker -> null).build());
        Throwable cause = assertMessage(
                        "pool io has no worker and cannot start one: java.lang.NullPointerException: the thread"
                                + " factory of pool io returned null",
                        RejectedExecutionException.class,
                        () -> lacking.submit(() -> "never"))
                .getCause();
        assertInstanceOf(NullPointerException.class, cause);
    }

    @Test
    void adaptedExecutorThatIsShutDown() throws Exception {
        TaskExecutorService adapted = open(TaskExecutorService.adapt(
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>())));
        HeldTask task = polite();
        adapted.execute(task::run);
        task.awaitBegun();
        adapted.shutdown();
        String name = "ThreadPoolExecutor@[0-9a-f]+";
        assertMatches(
                name + " takes no new tasks: shut down \\(task " + name + "-task@[0-9a-f]+ refused\\)",
                RejectedExecutionException.class,
                () -> adapted.submit(() -> "never"));
        assertMatches(
                name + " takes no new tasks: shut down \\(task mail refused\\)",
                RejectedExecutionException.class,
                () -> adapted.submit(() -> "never", TaskOptions.named("mail")));
    }

    // ---- the outcome of a task ----

    @Test
    void cancelledTask() {
        ThreadPool pool = pool();
        TaskFuture<String> named = pool.submit(polite(), TaskOptions.named("mail"));
        named.cancel(true);
        assertEquals(
                "mail",
                assertMessage("task mail was cancelled", TaskCancelledException.class, named::get)
                        .taskName());
        assertMessage("task mail was cancelled", TaskCancelledException.class, named::join);
        assertMessage("task mail was cancelled", TaskCancelledException.class, () -> named.get(1, TimeUnit.DAYS));
        assertEquals(
                "task mail was cancelled",
                named.toCompletableFuture()
                        .handle((value, thrown) -> thrown)
                        .join()
                        .getMessage());
        TaskFuture<String> unnamed = pool.submit(polite());
        unnamed.cancel(true);
        assertMatches("task " + UNNAMED + " was cancelled", TaskCancelledException.class, unnamed::get);
    }

    @Test
    void taskThatRanOutOfTimeInTheQueue() throws Exception {
        TaskExecutorService pool = openBusy(polite());
        TaskFuture<String> late =
                pool.submit(() -> "never", TaskOptions.named("mail").withTimeout(Duration.ofMillis(5)));
        TaskTimeoutException thrown = assertMessage(
                "task mail was not begun within its limit of PT0.005S", TaskTimeoutException.class, late::join);
        assertEquals(TaskTimeoutException.Phase.QUEUED, thrown.phase());
    }

    @Test
    void taskThatRanOutOfTimeWhileItRan() throws Exception {
        AtomicReference<Runnable> alarm = new AtomicReference<>();
        ThreadPool pool = open(io(1).backend(new SystemLike() {
                    @Override
                    Alarm schedule(Runnable action, long nanos) {
                        alarm.set(action);
                        return () -> {};
                    }
                })
                .build());
        HeldTask task = polite();
        TaskFuture<String> late = pool.submit(task, TaskOptions.named("mail").withTimeout(Duration.ofSeconds(3)));
        task.awaitBegun();
        alarm.get().run();
        TaskTimeoutException thrown = assertMessage(
                "task mail was not finished within its limit of PT3S: running on io-1",
                TaskTimeoutException.class,
                late::join);
        assertEquals(TaskTimeoutException.Phase.RUNNING, thrown.phase());
        task.awaitInterrupted();
    }

    @Test
    void waitThatClosesACycle() throws Exception {
        ThreadPool pool = open(io(2).build());
        AtomicReference<TaskFuture<String>> second = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(2);
        TaskFuture<String> first = pool.submit(
                () -> {
                    begun.countDown();
                    known.await();
                    begun.await();
                    return second.get().get();
                },
                TaskOptions.named("a"));
        second.set(pool.submit(
                () -> {
                    begun.countDown();
                    begun.await();
                    return first.get();
                },
                TaskOptions.named("b")));
        known.countDown();
        Throwable thrown = assertThrows(ExecutionException.class, first::get);
        while (thrown.getCause() != null) {
            thrown = thrown.getCause();
        }
        PoolDeadlockException deadlock = assertInstanceOf(PoolDeadlockException.class, thrown);
        String path = String.join(" waits for ", deadlock.taskNames());
        assertEquals("this wait would never end: " + path + " (pool io)", deadlock.getMessage());
        assertTrue(path.equals("a waits for b waits for a") || path.equals("b waits for a waits for b"), path);
    }

    @Test
    void taskThatIsNotDoneInTime() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = pool();
        TaskFuture<String> running = pool.submit(holder, TaskOptions.named("mail"));
        holder.awaitBegun();
        TaskFuture<String> pending = pool.submit(() -> "value", TaskOptions.named("letter"));
        assertMessage(
                "task mail is not done after PT0.01S: RUNNING",
                TimeoutException.class,
                () -> running.get(10, TimeUnit.MILLISECONDS));
        assertMessage(
                "task letter is not done after PT0.01S: PENDING",
                TimeoutException.class,
                () -> pending.get(Duration.ofMillis(10)));
        assertMessage(
                "task mail is not done after PT0S: RUNNING",
                TimeoutException.class,
                () -> running.get(-5, TimeUnit.SECONDS));
    }

    @Test
    void invokeAnyThatRanOutOfTime() {
        ThreadPool pool = pool();
        assertMessage(
                "none of 2 tasks succeeded within PT0.01S",
                TimeoutException.class,
                () -> pool.invokeAny(List.of(polite(), polite()), 10, TimeUnit.MILLISECONDS));
    }

    @Test
    void noResultNow() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = pool();
        TaskFuture<String> running = pool.submit(holder, TaskOptions.named("running"));
        holder.awaitBegun();
        TaskFuture<String> pending = pool.submit(() -> "value", TaskOptions.named("pending"));
        Class<IllegalStateException> ise = IllegalStateException.class;
        assertMessage("task running has no result: RUNNING", ise, running::resultNow);
        assertMessage("task pending has no result: PENDING", ise, pending::resultNow);
        assertMessage("task running has no exception: RUNNING", ise, running::exceptionNow);
        assertMessage("task pending has no exception: PENDING", ise, pending::exceptionNow);
        holder.letGo();
        pending.get();
        assertMessage("task pending has no exception: SUCCESS", ise, pending::exceptionNow);
        IOException own = new IOException("no");
        TaskFuture<String> failed = pool.submit(
                () -> {
                    throw own;
                },
                TaskOptions.named("failed"));
        assertSame(own, assertThrows(ExecutionException.class, failed::get).getCause());
        assertSame(
                own,
                assertMessage("task failed has no result: FAILED", ise, failed::resultNow)
                        .getCause());
        TaskFuture<String> cancelled = pool.submit(polite(), TaskOptions.named("cancelled"));
        cancelled.cancel(true);
        assertMessage("task cancelled has no result: CANCELLED", ise, cancelled::resultNow);
        assertMessage("task cancelled has no exception: CANCELLED", ise, cancelled::exceptionNow);
    }

    @Test
    void checkedExceptionFromJoinIsNamed() {
        TaskFuture<String> failed = pool().submit(() -> {
            throw new IOException("disk full");
        });
        assertMessage("java.io.IOException: disk full", CompletionException.class, failed::join);
    }

    // ---- waiting for several ----

    @Test
    void asCompletedThatRanOutOfTime() {
        TaskPromise<String> done = new TaskPromise<>();
        done.succeed("value");
        List<TaskFuture<String>> futures = List.of(
                done.future(),
                new TaskPromise<String>().future(),
                new TaskPromise<String>().future(),
                new TaskPromise<String>().future());
        Iterator<TaskFuture<String>> walk =
                TaskFutures.asCompleted(futures, Duration.ofMillis(30)).iterator();
        walk.next();
        TaskTimeoutException thrown =
                assertMessage("3 of 4 futures unfinished after PT0.03S", TaskTimeoutException.class, walk::next);
        assertEquals(TaskTimeoutException.Phase.WAITING, thrown.phase());
    }

    @Test
    void asCompletedThatIsWalkedTwiceOrTooFar() {
        TaskPromise<String> done = new TaskPromise<>();
        done.succeed("value");
        Iterable<TaskFuture<String>> once = TaskFutures.asCompleted(List.of(done.future()));
        Iterator<TaskFuture<String>> walk = once.iterator();
        walk.next();
        assertMessage("all 1 futures were handed out", NoSuchElementException.class, walk::next);
        assertMessage(
                "asCompleted can be walked once; call it again with the futures",
                IllegalStateException.class,
                once::iterator);
    }

    @Test
    void asCompletedThatIsInterrupted() throws Exception {
        TaskPromise<String> open = new TaskPromise<>();
        TaskPromise<String> done = new TaskPromise<>();
        done.succeed("value");
        Iterator<TaskFuture<String>> walk =
                TaskFutures.asCompleted(List.of(open.future(), done.future())).iterator();
        walk.next();
        Aside<TaskFuture<String>> walker = Aside.call(walk::next).awaitParked().interrupt();
        CompletionException thrown = walker.thrown(CompletionException.class);
        assertEquals("interrupted while 1 of 2 futures were unfinished", thrown.getMessage());
        assertInstanceOf(InterruptedException.class, thrown.getCause());
    }

    // ---- a task waits for its own end ----

    @Test
    void waitForTheOwnEnd() {
        ThreadPool pool = pool();
        List<Executable> waits = List.of(
                pool::close,
                () -> pool.close(Duration.ofSeconds(1)),
                () -> pool.awaitTermination(1, TimeUnit.SECONDS),
                () -> pool.awaitQuiescence(Duration.ofSeconds(1)));
        List<String> names = List.of("close", "close", "awaitTermination", "awaitQuiescence");
        for (int i = 0; i < waits.size(); i++) {
            String name = names.get(i);
            Executable wait = waits.get(i);
            IllegalStateException thrown = pool.submit(() -> assertThrows(IllegalStateException.class, wait))
                    .join();
            assertEquals(
                    name + " called from a task of io itself, which would wait for its own end; call it from another"
                            + " thread, or call shutdown()",
                    thrown.getMessage());
        }
    }

    // ---- what the toString methods say ----

    @Test
    void futureSaysNameAndStatusNeverTheValue() throws Exception {
        HeldTask holder = stubborn();
        ThreadPool pool = pool();
        TaskFuture<String> running = pool.submit(holder, TaskOptions.named("mail"));
        holder.awaitBegun();
        assertEquals("TaskFuture[mail, RUNNING]", running.toString());
        TaskFuture<String> pending = pool.submit(() -> "secret", TaskOptions.named("letter"));
        assertEquals("TaskFuture[letter, PENDING]", pending.toString());
        running.cancel(false);
        assertEquals("TaskFuture[mail, CANCELLED, code still running]", running.toString());
        holder.letGo();
        assertEquals("secret", pending.get());
        assertEquals("TaskFuture[mail, CANCELLED]", running.toString());
        assertEquals("TaskFuture[letter, SUCCESS]", pending.toString());
        TaskFuture<String> failed = pool.submit(
                () -> {
                    throw new IOException("secret");
                },
                TaskOptions.named("failed"));
        assertThrows(ExecutionException.class, failed::get);
        assertEquals("TaskFuture[failed, FAILED, java.io.IOException]", failed.toString());
    }

    @Test
    void poolSaysNameStateAndCounts() throws Exception {
        HeldTask holder = polite();
        ThreadPool pool = open(io(2).build());
        assertEquals("ThreadPool[io, running, 0 of 2 workers busy, 0 tasks waiting]", pool.toString());
        pool.setMaxWorkers(1);
        pool.submit(holder);
        holder.awaitBegun();
        pool.submit(() -> {});
        assertEquals("ThreadPool[io, running, 1 of 1 workers busy, 1 tasks waiting]", pool.toString());
        pool.shutdown();
        assertEquals(
                "ThreadPool[io, shut down, finishing its work, 1 of 1 workers busy, 1 tasks waiting]", pool.toString());
        holder.letGo();
        pool.close();
        assertEquals("ThreadPool[io, terminated, 0 of 1 workers busy, 0 tasks waiting]", pool.toString());
        assertNull(TaskFuture.current());
    }
}
