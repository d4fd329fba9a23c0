// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a thread, a task or a callback of the storm does with the executors of its round, each by its own Random. */
final class StormDeeds {
    private static final int MOST_DEEP = 3;

    private final StormRound round;
    private final Random random;
    private final StormScope owner;
    /** Where the task belongs whose code this is; null for a thread of the storm. */
    private final StormPlace home;

    private final int depth;
    /** What it submitted lately. */
    private final StormJob[] recent = new StormJob[8];

    StormDeeds(StormRound round, Random random, StormScope owner, StormPlace home, int depth) {
        this.round = round;
        this.random = random;
        this.owner = owner;
        this.home = home;
        this.depth = depth;
    }

    void forget() {
        Arrays.fill(recent, null);
    }

    // ---- of a thread of the storm ----

    void step() {
        try {
            stepOrThrow();
        } catch (InterruptedException e) {
            expectInterrupt();
        } catch (RejectedExecutionException refused) {
            checkRefusal(refused);
        }
    }

    private void stepOrThrow() throws InterruptedException {
        int deed = round.isInTurn() ? 95 : random.nextInt(120);
        if (deed < 40) {
            submitMany();
        } else if (deed < 64) {
            submit(false);
        } else if (deed < 76) {
            StormJob job = submit(false);
            if (job != null) {
                cancel(job);
            }
        } else if (deed < 86) {
            StormJob job = recent[random.nextInt(recent.length)];
            if (job != null) {
                cancel(job);
            }
        } else if (deed < 94) {
            StormJob job = recent[random.nextInt(recent.length)];
            if (job != null) {
                await(job);
            }
        } else if (deed < 96) {
            submitAndAwaitInTurn();
        } else if (deed < 100) {
            interruptInTheMiddle();
        } else if (deed < 103) {
            nest();
        } else if (deed < 105) {
            awaitSeveral();
        } else if (deed < 106) {
            fulfil();
        } else if (deed < 108) {
            round.any(random).listenAgain(random);
        } else if (deed < 112) {
            round.look(random);
        } else if (deed < 114) {
            round.resize(random);
        } else if (deed < 115) {
            round.awaitQuiescence(Duration.ofNanos(random.nextInt(100_000)));
        } else {
            cancel(round.any(random));
        }
    }

    /** A burst of tasks that do little; some are cancelled at once. */
    private void submitMany() {
        for (int i = random.nextInt(64); i >= 0 && !round.isOver(); i--) {
            StormJob.Kind kind = random.nextInt(8) == 0 ? StormJob.Kind.LOOKS_FOR_ITS_CANCEL : StormJob.Kind.RETURNS;
            StormJob job = round.newJob(anyPlace(), null, kind, random.nextLong(), depth);
            if (submit(job, random.nextInt(16)) && random.nextInt(8) == 0) {
                cancel(random.nextBoolean() ? job : round.any(random));
            }
        }
    }

    /** Few at a time, so that the workers park in between: a wake-up that is lost is a round that hangs. */
    private void submitAndAwaitInTurn() throws InterruptedException {
        for (int i = random.nextInt(32); i >= 0 && !round.isOver(); i--) {
            StormJob job = null;
            for (int j = random.nextInt(3); j >= 0; j--) {
                job = round.newJob(anyPlace(), null, StormJob.Kind.RETURNS, random.nextLong(), depth);
                job = submit(job, random.nextInt(5)) ? job : null;
            }
            if (job != null) {
                await(job);
            }
            pause(random.nextInt(20_000));
        }
    }

    /** Shorter than any sleep: as long as a worker looks for more before it parks. */
    static void pause(int nanos) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }

    /** A task is interrupted at any moment of its run, and others come right after it: the interrupt is not theirs. */
    private void interruptInTheMiddle() {
        StormPlace place = anyPlace();
        StormJob.Kind kind =
                random.nextBoolean() || round.isElsewhere() ? StormJob.Kind.LOOKS_FOR_ITS_CANCEL : StormJob.Kind.NESTS;
        StormJob interrupted = round.newJob(place, null, kind, random.nextLong(), depth);
        if (!submit(interrupted, 0)) {
            return;
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            submit(round.newJob(place, null, StormJob.Kind.LOOKS_FOR_ITS_CANCEL, random.nextLong(), depth), 0);
        }
        for (int i = 0; i < 50 && interrupted.future().isPending(); i++) {
            pause(1_000);
        }
        pause(random.nextInt(15_000));
        interrupted.cancel(true);
    }

    private void cancel(StormJob job) {
        switch (random.nextInt(8)) {
            case 0:
            case 1:
            case 2:
                job.cancelIfPending();
                break;
            case 3:
            case 4:
                job.cancel(false);
                break;
            case 5:
                job.cancelBridged(random.nextBoolean());
                break;
            default:
                job.cancel(true);
                break;
        }
    }

    /** Waits, so long at most, for any or all of what came last. */
    private void awaitSeveral() throws InterruptedException {
        List<TaskFuture<?>> futures = new ArrayList<>();
        for (StormJob job : recent) {
            if (job != null && job.future() != null) {
                futures.add(job.future());
            }
        }
        Duration limit = Duration.ofNanos(random.nextInt(100_000));
        if (random.nextBoolean()) {
            ReturnWhen when = ReturnWhen.values()[random.nextInt(3)];
            var unused = TaskFutures.waitFor(futures, when, limit);
            return;
        }
        try {
            for (TaskFuture<?> done : TaskFutures.asCompleted(futures, limit)) {
                if (!done.isDone()) {
                    round.fault(done + " handed out before it was done");
                }
            }
        } catch (TaskTimeoutException late) {
            // As asked.
        } catch (CompletionException interrupted) {
            expectInterrupt();
        }
    }

    /** A promise that a task, or a cancel, ends: one of the two. */
    private void fulfil() {
        TaskPromise<Object> promise = new TaskPromise<>("promise");
        StormJob job = newJob(anyPlace(), null, true);
        job.promise = promise;
        TaskFuture<?> future = promise.future();
        promise.onCancel(interrupt -> job.cancel(interrupt));
        submit(job, 0);
        boolean cancelled = random.nextBoolean() && future.cancel(random.nextBoolean());
        round.checkLater(() -> {
            boolean late = future.cancel(false);
            int winners = (cancelled ? 1 : 0) + (job.fulfilled() ? 1 : 0) + (late ? 1 : 0);
            if (winners != 1 || !future.isDone()) {
                round.fault(winners + " completed " + future + " of " + job);
            }
        });
    }

    // ---- of a callback ----

    void callBack() {
        try {
            StormJob job = submit(true);
            if (job != null && random.nextInt(4) == 0) {
                await(job);
            } else if (random.nextBoolean()) {
                cancel(round.any(random));
            }
        } catch (InterruptedException e) {
            expectInterrupt();
        }
    }

    // ---- submitting ----

    private StormPlace anyPlace() {
        return round.anyPlace(random);
    }

    /** Null if it was not accepted. A leaf waits for nobody. */
    StormJob submit(boolean leaf) {
        StormJob job = newJob(anyPlace(), null, leaf);
        return submit(job, random.nextInt(16)) ? job : null;
    }

    private StormJob newJob(StormPlace place, StormScope scope, boolean leaf) {
        return round.newJob(place, scope, kind(leaf), random.nextLong(), depth);
    }

    private StormJob.Kind kind(boolean leaf) {
        if (random.nextInt(4) > 0) {
            return StormJob.Kind.RETURNS;
        }
        StormJob.Kind[] kinds = StormJob.Kind.values();
        StormJob.Kind kind = kinds[random.nextInt(kinds.length)];
        boolean possible = kind.isLeaf() || (!leaf && depth < MOST_DEEP && !round.isElsewhere());
        boolean tangled = kind == StormJob.Kind.WAITS_FOR_ANOTHER;
        return possible && (!tangled || round.isTangled()) ? kind : StormJob.Kind.RETURNS;
    }

    private boolean submit(StormJob job, int way) {
        try {
            Optional<TaskFuture<?>> future =
                    round.isElsewhere() ? Optional.of(submitElsewhere(job)) : submitInOneWay(job, way);
            if (future == null) {
                return true;
            }
            if (future.isEmpty()) {
                return false;
            }
            follow(job, future.get());
            return true;
        } catch (RejectedExecutionException refused) {
            checkRefusal(refused);
            return false;
        }
    }

    private void follow(StormJob job, TaskFuture<?> future) {
        job.accepted(future);
        recent[random.nextInt(recent.length)] = job;
        job.listen(random);
    }

    private TaskFuture<?> submitElsewhere(StormJob job) {
        Callable<Object> travelling = job.travelling();
        if (random.nextInt(8) > 0) {
            return job.place.executor.submit(travelling);
        }
        limit(job);
        return job.place.executor.submit(travelling, TaskOptions.timeout(shortTime(1_000_000)));
    }

    /** Empty if it was not accepted; null if nobody gets a future. */
    private Optional<TaskFuture<?>> submitInOneWay(StormJob job, int way) {
        TaskExecutorService executor = job.place.executor;
        switch (way) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4:
                return Optional.of(executor.submit((Callable<Object>) job));
            case 5:
                job.value = null;
                return Optional.of(executor.submit((Runnable) job));
            case 6:
                return Optional.of(executor.submit((Runnable) job, job.value));
            case 7:
            case 8:
                job.executed = true;
                executor.execute(job);
                job.accepted(null);
                return null;
            case 9:
                job.executed = true;
                executor.executeBeyondBound(job);
                job.accepted(null);
                return null;
            case 10:
                return executor.trySubmit(job, Duration.ZERO).map(f -> f);
            case 11:
                return executor.trySubmit(job, shortTime(200_000)).map(f -> f);
            case 12:
            case 13:
                job.lined = true;
                return Optional.of(executor.submitWhenRoom(job));
            case 14:
                return Optional.of(executor.submit((Callable<Object>) job, options(job)));
            default:
                job.lined = true;
                return Optional.of(executor.submitWhenRoom(job, options(job)));
        }
    }

    private TaskOptions options(StormJob job) {
        TaskOptions options = TaskOptions.named("limited");
        if (random.nextBoolean()) {
            job.hasTaker = true;
            options = options.withOnLateOutcome((value, thrown) -> job.late());
        }
        if (random.nextInt(4) > 0) {
            limit(job);
            options = options.withTimeout(shortTime(1_000_000));
        }
        return options;
    }

    private static void limit(StormJob job) {
        job.hasTimeout = true;
        job.askForInterrupt();
        job.askOuter();
    }

    private Duration shortTime(int mostNanos) {
        return Duration.ofNanos(1 + random.nextInt(mostNanos));
    }

    private void checkRefusal(RejectedExecutionException refused) {
        if (!(refused.getCause() instanceof InterruptedException)) {
            return;
        }
        expectInterrupt();
        if (!Thread.currentThread().isInterrupted()) {
            round.fault("refused for an interrupt, and the flag is clear");
        }
    }

    /** A wait ended by an interrupt. */
    private void expectInterrupt() {
        if (!mayInterrupt()) {
            round.fault("a wait of " + owner + " ended by an interrupt that nobody asked for");
        }
    }

    private boolean mayInterrupt() {
        Thread here = Thread.currentThread();
        return owner.mayInterrupt() || (here instanceof StormActor && ((StormActor) here).scope.mayInterrupt());
    }

    // ---- waiting ----

    /** Waits for that task, or a while. How it ends is looked at after the round. */
    void await(StormJob job) throws InterruptedException {
        TaskFuture<?> future = job.future();
        if (future == null) {
            return;
        }
        try {
            awaitOrThrow(job, future);
        } catch (ExecutionException | TimeoutException | StormError asAsked) {
            // What the task ended with, or not yet.
        } catch (RuntimeException e) {
            checkDeadlock(e);
        }
    }

    private void awaitOrThrow(StormJob job, TaskFuture<?> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        switch (random.nextInt(isBoundToTime() ? 2 : 6)) {
            case 0:
                Object soon = future.get(shortTime(100_000));
                break;
            case 1:
                if (future.awaitExit(shortTime(100_000)) && !future.hasExited()) {
                    round.fault(job + " has not exited after a wait for that");
                }
                break;
            case 2:
            case 3:
                Object got = future.get();
                expectDone(job, future);
                break;
            case 4:
                Object joined = future.join();
                expectDone(job, future);
                break;
            default:
                var unused = TaskFutures.waitFor(List.of(future), ReturnWhen.ALL_COMPLETED);
                expectDone(job, future);
                break;
        }
    }

    private void expectDone(StormJob job, TaskFuture<?> future) {
        if (!future.isDone()) {
            round.fault(job + " is not done after a wait for that");
        }
    }

    /** Whether a wait without a limit might never end: all threads of a foreign executor may wait so. */
    private boolean isBoundToTime() {
        return depth > 0 && round.isBoundToTime();
    }

    private void checkDeadlock(RuntimeException e) {
        if (e instanceof PoolDeadlockException && !round.mayDeadlock()) {
            round.fault("a deadlock where there is none: " + e);
        }
    }

    // ---- several at once ----

    /** Submits some and waits for them. */
    void nest() throws InterruptedException {
        int way = random.nextInt(12);
        if (way < 5 || round.isElsewhere() || (round.isTangled() && owner instanceof StormJob)) {
            StormJob.Kind kind = random.nextBoolean() ? StormJob.Kind.LOOKS_FOR_ITS_CANCEL : kind(false);
            StormJob job = round.newJob(anyPlace(), null, kind, random.nextLong(), depth);
            if (submit(job, random.nextInt(16))) {
                await(job);
            }
        } else if (way < 7) {
            group();
        } else if (way == 7) {
            invokeAll();
        } else if (way == 8) {
            invokeAny();
        } else {
            new StormMap(round, this, owner, random).run(placeForAny());
        }
    }

    /** Where its tasks begin whatever else waits: a wait for any of several is in no graph of waits. */
    StormPlace placeForAny() {
        return home == null || !round.hasViews() ? anyPlace() : home;
    }

    /** Whether tasks that are waited for in such a way must wait for nobody themselves. */
    private boolean onlyLeaves() {
        return round.isTangled() || (owner instanceof StormJob && round.hasViews());
    }

    boolean isLimited() {
        return isBoundToTime();
    }

    private void group() throws InterruptedException {
        StormScope scope = new StormScope(owner);
        if (round.mayDeadlock()) {
            // A wait that fails ends the group.
            scope.askForInterrupt();
        }
        StormPlace place = placeForAny();
        List<StormJob> jobs = new ArrayList<>();
        TaskGroup group = place.executor.group();
        try {
            for (int i = random.nextInt(4); i >= 0; i--) {
                StormJob job = newJob(place, scope, onlyLeaves());
                boolean limited = random.nextInt(8) == 0;
                if (limited) {
                    limit(job);
                }
                TaskFuture<?> future = limited
                        ? group.submit((Callable<Object>) job, TaskOptions.timeout(shortTime(500_000)))
                        : group.submit((Callable<Object>) job);
                follow(job, future);
                jobs.add(job);
            }
            waitFor(group, scope);
        } catch (StormThrown | StormError | TaskTimeoutException | CancellationException asAsked) {
            // What one of them threw.
        } catch (RejectedExecutionException refused) {
            checkRefusal(refused);
        } catch (RuntimeException e) {
            checkDeadlock(e);
        } finally {
            scope.askForInterrupt();
            group.close();
        }
        for (StormJob job : jobs) {
            if (!job.future().hasExited()) {
                round.fault(job + " outlives its group");
            }
        }
    }

    private void waitFor(TaskGroup group, StormScope scope) throws InterruptedException {
        int how = random.nextInt(5);
        if (how == 0) {
            return;
        }
        if (how == 1 || isBoundToTime()) {
            scope.askForInterrupt();
            group.joinUntil(shortTime(200_000));
        } else if (how == 2) {
            scope.askForInterrupt();
            if (group.firstSuccess().status() != TaskStatus.SUCCESS) {
                round.fault("the first success is none");
            }
        } else {
            group.join();
        }
    }

    private List<StormJob> several(StormPlace place) {
        StormScope scope = new StormScope(owner);
        scope.askForInterrupt();
        List<StormJob> jobs = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            StormJob job = newJob(place, scope, onlyLeaves());
            // As in a pool that blocks.
            job.lined = true;
            jobs.add(job);
        }
        return jobs;
    }

    private void invokeAll() throws InterruptedException {
        StormPlace place = placeForAny();
        List<StormJob> jobs = several(place);
        boolean returned = false;
        try {
            List<? extends Future<Object>> futures = isBoundToTime() || random.nextBoolean()
                    ? place.executor.invokeAll(jobs, random.nextInt(200_000), TimeUnit.NANOSECONDS)
                    : place.executor.invokeAll(jobs);
            returned = true;
            for (int i = 0; i < jobs.size(); i++) {
                TaskFuture<?> future = (TaskFuture<?>) futures.get(i);
                if (!future.isDone()) {
                    round.fault(future + " is not done after invokeAll");
                }
                follow(jobs.get(i), future);
            }
        } catch (RejectedExecutionException refused) {
            checkRefusal(refused);
        } catch (PoolDeadlockException e) {
            checkDeadlock(e);
        } finally {
            if (!returned) {
                jobs.forEach(StormJob::abandoned);
            }
        }
    }

    private void invokeAny() throws InterruptedException {
        StormPlace place = placeForAny();
        List<StormJob> jobs = several(place);
        try {
            Object value = isBoundToTime() || random.nextBoolean()
                    ? place.executor.invokeAny(jobs, random.nextInt(200_000), TimeUnit.NANOSECONDS)
                    : place.executor.invokeAny(jobs);
            if (jobs.stream().noneMatch(job -> value.equals(job.value))) {
                round.fault("invokeAny has a value that is nobody's");
            }
        } catch (ExecutionException | TimeoutException asAsked) {
            // None succeeded, or none in time.
        } catch (RejectedExecutionException refused) {
            checkRefusal(refused);
        } catch (PoolDeadlockException e) {
            checkDeadlock(e);
        } finally {
            jobs.forEach(StormJob::abandoned);
        }
    }
}
