// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** All that a pool of the storm tells those who look at it, counted; at the end it adds up. */
final class StormEvents implements PoolListener {
    private final AtomicInteger submitted = new AtomicInteger();
    private final AtomicInteger rejected = new AtomicInteger();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger stopped = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger workers = new AtomicInteger();
    private final AtomicInteger contexts = new AtomicInteger();
    private final boolean listens;

    StormEvents(Random random, ThreadPool.Builder pool) {
        listens = random.nextBoolean();
        if (listens) {
            pool.listener(this);
        }
        if (random.nextBoolean()) {
            pool.recordTimes();
        }
        if (random.nextBoolean()) {
            pool.contextCarrier(() -> () -> {
                contexts.incrementAndGet();
                return contexts::decrementAndGet;
            });
        }
    }

    @Override
    public void submitted(TaskFuture<?> task) {
        submitted.incrementAndGet();
    }

    @Override
    public void rejected(TaskFuture<?> task) {
        rejected.incrementAndGet();
    }

    @Override
    public void started(TaskFuture<?> task) {
        started.incrementAndGet();
    }

    @Override
    public void stopped(TaskFuture<?> task) {
        stopped.incrementAndGet();
    }

    @Override
    public void done(TaskFuture<?> task) {
        done.incrementAndGet();
    }

    @Override
    public void workerStarted(Thread worker) {
        workers.incrementAndGet();
    }

    @Override
    public void workerEnded(Thread worker) {
        workers.decrementAndGet();
    }

    /** After the end of the pool: what does not add up, or null. */
    String fault(ThreadPool pool) {
        PoolStats stats = pool.stats();
        boolean isOver = stats.running() == 0
                && stats.queued() == 0
                && stats.waitingForRoom() == 0
                && stats.workers() == 0
                && contexts.get() == 0;
        boolean isTold = !listens
                || (started.get() == stopped.get()
                        && workers.get() == 0
                        // One that is out of time while it is refused is both; one of a group may end before.
                        && submitted.get() <= done.get() + rejected.get()
                        && submitted.get() >= rejected.get()
                        && stats.completed() == done.get()
                        && stats.rejected() == rejected.get());
        return isOver && isTold ? null : this + " against " + stats;
    }

    @Override
    public String toString() {
        return submitted + " submitted, " + rejected + " rejected, " + started + " started, " + stopped + " stopped, "
                + done + " done, " + workers + " workers and " + contexts + " contexts left, listens " + listens;
    }
}
