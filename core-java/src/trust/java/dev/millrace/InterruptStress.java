// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.IIL_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IL_Result;

/** Promise 3: an interrupt reaches the task it is meant for, or nobody. */
public class InterruptStress {
    /** How often the next task looks: an interrupt that is late comes within that. */
    private static final int LOOKS = 200;

    /** As long as it takes to say why a task that runs is out of time. */
    private static final long MOMENT_NANOS = 30_000;

    /** Who cancels comes when the task begins, or later. */
    private static void awaitClaim(TaskFuture<?> task) {
        while (task.isPending()) {
            Thread.onSpinWait();
        }
    }

    private static int flag() {
        return Thread.currentThread().isInterrupted() ? 1 : 0;
    }

    private static int look() {
        int seen = 0;
        for (int i = 0; i < LOOKS && seen == 0; i++) {
            seen = flag();
        }
        return seen;
    }

    /** A cancel meets the end of a task, and its thread goes on to the next. */
    @JCStressTest
    @Outcome(id = "0, 0, SUCCESS", expect = Expect.ACCEPTABLE, desc = "the end came first")
    @Outcome(id = "1, 0, CANCELLED", expect = Expect.ACCEPTABLE, desc = "cancelled while it ran")
    @State
    public static class AtTheEnd {
        private final ByHand pool = new ByHand();
        private final TaskFuture<Integer> task = pool.task(() -> 1);
        private final TaskFuture<Integer> next = pool.task(InterruptStress::look);

        @Actor
        public void run(IIL_Result result) {
            pool.run(task);
            pool.run(next);
            result.r2 = next.resultNow() + (Thread.interrupted() ? 1 : 0);
        }

        @Actor
        public void cancel(IIL_Result result) {
            awaitClaim(task);
            result.r1 = task.cancel(true) ? 1 : 0;
        }

        @Arbiter
        public void tell(IIL_Result result) {
            result.r3 = task.status();
        }
    }

    /** The same on a thread that is not a worker's: where its own flag is not cleared by and by. */
    @JCStressTest
    @Outcome(id = "0, 0, SUCCESS", expect = Expect.ACCEPTABLE, desc = "the end came first")
    @Outcome(id = "1, 0, CANCELLED", expect = Expect.ACCEPTABLE, desc = "cancelled while it ran")
    @State
    public static class AtTheEndInPlace {
        private final ByHand pool = new ByHand();
        private final TaskFuture<Integer> task = pool.task(() -> 1);

        @Actor
        public void run(IIL_Result result) {
            pool.runInPlace(task);
            result.r2 = look();
            // The thread goes on to the next state.
            Thread.interrupted();
        }

        @Actor
        public void cancel(IIL_Result result) {
            awaitClaim(task);
            result.r1 = task.cancel(true) ? 1 : 0;
        }

        @Arbiter
        public void tell(IIL_Result result) {
            result.r3 = task.status();
        }
    }

    /** The same in a pool of one worker. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "the end came first")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "cancelled, and the next does not notice")
    @State
    public static class InAPool {
        private static final ThreadPool POOL = DaemonPools.of(1, Duration.ofDays(1));

        private volatile TaskFuture<Integer> task;

        @Actor
        public void submit(II_Result result) {
            task = POOL.submit(InterruptStress::flag);
            result.r1 = Patience.get(POOL.submit(InterruptStress::look));
        }

        @Actor
        public void cancel(II_Result result) {
            while (task == null) {
                Thread.onSpinWait();
            }
            result.r2 = task.cancel(true) ? 1 : 0;
        }
    }

    /** When a cancel has returned, the running code has its interrupt. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the code saw it")
    @Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "cancelled before it began")
    @State
    public static class AtTheBeginning {
        private volatile boolean returned;
        private volatile int seen;
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> {
            while (!returned) {
                Thread.onSpinWait();
            }
            seen = flag();
            return null;
        });

        @Actor
        public void run(III_Result result) {
            result.r1 = pool.run(task) ? 1 : 0;
            result.r3 = seen;
        }

        @Actor
        public void cancel(III_Result result) {
            result.r2 = task.cancel(true) ? 1 : 0;
            returned = true;
        }
    }

    /** The same where the interrupt may be held until the code begins: then it comes with the code. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the code saw it")
    @Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "cancelled before it was claimed")
    @State
    public static class AtTheBeginningInPlace {
        private volatile boolean returned;
        private volatile int seen;
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> {
            while (!returned) {
                Thread.onSpinWait();
            }
            seen = flag();
            return null;
        });

        @Actor
        public void run(III_Result result) {
            result.r1 = pool.runInPlace(task) ? 1 : 0;
            result.r3 = seen;
        }

        @Actor
        public void cancel(III_Result result) {
            result.r2 = task.cancel(true) ? 1 : 0;
            returned = true;
        }
    }

    /** It is held as long as another task runs on top of the one it is meant for. */
    @JCStressTest
    @Outcome(
            id = "0, 1, 1",
            expect = Expect.ACCEPTABLE,
            desc = "cancelled: the one beneath saw it, the one on top did not")
    @State
    public static class OnTop {
        private volatile boolean returned;
        private volatile int seenOnTop;
        private volatile int seenBeneath;
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> beneath = pool.task(this::runBeneath);

        private Object runBeneath() {
            TaskFuture<Integer> onTop = pool.task(InterruptStress::look);
            // One that came before is put aside, and so is one that comes meanwhile.
            ByHand.runOnTop(onTop);
            seenOnTop = onTop.resultNow();
            while (!returned) {
                Thread.onSpinWait();
            }
            seenBeneath = flag();
            return null;
        }

        @Actor
        public void run(III_Result result) {
            pool.run(beneath);
            result.r1 = seenOnTop;
            result.r2 = seenBeneath;
        }

        @Actor
        public void cancel(III_Result result) {
            awaitClaim(beneath);
            result.r3 = beneath.cancel(true) ? 1 : 0;
            returned = true;
        }
    }

    /** The pool stops at the end of a task, whose status that does not change. */
    @JCStressTest
    @Outcome(id = "0, SUCCESS", expect = Expect.ACCEPTABLE, desc = "the next does not notice")
    @State
    public static class Stopped {
        private final ByHand pool = new ByHand();
        private final TaskFuture<Integer> task = pool.task(() -> 1);
        private final TaskFuture<Integer> next = pool.task(InterruptStress::look);

        @Actor
        public void run(IL_Result result) {
            pool.run(task);
            pool.run(next);
            result.r1 = next.resultNow() + (Thread.interrupted() ? 1 : 0);
        }

        @Actor
        public void stop() {
            awaitClaim(task);
            task.requestInterrupt();
        }

        @Arbiter
        public void tell(IL_Result result) {
            result.r2 = task.status();
        }
    }

    /** The pool stops at the end of a task that was cancelled before. */
    @JCStressTest
    @Outcome(id = "0, CANCELLED", expect = Expect.ACCEPTABLE, desc = "the next does not notice")
    @State
    public static class StoppedAfterACancel {
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> TaskFuture.current().cancel(false));
        private final TaskFuture<Integer> next = pool.task(InterruptStress::look);

        @Actor
        public void run(IL_Result result) {
            pool.run(task);
            pool.run(next);
            result.r1 = next.resultNow() + (Thread.interrupted() ? 1 : 0);
        }

        @Actor
        public void stop() {
            while (!task.isDone()) {
                Thread.onSpinWait();
            }
            task.requestInterrupt();
        }

        @Arbiter
        public void tell(IL_Result result) {
            result.r2 = task.status();
        }
    }

    /** A time-out meets the end of a task, and its thread goes on to the next. */
    @JCStressTest
    @Outcome(id = "0, SUCCESS", expect = Expect.ACCEPTABLE, desc = "the end came first")
    @Outcome(id = "0, FAILED", expect = Expect.ACCEPTABLE, desc = "out of time while it ran")
    @State
    public static class OutOfTime {
        private final ByHand pool = new ByHand();
        private final TaskFuture<Integer> task = pool.task(() -> {
            long start = System.nanoTime();
            while (System.nanoTime() - start < MOMENT_NANOS) {}
            return 1;
        });
        private final TaskFuture<Integer> next = pool.task(InterruptStress::look);

        @Actor
        public void run(IL_Result result) {
            pool.run(task);
            pool.run(next);
            result.r1 = next.resultNow() + (Thread.interrupted() ? 1 : 0);
        }

        @Actor
        public void timeOut() {
            awaitClaim(task);
            task.timeOut(Duration.ofSeconds(1));
            task.look();
        }

        @Arbiter
        public void tell(IL_Result result) {
            result.r2 = task.status();
        }
    }
}
