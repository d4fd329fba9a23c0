// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A task that nobody holds a future of runs, or hears that it never will: one of both, once. */
@ExtendWith(NoThreadsLeft.class)
class DroppableTest {
    private final CountDownLatch go = new CountDownLatch(1);

    private static final class Note implements Droppable {
        final List<Object> events = new CopyOnWriteArrayList<>();

        @Override
        public void run() {
            events.add("ran");
        }

        @Override
        public void dropped(Throwable cause) {
            events.add(cause);
        }

        Throwable cause() {
            assertEquals(1, events.size(), events::toString);
            return assertInstanceOf(Throwable.class, events.get(0));
        }
    }

    /** A worker that does not end before {@link #go}, whatever comes. */
    private ThreadPool busy() {
        ThreadPool pool = ThreadPool.of(1);
        occupy(pool);
        return pool;
    }

    private void occupy(TaskExecutorService executor) {
        HeldTask held = HeldTask.stubborn();
        executor.execute(() -> {
            held.run();
        });
        try {
            held.awaitBegun();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        new Thread(() -> {
                    Waiting.await(go);
                    held.letGo();
                })
                .start();
    }

    private static List<Note> give(TaskExecutorService executor, int number) {
        List<Note> notes = IntStream.range(0, number).mapToObj(i -> new Note()).collect(Collectors.toList());
        notes.forEach(executor::execute);
        return notes;
    }

    private void end(TaskExecutorService executor) {
        go.countDown();
        executor.close();
    }

    @Test
    void whatRunsIsNotDropped() {
        ThreadPool pool = ThreadPool.of(1);
        List<Note> notes = give(pool, 10);
        pool.close();
        pool.shutdownNow();
        notes.forEach(note -> assertEquals(List.of("ran"), note.events));
    }

    @Test
    void whatRunsWhileShutdownNowComesIsNotDropped() throws Exception {
        ThreadPool pool = ThreadPool.of(1);
        HeldTask held = HeldTask.polite();
        Note note = new Note();
        pool.execute(new Droppable() {
            @Override
            public void run() {
                held.run();
                note.run();
            }

            @Override
            public void dropped(Throwable cause) {
                note.dropped(cause);
            }
        });
        held.awaitBegun();
        pool.shutdownNow();
        pool.close();
        assertEquals(List.of("ran"), note.events);
    }

    @Test
    void shutdownNowDropsWhatPendsOnceAndGivesItBack() {
        ThreadPool pool = busy();
        List<Note> notes = give(pool, 10);
        List<Runnable> given = pool.shutdownNow();
        assertEquals(notes, given);
        notes.forEach(note -> assertInstanceOf(CancellationException.class, note.cause()));
        pool.shutdownNow();
        end(pool);
        notes.forEach(Note::cause);
    }

    @Test
    void shutdownAndCancelPendingDropsWhatPends() {
        ThreadPool pool = busy();
        List<Note> notes = give(pool, 10);
        pool.shutdownAndCancelPending();
        end(pool);
        notes.forEach(note -> assertInstanceOf(CancellationException.class, note.cause()));
    }

    @Test
    void aShutdownDropsNothing() {
        ThreadPool pool = busy();
        List<Note> notes = give(pool, 10);
        pool.shutdown();
        end(pool);
        notes.forEach(note -> assertEquals(List.of("ran"), note.events));
    }

    @Test
    void whatGoesBeyondTheBoundIsDroppedToo() {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.REJECT)
                .build();
        occupy(pool);
        Note note = new Note();
        pool.executeBeyondBound(note);
        assertEquals(List.of(note), pool.shutdownNow());
        end(pool);
        note.cause();
    }

    @Test
    void aBrokenPoolDropsWithTheReason() {
        CountDownLatch given = new CountDownLatch(1);
        IllegalStateException broken = new IllegalStateException("no driver");
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .initializer(() -> {
                    Waiting.await(given);
                    throw broken;
                })
                .build();
        List<Note> notes = give(pool, 3);
        given.countDown();
        notes.forEach(note -> Waiting.until(() -> !note.events.isEmpty()));
        notes.forEach(note -> assertSame(
                broken,
                assertInstanceOf(BrokenPoolException.class, note.cause()).getCause()));
        Note late = new Note();
        assertThrows(BrokenPoolException.class, () -> pool.execute(late));
        pool.close();
        assertEquals(List.of(), late.events);
    }

    @Test
    void aPoolThatGetsNoThreadDropsOnce() {
        FakeBackend backend = new FakeBackend();
        OutOfMemoryError noThread = new OutOfMemoryError("no thread");
        backend.failNextStart(noThread);
        ThreadPool pool = ThreadPool.builder().maxWorkers(1).backend(backend).build();
        Note note = new Note();
        Throwable refused = assertThrows(Throwable.class, () -> pool.execute(note));
        Throwable cause = note.cause();
        assertTrue(cause == noThread || cause.getCause() == noThread, cause::toString);
        assertTrue(refused == noThread || refused.getCause() == noThread, refused::toString);
        pool.close();
        note.cause();
    }

    @Test
    void aViewsShutdownNowDropsWhatPendsThereAndNothingElse() {
        ThreadPool pool = busy();
        TaskExecutorService view = pool.limited(1);
        List<Note> inView = give(view, 5);
        List<Note> inPool = give(pool, 5);
        assertEquals(inView, view.shutdownNow());
        inView.forEach(note -> assertInstanceOf(CancellationException.class, note.cause()));
        end(pool);
        inPool.forEach(note -> assertEquals(List.of("ran"), note.events));
        inView.forEach(Note::cause);
    }

    @Test
    void aPoolsShutdownNowDropsWhatPendsInItsViews() {
        ThreadPool pool = busy();
        List<Note> notes = give(pool.limited(1), 5);
        pool.shutdownNow();
        end(pool);
        notes.forEach(Note::cause);
    }

    @Test
    void anAdapterDropsWhatPends() {
        TaskExecutorService adapted = TaskExecutorService.adapt(Executors.newFixedThreadPool(1));
        occupy(adapted);
        List<Note> notes = give(adapted, 5);
        assertEquals(notes, adapted.shutdownNow());
        end(adapted);
        notes.forEach(note -> assertInstanceOf(CancellationException.class, note.cause()));
    }

    @Test
    void anAdaptersViewDropsWhatPends() {
        TaskExecutorService adapted = TaskExecutorService.adapt(Executors.newFixedThreadPool(1));
        occupy(adapted);
        TaskExecutorService view = adapted.limited(1);
        List<Note> notes = give(view, 5);
        view.shutdownNow();
        notes.forEach(Note::cause);
        end(adapted);
        notes.forEach(Note::cause);
    }

    @Test
    void whatDroppedThrowsGoesToTheUncaughtHandlerAndTheOthersStillHear() throws Exception {
        ThreadPool pool = busy();
        IllegalStateException thrown = new IllegalStateException("dropped");
        pool.execute(new Droppable() {
            @Override
            public void run() {}

            @Override
            public void dropped(Throwable cause) {
                throw thrown;
            }
        });
        Note next = new Note();
        pool.execute(next);
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        Thread stopper = new Thread(pool::shutdownNow);
        stopper.setUncaughtExceptionHandler((thread, t) -> uncaught.add(t));
        stopper.start();
        stopper.join();
        assertEquals(List.of(thrown), uncaught);
        next.cause();
        end(pool);
    }

    @Test
    void itIsToldUnderNoLock() throws Exception {
        ThreadPool pool = busy();
        Note note = new Note();
        pool.execute(new Droppable() {
            @Override
            public void run() {}

            @Override
            public void dropped(Throwable cause) {
                // Another thread needs the pool's lock for it.
                Aside<String> other = Aside.call(() -> {
                    pool.shutdown();
                    return pool.toString();
                });
                try {
                    other.value();
                    note.dropped(cause);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
        pool.shutdownNow();
        note.cause();
        end(pool);
    }

    @Test
    void aSubmittedOneHasItsFutureAndHearsNothing() {
        ThreadPool pool = busy();
        Note note = new Note();
        TaskFuture<?> future = pool.submit(note);
        pool.shutdownNow();
        end(pool);
        assertTrue(future.isCancelled());
        assertEquals(List.of(), note.events);
    }

    @Test
    void aRefusedOneIsToldByTheExceptionAlone() {
        ThreadPool pool = ThreadPool.of(1);
        pool.close();
        Note note = new Note();
        assertThrows(RejectedExecutionException.class, () -> pool.execute(note));
        assertThrows(RejectedExecutionException.class, () -> pool.executeBeyondBound(note));
        assertEquals(List.of(), note.events);
    }

    @Test
    void oneThatWaitsForRoomWhenTheEndComesIsToldByTheExceptionAlone() throws Exception {
        ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.BLOCK)
                .build();
        occupy(pool);
        Note note = new Note();
        Aside<Object> submitter = Aside.run(() -> pool.execute(note)).awaitParked();
        pool.shutdown();
        submitter.thrown(RejectedExecutionException.class);
        end(pool);
        assertEquals(List.of(), note.events);
    }

    @Test
    void oneThatAFullAdaptedExecutorRefusesIsToldByTheExceptionAlone() {
        ExecutorService full = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>());
        TaskExecutorService adapter = TaskExecutorService.adapt(full);
        occupy(adapter);
        Note note = new Note();
        assertThrows(RejectedExecutionException.class, () -> adapter.execute(note));
        end(adapter);
        assertEquals(List.of(), note.events);
    }

    @Test
    void inAStormEachRunsOrIsDropped() {
        for (int round = 0; round < 200; round++) {
            ThreadPool pool = ThreadPool.of(2);
            List<Note> notes = give(pool, 200);
            pool.shutdownNow();
            pool.close();
            notes.forEach(note -> assertEquals(1, note.events.size(), note.events::toString));
        }
    }
}
