// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Promise 9: what was written before, plainly, is seen by whoever hears of it. */
public class PublicationStress {
    /** By who joins a promise's future. */
    @JCStressTest
    @Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "the value, and what was written before it")
    @State
    public static class Joined {
        private final TaskPromise<int[]> promise = new TaskPromise<>();
        private int written;

        @Actor
        public void succeed() {
            written = 42;
            promise.succeed(new int[] {42});
        }

        @Actor
        public void join(II_Result result) {
            result.r1 = promise.future().join()[0];
            result.r2 = written;
        }
    }

    /** By who gets a task's value. */
    @JCStressTest
    @Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "the value, and what the code wrote before it")
    @State
    public static class Got {
        private int written;
        private final ByHand pool = new ByHand();
        private final TaskFuture<int[]> task = pool.task(() -> {
            written = 42;
            return new int[] {42};
        });

        @Actor
        public void run() {
            pool.run(task);
        }

        @Actor
        public void get(II_Result result) {
            result.r1 = Patience.get(task)[0];
            result.r2 = written;
        }
    }

    /** By who looks and does not wait. */
    @JCStressTest
    @Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "not done yet")
    @Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "done: the value, and what the code wrote before it")
    @State
    public static class SeenDone {
        private int written;
        private final ByHand pool = new ByHand();
        private final TaskFuture<int[]> task = pool.task(() -> {
            written = 42;
            return new int[] {42};
        });

        @Actor
        public void run() {
            pool.run(task);
        }

        @Actor
        public void look(II_Result result) {
            boolean done = task.isDone();
            result.r1 = done ? task.resultNow()[0] : -1;
            result.r2 = done ? written : -1;
        }
    }

    /** By callbacks, whichever thread they run in. */
    @JCStressTest
    @Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "seen by the callback, and by a dependent")
    @State
    public static class Called {
        private final TaskPromise<String> promise = new TaskPromise<>();
        private int written;
        private volatile int seenByCallback;
        private volatile int seenByDependent;

        @Actor
        public void succeed() {
            written = 42;
            promise.succeed("done");
        }

        @Actor
        public void listen() {
            promise.future().onDone(future -> seenByCallback = written);
            promise.future().toCompletableFuture().thenRun(() -> seenByDependent = written);
        }

        @Arbiter
        public void tell(II_Result result) {
            result.r1 = seenByCallback;
            result.r2 = seenByDependent;
        }
    }

    /** By who sees that the code of a cancelled task has left. */
    @JCStressTest
    @Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "it has not left yet")
    @Outcome(id = "42", expect = Expect.ACCEPTABLE, desc = "what the code wrote last")
    @State
    public static class SeenExited {
        private int written;
        private final ByHand pool = new ByHand();
        private final TaskFuture<int[]> task = pool.task(() -> {
            TaskFuture.current().cancel(false);
            written = 42;
            return null;
        });

        @Actor
        public void run() {
            pool.run(task);
        }

        @Actor
        public void look(I_Result result) {
            result.r1 = task.hasExited() ? written : -1;
        }
    }

    /** By the code, of its submitter. */
    @JCStressTest
    @Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "it has not come yet")
    @Outcome(id = "42", expect = Expect.ACCEPTABLE, desc = "what the submitter wrote before")
    @State
    public static class SeenByCode {
        private final ByHand pool = new ByHand();
        private final Inbox inbox = new Inbox();
        private int written;

        @Actor
        public void submit() {
            written = 42;
            inbox.add(pool.task(() -> written));
        }

        @Actor
        public void take(I_Result result) {
            TaskFuture<?> task = inbox.refillAndPoll();
            result.r1 = task != null && pool.run(task) ? (Integer) task.resultNow() : -1;
        }
    }
}
