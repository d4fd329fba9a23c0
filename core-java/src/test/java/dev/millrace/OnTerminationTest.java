// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code onTermination}: the end of a pool, told and not waited for. */
@ExtendWith(NoThreadsLeft.class)
class OnTerminationTest {
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger told = new AtomicInteger();

    @Test
    void itIsCalledOnceWhenAllWorkHasEnded() {
        ThreadPool pool = ThreadPool.of(1);
        List<Object> seen = new CopyOnWriteArrayList<>();
        pool.execute(() -> Waiting.await(go));
        TaskFuture<?> last = pool.submit(() -> {});
        pool.onTermination(() -> {
            seen.add(last.isDone());
            seen.add(pool.isTerminated());
            told.incrementAndGet();
        });
        pool.shutdown();
        assertEquals(0, told.get());
        go.countDown();
        pool.close();
        Waiting.until(() -> told.get() > 0);
        pool.shutdownNow();
        pool.close();
        assertEquals(1, told.get());
        assertEquals(List.of(true, true), seen);
    }

    @Test
    void ofATerminatedPoolItIsCalledAtOnceInTheCallingThread() {
        ThreadPool pool = ThreadPool.of(1);
        pool.execute(() -> {});
        pool.close();
        List<Thread> callers = new CopyOnWriteArrayList<>();
        pool.onTermination(() -> callers.add(Thread.currentThread()));
        assertEquals(List.of(Thread.currentThread()), callers);
    }

    @Test
    void ofAPoolThatNeverWorkedItIsCalledByTheShutdown() {
        ThreadPool pool = ThreadPool.of(1);
        pool.onTermination(told::incrementAndGet);
        pool.shutdown();
        assertEquals(1, told.get());
        assertTrue(pool.isTerminated());
    }

    @Test
    void whatIsTakenBackIsNotCalled() {
        ThreadPool pool = ThreadPool.of(1);
        pool.execute(() -> Waiting.await(go));
        Registration first = pool.onTermination(told::incrementAndGet);
        pool.onTermination(() -> told.addAndGet(10));
        first.remove();
        first.remove();
        go.countDown();
        pool.close();
        Waiting.until(() -> told.get() > 0);
        assertEquals(10, told.get());
    }

    @Test
    void allAreCalledWhateverOneThrows() {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        IllegalStateException thrown = new IllegalStateException("action");
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .threadFactory(worker -> {
                    Thread thread = new Thread(worker);
                    thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
                    return thread;
                })
                .build();
        pool.execute(() -> Waiting.await(go));
        pool.onTermination(() -> {
            throw thrown;
        });
        pool.onTermination(told::incrementAndGet);
        pool.shutdown();
        go.countDown();
        Waiting.until(() -> told.get() == 1);
        pool.close();
        assertEquals(1, uncaught.size());
        assertSame(thrown, uncaught.get(0));
    }

    @Test
    void itNeedsAShutdown() throws Exception {
        ThreadPool pool = ThreadPool.of(1);
        Registration registration = pool.onTermination(told::incrementAndGet);
        pool.submit(() -> {}).join();
        assertFalse(pool.isTerminated());
        assertEquals(0, told.get());
        registration.remove();
        pool.close();
        assertEquals(0, told.get());
    }
}
