// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code executeBeyondBound}: what only goes on asks for no room. */
@ExtendWith(NoThreadsLeft.class)
class BeyondBoundTest {
    private final CountDownLatch go = new CountDownLatch(1);

    private ThreadPool full(int capacity, WhenFull whenFull) {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(capacity, whenFull)
                .build();
        for (int i = 0; i <= capacity; i++) {
            pool.execute(() -> Waiting.await(go));
        }
        return pool;
    }

    @ParameterizedTest
    @EnumSource(WhenFull.class)
    void aFullPoolTakesItAtOnceAndRunsItOnAWorkerInOrder(WhenFull whenFull) {
        ThreadPool pool = full(2, whenFull);
        Thread caller = Thread.currentThread();
        List<Integer> ran = new CopyOnWriteArrayList<>();
        AtomicReference<Thread> runner = new AtomicReference<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            pool.executeBeyondBound(() -> {
                ran.add(number);
                runner.set(Thread.currentThread());
            });
        }
        assertEquals(List.of(), ran);
        go.countDown();
        pool.close();
        assertEquals(IntStream.range(0, 100).boxed().collect(Collectors.toList()), ran);
        assertNotSame(caller, runner.get());
    }

    @ParameterizedTest
    @EnumSource(WhenFull.class)
    void aViewOfAFullPoolTakesIt(WhenFull whenFull) {
        ThreadPool pool = full(0, whenFull);
        TaskExecutorService view = pool.limited(1);
        AtomicInteger ran = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            view.executeBeyondBound(ran::incrementAndGet);
        }
        assertEquals(0, ran.get());
        go.countDown();
        view.close();
        assertEquals(50, ran.get());
        pool.close();
    }

    @Test
    void whatIsBeyondTheBoundTakesNoRoomForEver() throws Exception {
        ThreadPool pool = full(1, WhenFull.REJECT);
        CountDownLatch last = new CountDownLatch(1);
        for (int i = 0; i < 10; i++) {
            pool.executeBeyondBound(() -> {});
        }
        pool.executeBeyondBound(last::countDown);
        assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
        go.countDown();
        Waiting.await(last);
        assertTrue(pool.awaitQuiescence(Duration.ofSeconds(30)));
        // Exactly as much room as before: a worker and one place.
        CountDownLatch again = new CountDownLatch(1);
        pool.execute(() -> Waiting.await(again));
        pool.execute(() -> {});
        assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
        again.countDown();
        pool.close();
    }

    @Test
    void itDoesNotLetThoseInWhoWaitForRoom() throws Exception {
        ThreadPool pool = full(0, WhenFull.BLOCK);
        TaskFuture<?> inLine = pool.submitWhenRoom(() -> null);
        Aside<Object> blocked = Aside.run(() -> pool.execute(() -> {})).awaitParked();
        List<String> ran = new CopyOnWriteArrayList<>();
        pool.executeBeyondBound(() -> ran.add("beyond"));
        assertTrue(inLine.isPending());
        assertFalse(blocked.hasEnded());
        go.countDown();
        inLine.join();
        blocked.value();
        pool.close();
        assertEquals(List.of("beyond"), ran);
    }

    @Test
    void anAdapterTakesItAsItsExecutorDoes() {
        TaskExecutorService adapted = TaskExecutorService.adapt(Executors.newFixedThreadPool(1));
        CountDownLatch ran = new CountDownLatch(1);
        adapted.executeBeyondBound(ran::countDown);
        Waiting.await(ran);
        adapted.close();
        assertThrows(RejectedExecutionException.class, () -> adapted.executeBeyondBound(() -> {}));
    }

    @ParameterizedTest
    @EnumSource(WhenFull.class)
    void afterAShutdownItIsRefused(WhenFull whenFull) {
        ThreadPool pool = full(0, whenFull);
        pool.shutdown();
        assertThrows(RejectedExecutionException.class, () -> pool.executeBeyondBound(() -> {}));
        assertThrows(RejectedExecutionException.class, () -> pool.limited(1).executeBeyondBound(() -> {}));
        go.countDown();
        pool.close();
    }

    @Test
    void aTaskMayGiveItToItsOwnFullPool() {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.BLOCK)
                .build();
        CountDownLatch last = new CountDownLatch(1_000);
        pool.execute(new Runnable() {
            @Override
            public void run() {
                last.countDown();
                if (last.getCount() > 0) {
                    pool.executeBeyondBound(this);
                }
            }
        });
        Waiting.await(last);
        pool.close();
    }
}
