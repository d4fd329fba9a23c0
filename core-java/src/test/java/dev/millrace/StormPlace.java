// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** An executor of a round, the pool or a view, and how many threads are inside its tasks, those of its views included. */
final class StormPlace {
    /** Where the calling thread is inside; the innermost last. */
    private static final ThreadLocal<List<StormPlace>> ENTERED = ThreadLocal.withInitial(ArrayList::new);

    final TaskExecutorService executor;
    private final StormPlace above;
    private final int limit;
    /** Others run a task in place. */
    private final Set<Thread> workers;

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private volatile boolean ends;
    private volatile boolean drops;
    private volatile boolean stops;

    StormPlace(TaskExecutorService executor, StormPlace above, int limit, Set<Thread> workers) {
        this.executor = executor;
        this.above = above;
        this.limit = limit;
        this.workers = workers;
    }

    StormPlace limited(int most) {
        return new StormPlace(executor.limited(most), this, most, workers);
    }

    boolean isView() {
        return above != null;
    }

    // ---- the limit ----

    /** The calling thread is inside from now on; returns where it was not before, which it is to leave. */
    List<StormPlace> enter() {
        List<StormPlace> entered = ENTERED.get();
        List<StormPlace> fresh = new ArrayList<>();
        for (StormPlace place = this; place != null; place = place.above) {
            // What is held by the code beneath is counted already.
            boolean counts = place.isView() || workers.contains(Thread.currentThread());
            if (counts && !entered.contains(place)) {
                place.most.accumulateAndGet(place.inside.incrementAndGet(), Math::max);
                fresh.add(place);
            }
        }
        entered.addAll(fresh);
        return fresh;
    }

    void leave(List<StormPlace> fresh) {
        fresh.forEach(place -> place.inside.decrementAndGet());
        ENTERED.get().removeAll(fresh);
        if (ENTERED.get().isEmpty()) {
            ENTERED.remove();
        }
    }

    /** After the end: how the limit was broken, or null. */
    String fault() {
        if (most.get() > limit) {
            return most + " at once of " + limit + " in " + executor;
        }
        return inside.get() == 0 ? null : inside + " never left " + executor;
    }

    // ---- the end ----

    /** Any of the three ways that do not wait. */
    void shutDown(Random random, StormRound round) {
        ends = true;
        switch (random.nextInt(3)) {
            case 0:
                executor.shutdown();
                break;
            case 1:
                drops = true;
                executor.shutdownAndCancelPending();
                break;
            default:
                willStop();
                round.checkDropped(executor.shutdownNow());
                break;
        }
    }

    /** Before each call that may cancel what pends here, and interrupt what runs. */
    void willStop() {
        ends = true;
        drops = true;
        stops = true;
    }

    void willEnd() {
        ends = true;
    }

    /** Whether a map may have ended early because the place takes no more. */
    boolean mayEnd() {
        return ends || (above != null && above.mayEnd());
    }

    /** Whether pending tasks may have been cancelled by a shutdown. */
    boolean mayDrop() {
        return drops || (above != null && above.mayDrop());
    }

    /** Whether running tasks may have been interrupted by a shutdown. */
    boolean mayStop() {
        return stops || (above != null && above.mayStop());
    }
}
