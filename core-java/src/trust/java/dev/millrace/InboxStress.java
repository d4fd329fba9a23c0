// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * Promises 2 and 7 where tasks come in without a lock: each is taken once, in order. What asks for the pool's lock is
 * called by one actor only.
 */
public class InboxStress {
    private static TaskFuture<?> named(String name) {
        return TaskFuture.of(new TaskHome.WithOptions(new ByHand(), TaskOptions.named(name)), () -> name);
    }

    private static String nameOf(TaskFuture<?> task) {
        return task == null ? "-" : task.name();
    }

    /** All that are left, the oldest first. */
    private static String rest(Inbox inbox) {
        StringBuilder names = new StringBuilder("-");
        for (TaskFuture<?> task = inbox.refillAndPoll(); task != null; task = inbox.refillAndPoll()) {
            names.append(nameOf(task));
        }
        return names.toString();
    }

    /** Two have the same task, a worker and one that waits for it: one runs it. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the worker ran it")
    @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the other ran it")
    @State
    public static class TwoForOneTask {
        private volatile int runs;
        private final ByHand pool = new ByHand();
        private final TaskFuture<?> task = pool.task(() -> runs++);

        @Actor
        public void work(III_Result result) {
            result.r1 = pool.run(task) ? 1 : 0;
        }

        @Actor
        public void runInPlace(III_Result result) {
            result.r2 = pool.runInPlace(task) ? 1 : 0;
        }

        @Arbiter
        public void tell(III_Result result) {
            result.r3 = runs;
        }
    }

    /** Two workers take from what is ready. */
    @JCStressTest
    @Outcome(id = "b, c, -d", expect = Expect.ACCEPTABLE, desc = "each its own, the oldest")
    @Outcome(id = "c, b, -d", expect = Expect.ACCEPTABLE, desc = "each its own, the oldest")
    @State
    public static class TwoPoll {
        private final Inbox inbox = new Inbox();

        public TwoPoll() {
            inbox.add(named("a"));
            inbox.add(named("b"));
            inbox.add(named("c"));
            inbox.add(named("d"));
            inbox.refillAndPoll();
        }

        @Actor
        public void poll(LLL_Result result) {
            result.r1 = nameOf(inbox.poll());
        }

        @Actor
        public void pollToo(LLL_Result result) {
            result.r2 = nameOf(inbox.poll());
        }

        @Arbiter
        public void tell(LLL_Result result) {
            result.r3 = rest(inbox);
        }
    }

    /** One makes ready what has arrived, and takes; another only takes. */
    @JCStressTest
    @Outcome(id = "ab, -, -c", expect = Expect.ACCEPTABLE, desc = "nothing was ready for the other")
    @Outcome(id = "ab, c, -", expect = Expect.ACCEPTABLE, desc = "the other took one after")
    @Outcome(id = "ac, b, -", expect = Expect.ACCEPTABLE, desc = "the other took one between")
    @Outcome(id = "bc, a, -", expect = Expect.ACCEPTABLE, desc = "the other took one before")
    @State
    public static class RefillMeetsPoll {
        private final Inbox inbox = new Inbox();

        public RefillMeetsPoll() {
            inbox.add(named("a"));
            inbox.add(named("b"));
            inbox.add(named("c"));
        }

        @Actor
        public void refill(LLL_Result result) {
            result.r1 = nameOf(inbox.refillAndPoll()) + nameOf(inbox.refillAndPoll());
        }

        @Actor
        public void poll(LLL_Result result) {
            result.r2 = nameOf(inbox.poll());
        }

        @Arbiter
        public void tell(LLL_Result result) {
            result.r3 = rest(inbox);
        }
    }

    /** Tasks of one producer arrive while others are made ready. */
    @JCStressTest
    @Outcome(id = "--, -ab", expect = Expect.ACCEPTABLE, desc = "too early for both")
    @Outcome(id = "-a, -b", expect = Expect.ACCEPTABLE, desc = "too early for one")
    @Outcome(id = "a-, -b", expect = Expect.ACCEPTABLE, desc = "the first was taken before the second came")
    @Outcome(id = "ab, -", expect = Expect.ACCEPTABLE, desc = "both in order")
    @State
    public static class RefillMeetsAdd {
        private final Inbox inbox = new Inbox();

        @Actor
        public void add() {
            inbox.add(named("a"));
            inbox.add(named("b"));
        }

        @Actor
        public void refill(LL_Result result) {
            result.r1 = nameOf(inbox.refillAndPoll()) + nameOf(inbox.refillAndPoll());
        }

        @Arbiter
        public void tell(LL_Result result) {
            result.r2 = rest(inbox);
        }
    }

    /** Who waits for what it has just submitted takes it out, while another task arrives. */
    @JCStressTest
    @Outcome(id = "true, -ac", expect = Expect.ACCEPTABLE, desc = "taken out")
    @Outcome(id = "false, -abc", expect = Expect.ACCEPTABLE, desc = "another came after it: it stays")
    @State
    public static class RemoveMeetsAdd {
        private final Inbox inbox = new Inbox();
        private final TaskFuture<?> newest = named("b");

        public RemoveMeetsAdd() {
            inbox.add(named("a"));
            inbox.add(newest);
        }

        @Actor
        public void remove(LL_Result result) {
            result.r1 = inbox.removeNewest(newest);
        }

        @Actor
        public void add() {
            inbox.add(named("c"));
        }

        @Arbiter
        public void tell(LL_Result result) {
            result.r2 = rest(inbox);
        }
    }

    /** Who waits for what it has just submitted takes it out, while a worker takes what has arrived. */
    @JCStressTest
    @Outcome(id = "true, a, -", expect = Expect.ACCEPTABLE, desc = "taken out")
    @Outcome(id = "false, a, -b", expect = Expect.ACCEPTABLE, desc = "made ready before: it stays")
    @State
    public static class RemoveMeetsRefill {
        private final Inbox inbox = new Inbox();
        private final TaskFuture<?> newest = named("b");

        public RemoveMeetsRefill() {
            inbox.add(named("a"));
            inbox.add(newest);
        }

        @Actor
        public void remove(LLL_Result result) {
            result.r1 = inbox.removeNewest(newest);
        }

        @Actor
        public void refill(LLL_Result result) {
            result.r2 = nameOf(inbox.refillAndPoll());
        }

        @Arbiter
        public void tell(LLL_Result result) {
            result.r3 = rest(inbox);
        }
    }
}
