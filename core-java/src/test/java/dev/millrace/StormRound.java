// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/** A pool of some kind, its views, threads that do what they like with them, an end at a random moment, and the account. */
final class StormRound {
    private static final int MOST_FAULTS = 5;
    private static final long MOST_TO_REMEMBER = 50;

    /** Whose interrupts may reach a callback: anybody's. */
    final StormScope anybody = new StormScope(null);

    private final long seed;
    private final Random random;
    private final StormPools pools;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final List<StormPlace> places = new ArrayList<>();
    private final List<StormActor> actors = new ArrayList<>();
    private final StormPlace root;
    private final boolean isTangled;
    private final boolean isInTurn;
    private final boolean isResized;
    private final boolean isLarge;

    private final Queue<StormJob> jobs = new ConcurrentLinkedQueue<>();
    private final Queue<StormMap> maps = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> checks = new ConcurrentLinkedQueue<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicReferenceArray<StormJob> known = new AtomicReferenceArray<>(32);
    private final AtomicInteger callbacks = new AtomicInteger();
    private volatile boolean over;

    StormRound(long seed) {
        this.seed = seed;
        random = new Random(seed);
        anybody.askForInterrupt();
        pools = StormPools.any(random, threads::add);
        isResized = pools.pool != null && random.nextInt(3) == 0;
        root = new StormPlace(pools.executor, null, isResized ? Integer.MAX_VALUE : pools.limit, threads);
        places.add(root);
        int views = random.nextInt(3) == 0 && !pools.isElsewhere() ? 1 + random.nextInt(4) : 0;
        for (int i = 0; i < views; i++) {
            places.add(places.get(random.nextInt(places.size())).limited(1 + random.nextInt(3)));
        }
        isInTurn = random.nextInt(8) == 0;
        isTangled = pools.pool != null && random.nextInt(6) == 0;
        isLarge = random.nextInt(5) == 0;
        int most = !isLarge ? 20 : pools.isCostly ? 100 : 1_000;
        int count = 2 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            actors.add(new StormActor(this, random.nextLong(), 1 + random.nextInt(most)));
        }
        StormJob nobody = new StormJob(this, root, null, StormJob.Kind.RETURNS, 0, 0);
        for (int i = 0; i < known.length(); i++) {
            known.set(i, nobody);
        }
    }

    // ---- what its threads and tasks ask ----

    boolean isOver() {
        return over;
    }

    /** Whether that is a thread of the pool's, or of the executor that was adapted. */
    boolean isWorker(Thread thread) {
        return threads.contains(thread);
    }

    boolean isElsewhere() {
        return pools.isElsewhere();
    }

    boolean isAdapted() {
        return pools.host != null;
    }

    /** Views of an adapted executor that is full find no worker: what waits there fails. */
    boolean mayLackWorkers() {
        return isAdapted() && pools.isFull;
    }

    boolean isBoundToTime() {
        return pools.isBoundToTime;
    }

    boolean hasViews() {
        return places.size() > 1;
    }

    /** Each of its threads waits for what it has just submitted, so that nobody wakes a worker for another. */
    boolean isInTurn() {
        return isInTurn;
    }

    /** Tasks wait for each other in circles. */
    boolean isTangled() {
        return isTangled;
    }

    boolean mayDeadlock() {
        return isTangled || hasViews();
    }

    StormPlace anyPlace(Random by) {
        return places.get(by.nextInt(places.size()));
    }

    /** One of those that were made lately. */
    StormJob any(Random by) {
        return known.get(by.nextInt(known.length()));
    }

    StormJob newJob(StormPlace place, StormScope scope, StormJob.Kind kind, long jobSeed, int depth) {
        StormJob job = new StormJob(this, place, scope, kind, jobSeed, depth);
        jobs.add(job);
        known.set((int) (jobSeed >>> 32) & (known.length() - 1), job);
        return job;
    }

    void add(StormMap map) {
        maps.add(map);
    }

    /** After the end. */
    void checkLater(Runnable check) {
        checks.add(check);
    }

    void callbackBegins() {
        callbacks.incrementAndGet();
    }

    void callbackEnds() {
        callbacks.decrementAndGet();
    }

    void look(Random by) {
        StormPlace place = anyPlace(by);
        String words = place.executor + " " + any(by).future();
        if (words.isEmpty() || (place.executor.isTerminated() && !place.executor.isShutdown())) {
            fault("terminated and not shut down: " + words);
        }
    }

    void resize(Random by) {
        if (isResized) {
            pools.pool.setMaxWorkers(1 + by.nextInt(8));
        }
    }

    void awaitQuiescence(Duration limit) throws InterruptedException {
        if (pools.pool != null) {
            var unused = pools.pool.awaitQuiescence(limit);
        }
    }

    void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }

    void checkDropped(List<Runnable> dropped) {
        for (Runnable code : dropped) {
            if (code instanceof StormJob) {
                StormJob job = (StormJob) code;
                checkLater(job::expectNeverRan);
            }
        }
    }

    // ---- the round ----

    /** Returns the account; throws with all faults if there are any. */
    StormTally run(boolean looksAtMemory) throws InterruptedException {
        actors.forEach(Thread::start);
        boolean quiet = looksAtMemory && pools.pool != null && !isElsewhere();
        if (!quiet) {
            disturb();
        }
        StormTally tally = new StormTally();
        if (quiet || random.nextBoolean()) {
            joinActors();
        }
        if (quiet) {
            checkMemory(tally);
        }
        end();
        joinActors();
        checkEnd();
        account(tally);
        throwFaults();
        tally.rounds = 1;
        return tally;
    }

    private void disturb() {
        for (int i = random.nextInt(4); i > 0; i--) {
            nap(isLarge);
            switch (random.nextInt(3)) {
                case 0:
                    any(random).cancel(random.nextBoolean());
                    break;
                case 1:
                    if (hasViews()) {
                        places.get(1 + random.nextInt(places.size() - 1)).shutDown(random, this);
                    }
                    break;
                default:
                    actors.get(random.nextInt(actors.size())).disturb();
                    break;
            }
        }
        nap(isLarge);
    }

    private void nap(boolean isLong) {
        LockSupport.parkNanos(random.nextInt(isLong ? 5_000_000 : 300_000));
    }

    private void joinActors() throws InterruptedException {
        for (StormActor actor : actors) {
            actor.join();
        }
    }

    private void end() throws InterruptedException {
        switch (random.nextInt(6)) {
            case 0:
                root.willEnd();
                pools.executor.close();
                break;
            case 1:
                root.willStop();
                checkReport(pools.executor.close(Duration.ofNanos(random.nextInt(300_000))));
                break;
            case 2:
                root.willStop();
                Thread.currentThread().interrupt();
                pools.executor.close();
                if (!Thread.interrupted()) {
                    fault("close has lost an interrupt");
                }
                break;
            default:
                root.shutDown(random, this);
                break;
        }
        over = true;
        if (!pools.executor.awaitTermination(1, TimeUnit.DAYS)) {
            fault("never terminated: " + pools.executor);
        }
    }

    private void checkReport(ShutdownReport report) {
        if (!report.isTerminated()) {
            // The storm's own tasks end soon; on a busy machine that may take more than the second they are given.
            Waiting.until(pools.executor::isTerminated, report::toString);
        }
    }

    private void checkEnd() throws InterruptedException {
        for (StormPlace place : places) {
            if (!place.executor.awaitTermination(1, TimeUnit.MINUTES) || !place.executor.isTerminated()) {
                fault("never terminated: " + place.executor);
            }
        }
        pools.executor.close();
        try {
            TaskFuture<?> late = pools.executor.submit((SerializableRunnable) () -> {});
            fault("accepted after its end: " + late);
        } catch (RejectedExecutionException asAsked) {
            // It is shut down.
        }
        if (pools.host != null) {
            // No promise of ours: they are the executor's.
            pools.host.shutdown();
            if (!pools.host.awaitTermination(1, TimeUnit.MINUTES)) {
                fault("the executor that was adapted has not ended: " + pools.host);
            }
        }
        for (Thread thread : threads) {
            if (thread.isAlive() && pools.host != null) {
                thread.join(TimeUnit.MINUTES.toMillis(1));
            }
            if (thread.isAlive()) {
                fault(thread + " is left after close");
            }
        }
    }

    // ---- the account ----

    private void account(StormTally tally) {
        jobs.forEach(StormJob::awaitSettled);
        Waiting.until(() -> callbacks.get() == 0, () -> "callbacks hang");
        jobs.forEach(job -> job.account(tally));
        maps.forEach(map -> map.account(tally));
        checks.forEach(Runnable::run);
        for (StormPlace place : places) {
            String fault = place.fault();
            if (fault != null) {
                fault(fault);
            }
        }
        if (over && pools.events != null) {
            // A time-out tells on a thread that no pool waits for.
            Waiting.until(
                    () -> pools.events.fault(pools.pool) == null,
                    () -> "does not add up: " + pools.events.fault(pools.pool));
        }
        if (!tally.addsUp()) {
            fault("does not add up: " + tally);
        }
    }

    private void throwFaults() {
        if (!faults.isEmpty()) {
            throw new AssertionError(String.join(System.lineSeparator(), faults));
        }
    }

    /** While the pool is idle and open, nothing refers to what has ended. */
    private void checkMemory(StormTally tally) throws InterruptedException {
        if (!pools.pool.awaitQuiescence(Duration.ofMinutes(1))) {
            fault("never quiet: " + pools.pool);
            return;
        }
        account(tally);
        throwFaults();
        List<WeakReference<Object>> ended = forget();
        for (int i = 0; i < 200 && ended.stream().anyMatch(one -> one.get() != null); i++) {
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        for (WeakReference<Object> one : ended) {
            Object held = one.get();
            if (held != null) {
                fault("is held by something: " + held);
            }
        }
    }

    /** Some of the tasks, futures and values, to which nothing of the storm refers any more. */
    private List<WeakReference<Object>> forget() {
        List<WeakReference<Object>> some = new ArrayList<>();
        jobs.stream().limit(MOST_TO_REMEMBER).forEach(job -> {
            some.add(new WeakReference<>(job));
            some.add(new WeakReference<>(job.future()));
            some.add(new WeakReference<>(job.value));
        });
        StormJob nobody = new StormJob(this, root, null, StormJob.Kind.RETURNS, 0, 0);
        for (int i = 0; i < known.length(); i++) {
            known.set(i, nobody);
        }
        jobs.clear();
        maps.clear();
        checks.clear();
        actors.forEach(StormActor::forget);
        return some;
    }

    @Override
    public String toString() {
        return "a round of " + pools.executor + " with " + places.size() + " places, tangled " + isTangled
                + ", resized " + isResized + ", seed " + seed;
    }
}
