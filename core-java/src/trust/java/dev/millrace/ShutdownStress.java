// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IL_Result;

/** Promise 1 at the end of a pool: what it has accepted ends, what it has refused never runs. */
public class ShutdownStress {
    /** One task, accepted or not, of a pool that is shut down meanwhile. */
    private static final class Submission {
        private final AtomicInteger runs = new AtomicInteger();
        private TaskFuture<?> task;

        void submit(TaskExecutorService executor) {
            submit(executor, () -> runs.incrementAndGet());
        }

        /** Code that ends only when it is interrupted. */
        void submitEndless(TaskExecutorService executor) {
            submit(executor, () -> {
                try {
                    Thread.sleep(Patience.MILLIS);
                } catch (InterruptedException e) {
                    runs.incrementAndGet();
                }
                return null;
            });
        }

        private void submit(TaskExecutorService executor, Callable<?> code) {
            try {
                task = executor.submit(code);
            } catch (RejectedExecutionException refused) {
                task = null;
            }
        }

        /** Runs, and how it ended, when the pool has. */
        void tell(ThreadPool pool, IL_Result result) {
            Patience.awaitTermination(pool);
            result.r1 = runs.get();
            result.r2 = task == null ? "refused" : task.hasExited() ? task.status() : "left";
        }
    }

    /** A pool where tasks come in without the lock. */
    @JCStressTest
    @Outcome(id = "1, SUCCESS", expect = Expect.ACCEPTABLE, desc = "accepted: it runs")
    @Outcome(id = "0, refused", expect = Expect.ACCEPTABLE, desc = "refused: it never runs")
    @State
    public static class OfAPool {
        private final ThreadPool pool = ThreadPool.of(1);
        private final Submission submission = new Submission();

        @Actor
        public void submit() {
            submission.submit(pool);
        }

        @Actor
        public void shutdown() {
            pool.shutdown();
        }

        @Arbiter
        public void tell(IL_Result result) {
            submission.tell(pool, result);
        }
    }

    /** The same, cancelling what pends, and interrupting what runs. */
    @JCStressTest
    @Outcome(id = "1, SUCCESS", expect = Expect.ACCEPTABLE, desc = "accepted, begun, and interrupted")
    @Outcome(id = "0, CANCELLED", expect = Expect.ACCEPTABLE, desc = "accepted, and cancelled")
    @Outcome(id = "0, refused", expect = Expect.ACCEPTABLE, desc = "refused: it never runs")
    @State
    public static class Now {
        private final ThreadPool pool = ThreadPool.of(1);
        private final Submission submission = new Submission();

        @Actor
        public void submit() {
            submission.submitEndless(pool);
        }

        @Actor
        public void shutdown() {
            pool.shutdownNow();
        }

        @Arbiter
        public void tell(IL_Result result) {
            submission.tell(pool, result);
        }
    }

    /** The submitter waits for room: the one worker is busy, and nothing queues. */
    @JCStressTest
    @Outcome(id = "1, SUCCESS", expect = Expect.ACCEPTABLE, desc = "accepted: it runs")
    @Outcome(id = "0, refused", expect = Expect.ACCEPTABLE, desc = "refused, also in the line: it never runs")
    @State
    public static class WhileWaitingForRoom {
        private final ThreadPool pool = ThreadPool.builder()
                .maxWorkers(1)
                .boundedQueue(0, WhenFull.BLOCK)
                .build();
        private final Submission submission = new Submission();

        @Actor
        public void submit() {
            new Submission().submit(pool);
            submission.submit(pool);
        }

        @Actor
        public void shutdown() {
            pool.shutdown();
        }

        @Arbiter
        public void tell(IL_Result result) {
            submission.tell(pool, result);
        }
    }

    /** A view ends, and then its pool. */
    @JCStressTest
    @Outcome(id = "1, SUCCESS", expect = Expect.ACCEPTABLE, desc = "accepted: it runs")
    @Outcome(id = "0, refused", expect = Expect.ACCEPTABLE, desc = "refused: it never runs")
    @State
    public static class OfAView {
        private final ThreadPool pool = ThreadPool.of(1);
        private final TaskExecutorService view = pool.limited(1);
        private final Submission submission = new Submission();

        @Actor
        public void submit() {
            submission.submit(view);
        }

        @Actor
        public void shutdown() {
            view.shutdown();
            pool.shutdown();
        }

        @Arbiter
        public void tell(IL_Result result) {
            submission.tell(pool, result);
        }
    }
}
