// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Real threads, but a clock that moves only when a test moves it, and threads that fail to start on demand. Before it
 * moves the clock a test waits until those whose time it means are asleep: then all is deterministic.
 */
final class FakeBackend extends Backend {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private long now;
    private final Map<Thread, Long> sleepers = new HashMap<>();
    private final List<FakeAlarm> alarms = new ArrayList<>();
    private final Deque<Throwable> startFailures = new ArrayDeque<>();
    private int started;
    private boolean ringsAtOnce;
    private Runnable beforeNextLook;
    private Runnable beforeNextUnpark;
    private int parks;

    @Override
    long nanoTime() {
        Runnable action;
        synchronized (this) {
            action = beforeNextLook;
            beforeNextLook = null;
        }
        if (action != null) {
            action.run();
        }
        synchronized (this) {
            return now;
        }
    }

    /** Whoever looks at the clock next does this first: a race that is decided just now. */
    synchronized void beforeNextLook(Runnable action) {
        beforeNextLook = action;
    }

    @Override
    void park(Object blocker) {
        LockSupport.park(blocker);
    }

    @Override
    void parkNanos(Object blocker, long nanos) {
        synchronized (this) {
            parks++;
            sleepers.put(Thread.currentThread(), nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos);
            notifyAll();
        }
        LockSupport.park(blocker);
        synchronized (this) {
            sleepers.remove(Thread.currentThread());
        }
    }

    /** Whoever wakes a thread next does this first. */
    synchronized void beforeNextUnpark(Runnable action) {
        beforeNextUnpark = action;
    }

    @Override
    void unpark(Thread thread) {
        Runnable action;
        synchronized (this) {
            action = beforeNextUnpark;
            beforeNextUnpark = null;
        }
        if (action != null) {
            action.run();
        }
        LockSupport.unpark(thread);
    }

    @Override
    void start(Thread thread) {
        synchronized (this) {
            Throwable failure = startFailures.poll();
            if (failure instanceof Error) {
                throw (Error) failure;
            }
            if (failure != null) {
                throw (RuntimeException) failure;
            }
            started++;
        }
        thread.start();
    }

    @Override
    synchronized Alarm schedule(Runnable action, long nanos) {
        if (ringsAtOnce) {
            action.run();
            return () -> {};
        }
        FakeAlarm alarm = new FakeAlarm(action, now + nanos);
        alarms.add(alarm);
        return () -> {
            synchronized (this) {
                alarms.remove(alarm);
            }
        };
    }

    @Override
    void runOnDemand(Runnable action) {
        action.run();
    }

    /** The next thread is not started; {@code failure} is thrown instead. May be called several times. */
    synchronized void failNextStart(Throwable failure) {
        startFailures.add(failure);
    }

    /** From now on an alarm rings before it has been set. */
    synchronized void ringAtOnce() {
        ringsAtOnce = true;
    }

    /** How many threads were started. */
    synchronized int started() {
        return started;
    }

    /** How often a thread went to sleep with a time limit. */
    synchronized int parks() {
        return parks;
    }

    synchronized int armed() {
        return alarms.size();
    }

    /** Waits until so many threads sleep with a time limit. */
    synchronized void awaitSleepers(int count) throws InterruptedException {
        long start = System.nanoTime();
        while (sleepers.size() < count) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError(sleepers.size() + " of " + count + " threads asleep: " + sleepers.keySet());
            }
            TimeUnit.NANOSECONDS.timedWait(this, PATIENCE_NANOS);
        }
    }

    /** Moves the clock; alarms that are due ring on the calling thread, sleepers that are due wake. */
    void advance(Duration time) {
        List<FakeAlarm> due = new ArrayList<>();
        synchronized (this) {
            now += time.toNanos();
            alarms.stream()
                    .filter(alarm -> alarm.at <= now)
                    .sorted(Comparator.comparingLong(alarm -> alarm.at))
                    .forEach(due::add);
            alarms.removeAll(due);
            sleepers.forEach((thread, deadline) -> {
                if (deadline <= now) {
                    LockSupport.unpark(thread);
                }
            });
        }
        due.forEach(alarm -> alarm.action.run());
    }

    private static final class FakeAlarm {
        final Runnable action;
        final long at;

        FakeAlarm(Runnable action, long at) {
            this.action = action;
            this.at = at;
        }
    }
}
