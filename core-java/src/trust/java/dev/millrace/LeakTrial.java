// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What must not be left: threads, thread-locals, class loaders, listeners, timers. */
class LeakTrial {
    private static final int MANY = 1_000_000;

    private static void assertCollected(String what, WeakReference<?> reference) {
        try {
            Waiting.until(() -> {
                System.gc();
                return reference.get() == null;
            });
        } catch (AssertionError e) {
            throw new AssertionError(what + " is still held: " + reference.get(), e);
        }
    }

    // ---- threads ----

    private static Set<Thread> threads() {
        return new LinkedHashSet<>(Thread.getAllStackTraces().keySet());
    }

    /** Ours have names of ours. */
    private static void assertNoneLeft(Set<Thread> before) {
        Waiting.until(() -> {
            Set<Thread> now = threads();
            now.removeAll(before);
            now.removeIf(
                    thread -> !thread.getName().matches("(millrace-(timer|callbacks)|leak-.*|millrace-\\d+-\\d+)"));
            return now.isEmpty();
        });
    }

    @Test
    void noThreadIsLeftOfAnyKindOfExecutorNorItsTimersNorCallbacks() throws Exception {
        Set<Thread> before = threads();
        ExecutorService fixed = Executors.newFixedThreadPool(2);
        ExecutorService there = Executors.newFixedThreadPool(2);
        before.addAll(threads());
        List<TaskExecutorService> executors = new ArrayList<>();
        executors.add(ThreadPool.builder().name("leak-a").maxWorkers(3).build());
        executors.add(ThreadPool.builder()
                .name("leak-b")
                .boundedQueue(1, WhenFull.RUN_IN_CALLER)
                .maxTasksPerWorker(2)
                .build());
        executors.add(TaskExecutorService.adapt(fixed));
        executors.add(TaskExecutorService.adapt(there, Capabilities.elsewhere()));
        for (TaskExecutorService executor : executors) {
            boolean elsewhere = executor.capabilities().isElsewhere();
            useAll(executor, elsewhere);
            TaskExecutorService view = executor.limited(2);
            useAll(view, elsewhere);
            view.close();
        }
        executors.forEach(TaskExecutorService::close);
        there.shutdown();
        assertNoneLeft(before);
    }

    private static void useAll(TaskExecutorService executor, boolean elsewhere) throws Exception {
        SerializableCallable<Integer> blocks = () -> {
            Thread.sleep(60_000);
            return 0;
        };
        TaskFuture<Integer> late = executor.submit(blocks, TaskOptions.timeout(Duration.ofMillis(20)));
        late.onDone(f -> {});
        assertThrows(TaskTimeoutException.class, late::join);
        List<Integer> inputs = IntStream.range(0, 50).boxed().collect(Collectors.toList());
        SerializableFunction<Integer, Integer> same = i -> i;
        assertEquals(inputs, executor.map(inputs, same).collect(Collectors.toList()));
        assertEquals(inputs, executor.mapAsync(inputs, same).join());
        assertTrue(executor.map(inputs, same).findFirst().isPresent());
        try (TaskGroup group = executor.group()) {
            group.submit((SerializableCallable<Integer>) () -> 1);
            group.join();
        }
        if (!elsewhere) {
            executor.execute(() -> {});
        }
    }

    @Test
    void aForgottenPoolWithViewsGroupsAndMapsEndsItsThreadsAndIsCollected() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<WeakReference<?>> forgotten = forget(threads);
        for (Thread thread : threads) {
            thread.join(20_000);
            assertFalse(thread.isAlive(), thread::getName);
        }
        threads.clear();
        for (WeakReference<?> reference : forgotten) {
            assertCollected("a forgotten pool, view, group, stream or adapter", reference);
        }
    }

    private static List<WeakReference<?>> forget(List<Thread> threads) throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(3)
                .idleTimeout(Duration.ofMillis(50))
                .threadFactory(worker -> {
                    Thread thread = new Thread(worker);
                    synchronized (threads) {
                        threads.add(thread);
                    }
                    return thread;
                })
                .build();
        TaskExecutorService view = pool.limited(1);
        TaskExecutorService adapted = TaskExecutorService.adapt((ExecutorService) pool);
        TaskGroup group = view.group();
        group.submit(() -> 1);
        group.join();
        var stream = pool.map(List.of(1, 2, 3), i -> i);
        assertEquals(
                1,
                pool.map(IntStream.iterate(1, i -> i + 1).boxed()::iterator, i -> i)
                        .findFirst()
                        .orElseThrow());
        view.submit(() -> {}, TaskOptions.timeout(Duration.ofDays(1))).join();
        adapted.submit(() -> {}).join();
        return List.of(
                new WeakReference<>(pool),
                new WeakReference<>(view),
                new WeakReference<>(adapted),
                new WeakReference<>(group),
                new WeakReference<>(stream));
    }

    // ---- thread-locals ----

    private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
    private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

    private static void assertSeesNothingOfTheTaskBefore(ThreadPool pool) throws Exception {
        try (pool) {
            HeldTask held = HeldTask.polite();
            TaskFuture<?> first = pool.submit(() -> {
                held.call();
                LOCAL.set("left behind");
                INHERITABLE.set("left behind");
                return null;
            });
            List<TaskFuture<String>> later = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                later.add(pool.submit(() -> LOCAL.get() + " " + INHERITABLE.get()));
            }
            held.letGo();
            first.join();
            later.add(pool.submit(() -> LOCAL.get() + " " + INHERITABLE.get()));
            for (TaskFuture<String> task : later) {
                assertEquals("null null", task.join());
            }
        }
    }

    @Test
    void aFreshWorkerForEachTaskSeesNoThreadLocalOfTheTaskBefore() throws Exception {
        assertSeesNothingOfTheTaskBefore(
                ThreadPool.builder().maxWorkers(1).maxTasksPerWorker(1).build());
    }

    @Test
    void aFreshVirtualThreadForEachTaskSeesNoThreadLocalOfTheTaskBefore() throws Exception {
        assertSeesNothingOfTheTaskBefore(ThreadPool.builder()
                .maxWorkers(1)
                .maxTasksPerWorker(1)
                .threadFactory(virtual())
                .build());
    }

    /** As Thread.ofVirtual().inheritInheritableThreadLocals(false).factory() of JDK 21. */
    private static ThreadFactory virtual() throws ReflectiveOperationException {
        Assumptions.assumeTrue(Runtime.version().feature() >= 21, "no virtual threads");
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        Class<?> type = Class.forName("java.lang.Thread$Builder");
        builder =
                type.getMethod("inheritInheritableThreadLocals", boolean.class).invoke(builder, false);
        return (ThreadFactory) type.getMethod("factory").invoke(builder);
    }

    /** Ours are found by the class loader of their values: after the calls the thread holds nothing of the library. */
    @Test
    void nothingOfOursIsLeftInAThreadThatWaitsListensAndRunsInPlace() throws Exception {
        WeakReference<ClassLoader> loader = useInThisThread();
        assertCollected("the library that this thread has used", loader);
    }

    private static WeakReference<ClassLoader> useInThisThread() throws Exception {
        ClassLoader app = own();
        app.loadClass(LeakingApp.class.getName()).getMethod("inCaller").invoke(null);
        return new WeakReference<>(app);
    }

    // ---- class loaders ----

    /** The library and the app, loaded once more. */
    private static URLClassLoader own() {
        return new URLClassLoader(
                new URL[] {place(ThreadPool.class), place(LeakingApp.class)}, ClassLoader.getPlatformClassLoader());
    }

    /** The app alone; the library is everybody's. */
    private static URLClassLoader ofApp() {
        return new URLClassLoader(new URL[] {place(LeakingApp.class)}, LeakTrial.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (!name.startsWith(LeakingApp.class.getName())) {
                    return super.loadClass(name, resolve);
                }
                synchronized (getClassLoadingLock(name)) {
                    Class<?> loaded = findLoadedClass(name);
                    return loaded != null ? loaded : findClass(name);
                }
            }
        };
    }

    private static URL place(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** Runs the app as a server does: in a thread of the server's, with the app's loader as its context. */
    private static WeakReference<ClassLoader> runApp(URLClassLoader loader, String method) throws Exception {
        Class<?> app = loader.loadClass(LeakingApp.class.getName());
        assertSame(loader, app.getClassLoader());
        Thread here = Thread.currentThread();
        ClassLoader before = here.getContextClassLoader();
        here.setContextClassLoader(loader);
        try {
            app.getMethod(method).invoke(null);
        } finally {
            here.setContextClassLoader(before);
            loader.close();
        }
        return new WeakReference<>(loader);
    }

    @Test
    void anAppThatBringsTheLibraryAlongIsCollectedAfterItClosedItsPool() throws Exception {
        WeakReference<ClassLoader> app = runApp(own(), "run");
        assertCollected("the app's class loader", app);
    }

    @Test
    void anAppIsCollectedWhileOthersGoOnWithTheSharedTimerAndThreads() throws Exception {
        Waiting.until(() -> threads().stream().noneMatch(t -> t.getName().startsWith("millrace-")));
        // The app is the first that needs the timer's thread, so it is the one that starts it.
        WeakReference<ClassLoader> app = runApp(ofApp(), "run");
        ThreadPool other = ThreadPool.of(1);
        boolean[] over = {false};
        Aside<?> busy = Aside.run(() -> {
            while (!over[0]) {
                TaskFuture<?> late = other.submit(
                        () -> {
                            Thread.sleep(60_000);
                            return null;
                        },
                        TaskOptions.timeout(Duration.ofMillis(100)));
                assertThrows(TaskTimeoutException.class, late::join);
            }
        });
        try {
            assertCollected("the app's class loader", app);
        } finally {
            over[0] = true;
            busy.value();
            other.close();
        }
    }

    @Test
    void anAppThatForgetsItsPoolIsCollectedOnceTheWorkersHaveLeft() throws Exception {
        WeakReference<ClassLoader> app = runApp(ofApp(), "forget");
        assertCollected("the app's class loader", app);
    }

    // ---- listeners ----

    @Test
    void aFutureThatLivesLongHoldsNothingOfThoseWhoGaveUp() throws Exception {
        TaskPromise<Integer> longLived = new TaskPromise<>();
        TaskFuture<Integer> future = longLived.future();
        List<WeakReference<Object>> arguments = new ArrayList<>();
        long before = usedBytes();
        for (int i = 0; i < 100_000; i++) {
            giveUp(future, i % 1000 == 0 ? arguments : null);
        }
        long after = usedBytes();
        assertTrue(after - before < 2_000_000, () -> after - before + " bytes after 100,000 waits that were given up");
        for (WeakReference<Object> argument : arguments) {
            assertCollected("what a callback refers to that was taken back", argument);
        }
        longLived.succeed(1);
    }

    private static void giveUp(TaskFuture<Integer> future, List<WeakReference<Object>> arguments) throws Exception {
        TaskFuture<Integer> other = new TaskPromise<Integer>().future();
        Object argument = new Object();
        Registration done = future.onDone(f -> assertSame(argument, argument));
        Registration exit = future.onExit(() -> assertSame(argument, argument));
        assertTrue(done.remove() && exit.remove());
        assertFalse(done.remove() || exit.remove());
        future.awaitExit(Duration.ofNanos(1));
        TaskFutures.waitFor(List.of(future, other), ReturnWhen.FIRST_COMPLETED, Duration.ofNanos(1));
        TaskFutures.waitFor(List.of(future, other), ReturnWhen.ALL_COMPLETED, Duration.ofNanos(1));
        Thread.currentThread().interrupt();
        assertThrows(
                InterruptedException.class, () -> TaskFutures.waitFor(List.of(future), ReturnWhen.FIRST_COMPLETED));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, future::get);
        if (arguments != null) {
            arguments.add(new WeakReference<>(argument));
        }
    }

    /** Until it is done it does: nobody tells a walk that nobody goes on with it. */
    @Test
    void aFutureHoldsAWalkThatWasAbandonedNoLongerThanItIsOpen() {
        TaskPromise<Integer> longLived = new TaskPromise<>();
        WeakReference<?> walk = abandonWalk(longLived.future());
        longLived.future().cancel(false);
        assertCollected("an abandoned walk of asCompleted", walk);
    }

    private static WeakReference<?> abandonWalk(TaskFuture<Integer> future) {
        var walk = TaskFutures.asCompleted(List.of(future, TaskFutureOf.done())).iterator();
        assertTrue(walk.next().isDone());
        return new WeakReference<>(walk);
    }

    /** A future that is done. */
    private static final class TaskFutureOf {
        static TaskFuture<Integer> done() {
            TaskPromise<Integer> promise = new TaskPromise<>();
            promise.succeed(1);
            return promise.future();
        }
    }

    // ---- timers ----

    @Test
    void aMillionTasksThatEndBeforeTheirTimeLeaveNoTimer() {
        try (ThreadPool pool = ThreadPool.of(1)) {
            TaskOptions limited = TaskOptions.timeout(Duration.ofDays(1));
            long before = usedBytes();
            for (int i = 0; i < MANY / 1000; i++) {
                List<TaskFuture<?>> some = new ArrayList<>();
                for (int j = 0; j < 1000; j++) {
                    some.add(pool.submit(() -> {}, limited));
                }
                if (i % 2 == 0) {
                    some.forEach(task -> task.cancel(true));
                }
                some.forEach(task -> assertTrue(await(task)));
            }
            long after = usedBytes();
            assertTrue(after - before < 5_000_000, () -> after - before + " bytes after " + MANY + " time limits");
        }
        // With nothing armed its thread ends, a second later.
        Waiting.until(() -> threads().stream().noneMatch(t -> t.getName().equals("millrace-timer")));
    }

    private static boolean await(TaskFuture<?> task) {
        try {
            return task.awaitExit(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    @Test
    void aPoolThatHasEndedLeavesNoInheritableValueBehind() {
        INHERITABLE.set("of the test");
        try (ThreadPool pool = ThreadPool.of(1)) {
            assertNull(pool.submit(INHERITABLE::get).join());
        } finally {
            INHERITABLE.remove();
        }
    }
}
