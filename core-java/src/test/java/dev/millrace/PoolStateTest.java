// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Decisions at a moment that threads meet once in a million times: here the test makes them, one after the other. */
class PoolStateTest {
    private final FakeBackend backend = new FakeBackend();
    private final PoolCore pool = core(worker -> {});
    private final PoolState state = new PoolState(pool.lane(), Integer.MAX_VALUE, 2, pool, true);
    private final Inbox inbox = Objects.requireNonNull(state.inbox);

    private PoolCore core(Consumer<Worker> starter) {
        return new PoolCore(
                "p",
                2,
                null,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                Integer.MAX_VALUE,
                WhenFull.BLOCK,
                starter,
                null,
                null,
                new Observability(),
                backend);
    }

    private TaskFuture<?> task() {
        return TaskFuture.of(pool, () -> 1);
    }

    /** A task comes, its producer sees that somebody must be called, and calls. */
    private Worker startFor(TaskFuture<?> task) {
        Plan plan = new Plan();
        inbox.add(task);
        state.called(plan);
        state.settle(plan);
        return plan.toStart().get(0);
    }

    private Worker busyWorker() {
        TaskFuture<?> task = task();
        Worker worker = startFor(task);
        Plan plan = new Plan();
        state.started(worker);
        assertSame(task, state.take(worker, plan));
        state.settle(plan);
        return worker;
    }

    @Test
    void whoTakesATaskCallsTheNextForWhatStillWaits() {
        Worker worker = startFor(task());
        state.started(worker);
        state.settle(new Plan());
        // The worker is awake and will look: nobody is called for this one.
        assertTrue(state.needsNoCall());
        inbox.add(task());
        Plan plan = new Plan();
        assertNotNull(state.take(worker, plan));
        state.settle(plan);
        assertEquals(1, plan.toStart().size());
    }

    @Test
    void aWorkerThatIsBusyAgainAfterAllCallsAnotherForWhatCameMeanwhile() {
        Worker worker = busyWorker();
        Plan plan = new Plan();
        state.free(worker, plan);
        state.settle(plan);
        // Who submits sees that somebody is awake, and calls nobody.
        assertTrue(state.needsNoCall());
        inbox.add(task());
        Plan again = new Plan();
        state.occupy(worker, again);
        state.settle(again);
        assertEquals(1, again.toStart().size());
    }

    @Test
    void aWorkerThatParksBesideOneThatIsBeingStartedIsWokenForATaskThatCameInBetween() {
        Worker worker = busyWorker();
        Worker starting = startFor(task());
        Plan plan = new Plan();
        state.free(worker, plan);
        state.take(worker, plan);
        state.free(worker, plan);
        state.rest(worker, plan);
        inbox.add(task());
        state.settle(plan);
        assertEquals(Worker.Standing.FREE, worker.standing);
        assertEquals(Worker.Standing.STARTING, starting.standing);
    }

    @Test
    void forATaskThatCameWhileThePoolBrokeNoOtherWorkerIsTried() {
        Worker worker = busyWorker();
        Plan plan = new Plan();
        state.breakBy(new IllegalStateException("broken"), "it broke");
        state.drain(pool.lane());
        TaskFuture<?> late = task();
        inbox.add(late);
        state.dismiss(worker, plan);
        state.settle(plan);
        assertEquals(List.of(), plan.toStart());
        assertEquals(true, state.takeBack(late, plan));
    }

    @Test
    void afterAStartThatFailedEachTaskThatIsTakenTriesAgain() {
        Worker worker = busyWorker();
        Worker failing = startFor(task());
        Plan plan = new Plan();
        state.neverStarted(failing, plan);
        inbox.add(task());
        state.settle(plan);
        assertEquals(false, state.isDirect());
        state.free(worker, plan);
        Plan next = new Plan();
        state.take(worker, next);
        assertEquals(1, next.toStart().size());
    }

    /** The producer is between two lines, and the only one who looks just now comes with a task that is refused. */
    @Test
    void aWorkerThatTheEndOfARefusalCallsForOthersIsWoken() throws Exception {
        PoolCore core = core(worker -> backend.start(new Thread(worker)));
        ViewHome view = core.newView(core, 1);
        core.shutdown(view.lane());
        core.admission().accept(TaskFuture.of(core, () -> 1));
        backend.awaitSleepers(1);
        TaskFuture<Integer> task = TaskFuture.of(core, () -> 2);
        Objects.requireNonNull(core.decisions().state.inbox).add(task);
        assertThrows(RejectedExecutionException.class, () -> core.admission().accept(TaskFuture.of(view, () -> 3)));
        Waiting.until(task::isDone);
        core.shutdown(core.lane());
        assertTrue(core.awaitEnd(core.lane(), Long.MAX_VALUE));
    }
}
