// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A task of the storm: does something small, and notes all that happens to it. */
final class StormJob extends StormScope implements Callable<Object>, Droppable {
    /** What the code does; the first are the most common. */
    enum Kind {
        RETURNS,
        THROWS,
        THROWS_AN_ERROR,
        SLEEPS,
        LOOKS_FOR_ITS_CANCEL,
        LEAVES_ITS_FLAG,
        CANCELS_ITSELF,
        CANCELS_ANOTHER,
        /** From here on it needs others; not for those whose owner waits for any of several. */
        SUBMITS,
        NESTS,
        WAITS_FOR_ANOTHER;

        boolean isLeaf() {
            return compareTo(SUBMITS) < 0;
        }
    }

    /** What is counted: four bits each. */
    private enum Event {
        RUN,
        TOLD,
        EXIT,
        LATE,
        WIN,
        DROPPED,
        UNCAUGHT;

        int one() {
            return 1 << (4 * ordinal());
        }
    }

    private static final AtomicLong IDS = new AtomicLong();
    /** Those that travel: what comes back from its bytes is the task itself. */
    private static final Map<Long, StormJob> TRAVELLERS = new ConcurrentHashMap<>();

    private final StormRound round;
    final StormPlace place;
    private final Kind kind;
    private final long seed;
    private final int depth;
    private final AtomicInteger events = new AtomicInteger();
    /** Completed by this task, if it is to. */
    TaskPromise<Object> promise;

    private volatile TaskFuture<?> future;
    private volatile boolean running;
    private volatile boolean withdrawn;
    private volatile boolean cancelledByOthers;
    private volatile Throwable thrown;
    private volatile StormActor actor;
    // Written by its submitter.
    private volatile boolean accepted;
    private volatile boolean abandoned;
    boolean executed;
    boolean lined;
    boolean hasTimeout;
    boolean hasTaker;
    /** What the future is to have; null for a Runnable. */
    Object value;

    /** How often it is to be told, by the same bits as the events. */
    private final AtomicInteger expected = new AtomicInteger();

    StormJob(StormRound round, StormPlace place, StormScope scope, Kind kind, long seed, int depth) {
        super(scope);
        this.round = round;
        this.place = place;
        this.kind = kind;
        this.seed = seed;
        this.depth = depth;
        value = seed;
    }

    // ---- submitted ----

    /** Who submitted it got this future. */
    void accepted(TaskFuture<?> got) {
        if (future != null && got != null && future != got) {
            round.fault(this + " ran for another future: " + future);
        }
        if (got != null) {
            future = got;
        }
        accepted = true;
    }

    /** The call that was to submit it failed, and it may have been submitted. */
    void abandoned() {
        abandoned = true;
    }

    /** A task that goes elsewhere as bytes. */
    Callable<Object> travelling() {
        long id = IDS.incrementAndGet();
        TRAVELLERS.put(id, this);
        return new Traveller(id);
    }

    static void forgetTravellers() {
        TRAVELLERS.clear();
    }

    private static final class Traveller implements Callable<Object>, Serializable {
        private static final long serialVersionUID = 1;
        private final long id;

        Traveller(long id) {
            this.id = id;
        }

        @Override
        public Object call() throws Exception {
            return TRAVELLERS.get(id).call();
        }
    }

    TaskFuture<?> future() {
        return future;
    }

    // ---- what the code does ----

    @Override
    public Object call() throws Exception {
        note(Event.RUN);
        if (Thread.currentThread() instanceof StormActor) {
            actor = (StormActor) Thread.currentThread();
        }
        TaskFuture<?> current = TaskFuture.current();
        if (future == null) {
            future = current;
        }
        checkFlag("at its start");
        if (withdrawn) {
            round.fault(this + " begins after its cancel");
        }
        running = true;
        List<StormPlace> entered = place.enter();
        try {
            act();
            return value;
        } catch (Throwable t) {
            // A group ends the others then.
            askOuter();
            thrown = t;
            if (t instanceof InterruptedException && !mayInterrupt()) {
                round.fault(this + " was interrupted in a wait, and nobody asked for that");
            }
            throw t;
        } finally {
            checkFlag("at its end");
            place.leave(entered);
            running = false;
            if (kind == Kind.LEAVES_ITS_FLAG) {
                leaveFlag();
            }
        }
    }

    @Override
    public void run() {
        try {
            call();
        } catch (Throwable t) {
            StormThrown wrapped = new StormThrown(executed ? this : null, t);
            thrown = wrapped;
            throw wrapped;
        }
    }

    private void act() throws Exception {
        if (promise != null) {
            fulfil();
        }
        switch (kind) {
            case RETURNS:
                break;
            case THROWS:
                throw new StormThrown(null, null);
            case THROWS_AN_ERROR:
                throw new StormError();
            case SLEEPS:
                sleep(200_000);
                break;
            case LOOKS_FOR_ITS_CANCEL:
                lookForCancel();
                break;
            case LEAVES_ITS_FLAG:
                break;
            case CANCELS_ITSELF:
                cancel((seed & 64) == 0);
                break;
            case CANCELS_ANOTHER:
                round.any(new Random(seed)).cancel((seed & 64) == 0);
                break;
            case SUBMITS:
                deeds().submit(false);
                break;
            case NESTS:
                deeds().nest();
                break;
            case WAITS_FOR_ANOTHER:
                deeds().await(round.any(new Random(seed)));
                break;
        }
    }

    private StormDeeds deeds() {
        return new StormDeeds(round, new Random(seed), this, place, depth + 1);
    }

    private void sleep(int mostNanos) throws InterruptedException {
        if ((seed & 1) == 0) {
            TimeUnit.NANOSECONDS.sleep(new Random(seed).nextInt(mostNanos));
        } else {
            LockSupport.parkNanos(new Random(seed).nextInt(mostNanos));
        }
    }

    private void lookForCancel() {
        TaskFuture<?> me = TaskFuture.current();
        for (int i = (int) (seed & 31); i > 0 && (me == null || !me.isDone()); i--) {
            StormDeeds.pause(1_000);
        }
    }

    private void fulfil() {
        boolean won = (seed & 1) == 0 ? promise.succeed(this) : promise.fail(new StormThrown(null, null));
        if (won) {
            note(Event.LATE);
        }
    }

    /** Another thread's flag may be its own. */
    private void leaveFlag() {
        if (round.isWorker(Thread.currentThread())) {
            Thread.currentThread().interrupt();
        }
    }

    private void checkFlag(String when) {
        if (Thread.currentThread().isInterrupted() && !mayInterrupt()) {
            round.fault(this + " sees an interrupt " + when + " that nobody asked for");
        }
    }

    @Override
    boolean mayInterrupt() {
        StormActor here = actor;
        return super.mayInterrupt() || place.mayStop() || (here != null && here.scope.mayInterrupt());
    }

    @Override
    public void dropped(Throwable cause) {
        note(Event.DROPPED);
    }

    void uncaught() {
        note(Event.UNCAUGHT);
    }

    void late() {
        note(Event.LATE);
    }

    // ---- what others do to it ----

    void cancel(boolean interrupt) {
        TaskFuture<?> task = future;
        if (task == null) {
            return;
        }
        if (interrupt) {
            askForInterrupt();
        }
        if (task.cancel(interrupt)) {
            note(Event.WIN);
            noteWithdrawn(task);
        }
    }

    void cancelIfPending() {
        TaskFuture<?> task = future;
        if (task != null && task.cancelIfPending()) {
            note(Event.WIN);
            withdrawn = true;
        }
    }

    /** By a CompletableFuture, which does not say who won. */
    void cancelBridged(boolean interrupt) {
        TaskFuture<?> task = future;
        if (task != null) {
            askForInterrupt();
            cancelledByOthers = true;
            task.toCompletableFuture().cancel(interrupt);
            noteWithdrawn(task);
        }
    }

    private void noteWithdrawn(TaskFuture<?> task) {
        // In that order: what has exited and not begun never will.
        if (task.hasExited() && count(Event.RUN) == 0) {
            withdrawn = true;
        }
    }

    // ---- callbacks ----

    void listen(Random random) {
        TaskFuture<?> task = Objects.requireNonNull(future);
        if (random.nextInt(8) > 0) {
            StormDeeds deeds = random.nextInt(8) == 0 && depth < 3
                    ? new StormDeeds(round, new Random(seed + 1), round.anybody, place, depth + 1)
                    : null;
            boolean throwing = random.nextInt(16) == 0;
            expected.addAndGet(Event.TOLD.one());
            Registration registration = task.onDone(done -> told(done, task, deeds, throwing));
            if (random.nextInt(16) == 0 && registration.remove()) {
                expected.addAndGet(-Event.TOLD.one());
            }
        }
        if (random.nextInt(8) > 0) {
            expected.addAndGet(Event.EXIT.one());
            Registration registration = task.onExit(this::exited);
            if (random.nextInt(16) == 0 && registration.remove()) {
                expected.addAndGet(-Event.EXIT.one());
            }
        }
    }

    /** By anybody, and not too often for what can be counted. */
    void listenAgain(Random random) {
        if (future != null && count(expected, Event.EXIT) < 4) {
            listen(random);
        }
    }

    private void told(TaskFuture<?> done, TaskFuture<?> mine, StormDeeds deeds, boolean throwing) {
        round.callbackBegins();
        note(Event.TOLD);
        try {
            callBack(done, mine, deeds);
        } finally {
            round.callbackEnds();
        }
        if (throwing) {
            throw new StormThrown(null, null);
        }
    }

    private void callBack(TaskFuture<?> done, TaskFuture<?> mine, StormDeeds deeds) {
        if (done != mine || !done.isDone()) {
            round.fault(this + " told of " + done + " instead of " + mine);
        }
        checkFlagInCallback();
        if (deeds != null) {
            deeds.callBack();
        }
    }

    private void exited() {
        note(Event.EXIT);
        if (running && !round.isElsewhere()) {
            round.fault(this + " told its exit while it runs");
        }
        checkFlagInCallback();
    }

    /** Beneath may be a task, or a thread of the storm, that is interrupted meanwhile. */
    private void checkFlagInCallback() {
        if (Thread.currentThread().isInterrupted()
                && TaskFuture.current() == null
                && !(Thread.currentThread() instanceof StormActor)
                && !(round.isAdapted() && place.mayStop())) {
            round.fault("a callback of " + this + " sees an interrupt");
        }
    }

    // ---- accounts ----

    private void note(Event event) {
        events.addAndGet(event.one());
    }

    private int count(Event event) {
        return count(events, event);
    }

    private static int count(AtomicInteger counts, Event event) {
        return (counts.get() >> (4 * event.ordinal())) & 15;
    }

    /** After the end of the round: one more in the tally. */
    void account(StormTally tally) {
        int runs = count(Event.RUN);
        expect(runs <= 1, "ran " + runs + " times");
        expect(!withdrawn || runs == 0, "ran after its cancel");
        TaskFuture<?> task = future;
        if (!accepted && (!abandoned || runs == 0)) {
            expect(runs == 0, "was refused and ran");
            boolean lacksWorkers = place.isView() && round.mayLackWorkers();
            expect(count(Event.DROPPED) == 0 || lacksWorkers, "was refused and told that it was dropped");
            tally.refused++;
            return;
        }
        tally.accepted++;
        if (task == null) {
            expect(
                    executed && count(Event.DROPPED) == 1,
                    "was accepted, and neither ran nor was dropped: " + count(Event.DROPPED));
            tally.cancelled++;
            return;
        }
        awaitSettled();
        expect(count(Event.TOLD) == count(expected, Event.TOLD), "onDone told otherwise than once");
        expect(count(Event.EXIT) == count(expected, Event.EXIT), "onExit told otherwise than once");
        expect(!running || round.isElsewhere(), "has exited and runs");
        expect(count(Event.DROPPED) == 0, "ran and was dropped");
        switch (task.status()) {
            case SUCCESS:
                tally.succeeded++;
                accountSuccess(task, runs);
                break;
            case FAILED:
                accountFailure(tally, task.exceptionNow(), runs);
                break;
            case CANCELLED:
                tally.cancelled++;
                expect(
                        count(Event.WIN) == 1
                                || cancelledByOthers
                                || hasScope()
                                || place.mayDrop()
                                // What comes to an adapted executor at its very end it may drop without a word.
                                || (round.isAdapted() && place.mayEnd()),
                        "was cancelled by nobody");
                expectLate(runs);
                break;
            default:
                expect(false, "did not end");
                break;
        }
    }

    /** Waits, after the end, until all who are to hear have heard: a time-out tells on a thread that no pool waits for. */
    void awaitSettled() {
        TaskFuture<?> task = future;
        if (task != null && !isSettled(task)) {
            Waiting.until(() -> isSettled(task), () -> "never settled: " + this);
        }
    }

    private boolean isSettled(TaskFuture<?> task) {
        return task.isDone()
                && task.hasExited()
                && count(Event.TOLD) >= count(expected, Event.TOLD)
                && count(Event.EXIT) >= count(expected, Event.EXIT);
    }

    private void accountSuccess(TaskFuture<?> task, int runs) {
        expect(runs == 1, "succeeded without a run");
        expectLate(0);
        expect(thrown == null, "succeeded and threw");
        expect(count(Event.WIN) == 0, "succeeded and was cancelled");
        expect(executed || Objects.equals(task.resultNow(), value), "has another value");
    }

    private void accountFailure(StormTally tally, Throwable failure, int runs) {
        expect(count(Event.WIN) == 0, "failed and was cancelled");
        if (failure instanceof TaskTimeoutException && failure != thrown) {
            tally.timedOut++;
            expect(hasTimeout, "timed out without a limit");
            expectLate(runs);
            return;
        }
        tally.failed++;
        expectLate(0);
        if (runs == 0) {
            boolean refused = failure instanceof RejectedExecutionException
                    && (lined || (place.isView() && round.mayLackWorkers()));
            expect(refused || round.isElsewhere(), "failed without a run");
            return;
        }
        boolean same =
                round.isElsewhere() ? thrown == null || failure.getClass() == thrown.getClass() : failure == thrown;
        expect(same || (round.isElsewhere() && place.mayStop()), "failed with what it did not throw");
        expect(!executed || count(Event.UNCAUGHT) == 1, "threw, and the handler heard otherwise than once");
    }

    private void expectLate(int runs) {
        if (hasTaker && !round.isElsewhere()) {
            expect(count(Event.LATE) == runs, "told its late outcome " + count(Event.LATE) + " times");
        }
    }

    private void expect(boolean right, String otherwise) {
        if (!right) {
            round.fault(this + " " + otherwise);
        }
    }

    /** It was among what a shutdown gave back. */
    void expectNeverRan() {
        expect(count(Event.RUN) == 0, "was given back by shutdownNow and ran");
    }

    /** Whether it won the promise; only after it has ended. */
    boolean fulfilled() {
        return count(Event.LATE) == 1;
    }

    @Override
    public String toString() {
        return "job " + kind + " depth " + depth + (executed ? " executed" : "") + (lined ? " in line" : "")
                + (hasTimeout ? " limited" : "") + " in " + place.executor + ": " + future + ", events "
                + Integer.toHexString(events.get()) + ", expected " + Integer.toHexString(expected.get())
                + (running ? ", running" : "") + (thrown == null ? "" : ", threw " + thrown);
    }
}
