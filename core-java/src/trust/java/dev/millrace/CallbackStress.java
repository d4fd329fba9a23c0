// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Promise 7: a callback that meets the end of its task is called once. */
public class CallbackStress {
    /** Calls of one callback: how many, in which thread, and as which of all. */
    private static final class Calls {
        final AtomicInteger count = new AtomicInteger();
        volatile Thread thread;
        volatile int place;

        void called(AtomicInteger places) {
            place = places.incrementAndGet();
            thread = Thread.currentThread();
            count.incrementAndGet();
        }

        /** Whether one thread called both, this one after the other. */
        boolean isAfter(Calls other) {
            return thread == other.thread && place > other.place;
        }
    }

    /** Three are added, by one thread, while the task ends. */
    @JCStressTest
    @Outcome(id = "1, 1, 1, 0", expect = Expect.ACCEPTABLE, desc = "each once; where one thread calls them, in order")
    @State
    public static class Added {
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> 1);
        private final AtomicInteger places = new AtomicInteger();
        private final Calls first = new Calls();
        private final Calls second = new Calls();
        private final Calls exit = new Calls();

        @Actor
        public void run() {
            pool.run(task);
        }

        @Actor
        public void add() {
            task.onDone(done -> first.called(places));
            task.onDone(done -> second.called(places));
            task.onExit(() -> exit.called(places));
        }

        @Arbiter
        public void tell(IIII_Result result) {
            result.r1 = first.count.get();
            result.r2 = second.count.get();
            result.r3 = exit.count.get();
            result.r4 = first.isAfter(second) || second.isAfter(exit) ? 1 : 0;
        }
    }

    /** One is taken back while the task ends. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "taken back, and never called")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "too late, and called")
    @State
    public static class TakenBack {
        private final TaskPromise<String> promise = new TaskPromise<>();
        private final AtomicInteger calls = new AtomicInteger();
        private final Registration registration = promise.future().onDone(done -> calls.incrementAndGet());

        @Actor
        public void succeed() {
            promise.succeed("done");
        }

        @Actor
        public void remove(II_Result result) {
            result.r1 = registration.remove() ? 1 : 0;
        }

        @Arbiter
        public void tell(II_Result result) {
            result.r2 = calls.get();
        }
    }

    /** Two threads add the first. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both are called")
    @State
    public static class First {
        private final TaskPromise<String> promise = new TaskPromise<>();
        private final AtomicInteger ones = new AtomicInteger();
        private final AtomicInteger others = new AtomicInteger();

        @Actor
        public void addOne() {
            promise.future().onDone(done -> ones.incrementAndGet());
        }

        @Actor
        public void addOther() {
            promise.future().onDone(done -> others.incrementAndGet());
        }

        @Arbiter
        public void tell(II_Result result) {
            promise.succeed("done");
            result.r1 = ones.get();
            result.r2 = others.get();
        }
    }

    /** A running task is cancelled while its code leaves: both ends are told of, the exit not before it. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "each is told of once")
    @State
    public static class OfBothEnds {
        private volatile boolean inside;
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> {
            inside = true;
            Thread.onSpinWait();
            inside = false;
            return null;
        });
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger exits = new AtomicInteger();
        private final AtomicInteger early = new AtomicInteger();

        public OfBothEnds() {
            task.onDone(done -> ends.incrementAndGet());
            task.onExit(() -> {
                exits.incrementAndGet();
                early.addAndGet(inside || !task.hasExited() ? 1 : 0);
            });
        }

        @Actor
        public void run() {
            pool.run(task);
        }

        @Actor
        public void cancel() {
            task.cancel(true);
        }

        @Arbiter
        public void tell(III_Result result) {
            result.r1 = ends.get();
            result.r2 = exits.get();
            result.r3 = early.get();
        }
    }
}
