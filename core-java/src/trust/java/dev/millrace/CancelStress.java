// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.IIL_Result;
import org.openjdk.jcstress.infra.results.LII_Result;

/** Promises 1 and 2: of those who want to end a task, one wins, and its outcome is the one of who won. */
public class CancelStress {
    /** Somebody withdraws a task that a worker is about to begin. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "it ran")
    @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "cancelled: it never runs, its place is given back")
    @State
    public static class BeforeItBegins {
        private volatile int runs;
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> runs = 1);

        @Actor
        public void run() {
            pool.run(task);
        }

        @Actor
        public void cancel(III_Result result) {
            result.r2 = task.cancelIfPending() ? 1 : 0;
        }

        @Arbiter
        public void tell(III_Result result) {
            result.r1 = runs;
            result.r3 = pool.withdrawals();
        }
    }

    /** Two cancel at once: one is told that it did it, the place is given back once, the callback called once. */
    @JCStressTest
    @Outcome(id = "1, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the first did it")
    @Outcome(id = "0, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the second did it")
    @State
    public static class Twice {
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> 1);
        private final AtomicInteger told = new AtomicInteger();

        public Twice() {
            task.onDone(done -> told.incrementAndGet());
        }

        @Actor
        public void cancel(IIII_Result result) {
            result.r1 = task.cancel(true) ? 1 : 0;
        }

        @Actor
        public void cancelIfPending(IIII_Result result) {
            result.r2 = task.cancelIfPending() ? 1 : 0;
        }

        @Arbiter
        public void tell(IIII_Result result) {
            result.r3 = pool.withdrawals();
            result.r4 = told.get();
        }
    }

    /** A promise is kept while somebody cancels it. */
    @JCStressTest
    @Outcome(id = "1, 0, 0, 1", expect = Expect.ACCEPTABLE, desc = "kept, and its maker hears of no cancel")
    @Outcome(id = "0, 1, 1, 1", expect = Expect.ACCEPTABLE, desc = "cancelled, and its maker hears of it")
    @State
    public static class OfAPromise {
        private final TaskPromise<String> promise = new TaskPromise<>();
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger exited = new AtomicInteger();

        public OfAPromise() {
            promise.onCancel(interrupt -> asked.incrementAndGet());
            promise.future().onExit(exited::incrementAndGet);
        }

        @Actor
        public void succeed(IIII_Result result) {
            result.r1 = promise.succeed("kept") ? 1 : 0;
        }

        @Actor
        public void cancel(IIII_Result result) {
            result.r2 = promise.future().cancel(true) ? 1 : 0;
        }

        @Arbiter
        public void tell(IIII_Result result) {
            result.r3 = asked.get();
            result.r4 = exited.get();
        }
    }

    /** A promise is kept and broken at once. */
    @JCStressTest
    @Outcome(id = "1, 0, kept", expect = Expect.ACCEPTABLE, desc = "kept")
    @Outcome(id = "0, 1, broken", expect = Expect.ACCEPTABLE, desc = "broken")
    @State
    public static class KeptOrBroken {
        private static final IllegalStateException BROKEN = new IllegalStateException("broken");

        private final TaskPromise<String> promise = new TaskPromise<>();

        @Actor
        public void succeed(IIL_Result result) {
            result.r1 = promise.succeed("kept") ? 1 : 0;
        }

        @Actor
        public void fail(IIL_Result result) {
            result.r2 = promise.fail(BROKEN) ? 1 : 0;
        }

        @Arbiter
        public void tell(IIL_Result result) {
            TaskFuture<String> future = promise.future();
            result.r3 = future.status() == TaskStatus.SUCCESS
                    ? future.resultNow()
                    : future.exceptionNow().getMessage();
        }
    }

    /** A pending task is cancelled when its time is over. */
    @JCStressTest
    @Outcome(id = "CANCELLED, 1, 1", expect = Expect.ACCEPTABLE, desc = "cancelled")
    @Outcome(id = "FAILED, 0, 1", expect = Expect.ACCEPTABLE, desc = "out of time")
    @State
    public static class OutOfTime {
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> 1);

        @Actor
        public void cancel(LII_Result result) {
            result.r2 = task.cancel(true) ? 1 : 0;
        }

        @Actor
        public void timeOut() {
            task.timeOut(Duration.ofSeconds(1));
            task.look();
        }

        @Arbiter
        public void tell(LII_Result result) {
            result.r1 = task.status();
            result.r3 = pool.withdrawals();
        }
    }
}
