// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the future of mapAsync. Nobody waits here: each chunk that ends moves the map on, in the thread
 * that ended it. Of those that come at the same time one does the work of all ({@link #move}).
 */
final class MapAsync<A extends @Nullable Object, R extends @Nullable Object, E extends @Nullable Object> {
    private final MapCall<A, R> map;
    private final MapFeed<A, R> feed;
    private final TaskFuture<List<E>> result;
    /** How many have asked for {@link #move} since it last rested. */
    private final AtomicInteger asked = new AtomicInteger();
    /** Chunks that are done and not looked at, in that order. */
    private final Queue<TaskFuture<?>> done = new ConcurrentLinkedQueue<>();
    /** In the order of the result; used by who moves. */
    private final List<MapChunk<A, R>> chunks = new ArrayList<>();
    /** Chunks whose code may still run, and one for as long as more may be started. */
    private final AtomicInteger running = new AtomicInteger(1);
    /** No more will be started; used by who moves. */
    private boolean ended;
    /** How many items have run. */
    private final AtomicLong itemsDone = new AtomicLong();

    /** Threads that wait for the result, and run what pends meanwhile. */
    private final Set<Stall> stalls = ConcurrentHashMap.newKeySet();

    private volatile Backend.@Nullable Alarm alarm;

    private MapAsync(MapCall<A, R> map, Iterator<? extends A> inputs) {
        this.map = map;
        result = TaskFuture.promised(new Home(this));
        feed = new MapFeed<>(map, inputs, this::started);
    }

    static <A extends @Nullable Object, R extends @Nullable Object, E extends @Nullable Object>
            TaskFuture<List<E>> start(MapCall<A, R> map, Iterable<? extends A> inputs) {
        // Read here and now: the source is the user's code, which must not block, or throw, in a worker.
        List<A> all = new ArrayList<>();
        inputs.forEach(all::add);
        MapAsync<A, R, E> async = new MapAsync<>(map, all.iterator());
        async.arm();
        async.move();
        return async.result;
    }

    private void arm() {
        long nanos = map.nanosLeft();
        if (nanos != Long.MAX_VALUE) {
            // Not on the timer's thread: an interrupt and a callback are the user's code.
            Backend backend = map.backend();
            alarm = backend.schedule(() -> backend.runOnDemand(this::timeOut), Math.max(0, nanos));
        }
    }

    private void timeOut() {
        if (!result.isDone()) {
            fail(map.timedOut(itemsDone.get(), feed.inFlight()));
        }
    }

    // ---- going on ----

    private void started(TaskFuture<?> chunk) {
        running.incrementAndGet();
        chunk.callOnExit(this::exited);
        chunk.callOnDone(this::done);
        for (Stall stall : stalls) {
            stall.end();
            map.backend().unpark(stall.thread);
        }
    }

    private void done(TaskFuture<?> chunk) {
        done.add(chunk);
        move();
    }

    /** Takes up what has come since the last time. Who finds somebody at it leaves it to that one. */
    private void move() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int seen;
        do {
            seen = asked.get();
            if (!result.isDone()) {
                moveOn();
            }
            if (result.isDone() && !ended) {
                ended = true;
                exited();
            }
        } while (!asked.compareAndSet(seen, 0));
    }

    private void moveOn() {
        try {
            takeDone();
        } catch (Throwable unexpected) {
            // Out of memory, or a thread factory's: nobody would move the map on any more.
            fail(unexpected);
        }
    }

    private void takeDone() {
        for (TaskFuture<?> chunk = done.poll(); chunk != null; chunk = done.poll()) {
            if (chunk.status() != TaskStatus.SUCCESS) {
                fail(map.failureOf(chunk));
                return;
            }
            MapChunk<A, R> ran = Objects.requireNonNull(feed.take(chunk));
            feed.handedOut(ran.size());
            itemsDone.addAndGet(ran.size());
            map.learnFrom(ran);
            chunks.add(ran);
        }
        feed.readAhead();
        Throwable failure = feed.failure();
        if (failure != null) {
            fail(failure);
        } else if (feed.isEmpty() && feed.isReadToTheEnd()) {
            succeed();
        }
    }

    // ---- the end ----

    private void succeed() {
        if (!map.options.isUnordered) {
            chunks.sort((a, b) -> Long.compare(a.number, b.number));
        }
        List<E> elements = new ArrayList<>();
        for (MapChunk<A, R> chunk : chunks) {
            while (chunk.hasMore()) {
                elements.add(element(chunk));
            }
        }
        map.over();
        result.fulfil(elements);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // results, or futures of results where failures are collected
    private E element(MapChunk<A, R> chunk) {
        return (E) chunk.next();
    }

    private void fail(Throwable failure) {
        if (result.failPromiseEarly(failure)) {
            stop(true);
        }
    }

    private void stop(boolean mayInterrupt) {
        feed.close(mayInterrupt);
        map.over();
        move();
    }

    /** One chunk less runs. The last one says so for the whole. */
    private void exited() {
        if (running.decrementAndGet() == 0) {
            result.exitPromise();
        }
    }

    // ---- what the future asks ----

    private void disarm() {
        Backend.Alarm armed = alarm;
        if (armed != null) {
            armed.disarm();
        }
    }

    private boolean assist(Runner waiter, boolean interruptible) {
        for (TaskFuture<?> chunk : feed.futures()) {
            if (chunk.isPending() && chunk.home().help(chunk, waiter, interruptible)) {
                return true;
            }
        }
        return false;
    }

    /** What comes later ends the stall, and what pends now ends it as it would that of its own waiter. */
    private void stall(Runner waiter, Stall stall) {
        stalls.add(stall);
        for (TaskFuture<?> chunk : feed.futures()) {
            if (chunk.isPending()) {
                chunk.home().stall(chunk, waiter, stall);
                return;
            }
        }
    }

    /** The home of the future; once that is done, it holds on to nothing of the map. */
    private static final class Home extends TaskHome {
        private final TaskHome executor;
        private volatile @Nullable MapAsync<?, ?, ?> map;

        Home(MapAsync<?, ?, ?> map) {
            super(map.map.backend(), map.map.executor.home().observer);
            this.map = map;
            executor = map.map.executor.home();
        }

        @Override
        String name() {
            return "map over " + executor.name();
        }

        @Override
        void cancelRequested(boolean mayInterrupt) {
            MapAsync<?, ?, ?> cancelled = map;
            if (cancelled != null) {
                cancelled.stop(mayInterrupt);
            }
        }

        @Override
        void done(TaskFuture<?> task) {
            MapAsync<?, ?, ?> ended = map;
            if (ended != null) {
                ended.disarm();
                map = null;
            }
        }

        @Override
        boolean isAssisted() {
            return true;
        }

        /** Who waits in a task of the same pool runs what pends, as for any other future. */
        @Override
        boolean assist(Runner waiter, boolean interruptible) {
            MapAsync<?, ?, ?> running = map;
            return running != null && running.assist(waiter, interruptible);
        }

        @Override
        void stall(TaskFuture<?> task, Runner me, Stall stall) {
            MapAsync<?, ?, ?> running = map;
            if (running != null) {
                running.stall(me, stall);
            }
        }

        @Override
        void endStall(Stall stall) {
            MapAsync<?, ?, ?> running = map;
            if (running != null) {
                running.stalls.remove(stall);
            }
            // The map may be over by now; the executor must not go on holding the waiter.
            executor.endStall(stall);
        }
    }
}
