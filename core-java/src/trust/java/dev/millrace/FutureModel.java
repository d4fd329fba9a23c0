// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * One task: claimed and finished by whoever is first, cancelled, timed out and interrupted by others, asked and listened
 * to. The outcome is fixed once, each callback is called once, and no interrupt comes after the task was let go of.
 */
@Param(name = "thread", gen = ThreadIdGen.class)
public class FutureModel extends LincheckModel {
    /** As whom no thread of Lincheck's comes. */
    static final int NOBODY = 7;

    private static final Claimer[] CLAIMERS = Claimer.start(NOBODY + 1);

    private final TaskFuture<String> future = TaskFuture.of(new PlainHome(), () -> "value");
    /** Who has claimed it and not let go of it. */
    private volatile Claimer claimer;

    private volatile boolean strayInterrupt;
    private final AtomicInteger callbacks = new AtomicInteger();
    private final AtomicInteger called = new AtomicInteger();
    private final AtomicInteger exitCallbacks = new AtomicInteger();
    private final AtomicInteger exitCalled = new AtomicInteger();

    public FutureModel() {
        for (Claimer one : CLAIMERS) {
            one.model = this;
        }
    }

    @Operation
    public boolean claim(@Param(name = "thread") int thread) {
        Claimer me = CLAIMERS[thread];
        boolean owned = me.owns;
        // Before the claim: an interrupt may come at once.
        me.owns = true;
        if (future.claimAndBegin(me.runner) == null) {
            me.owns = owned;
            return false;
        }
        claimer = me;
        return true;
    }

    /** The code returns; only by who has claimed it. */
    @Operation
    public boolean finish(@Param(name = "thread") int thread) {
        Claimer me = CLAIMERS[thread];
        if (claimer != me) {
            return false;
        }
        claimer = null;
        var due = future.finish(me.runner, "value");
        me.owns = false;
        if (due != null) {
            future.callBack(due);
        }
        return true;
    }

    @Operation
    public boolean cancel() {
        return future.cancel(true);
    }

    @Operation
    public boolean cancelIfPending() {
        return future.cancelIfPending();
    }

    @Operation
    public boolean failPending() {
        return future.failPending(new IllegalStateException("as asked"));
    }

    @Operation
    public void interrupt() {
        future.requestInterrupt();
    }

    @Operation
    public void onDone() {
        callbacks.incrementAndGet();
        future.onDone(done -> called.incrementAndGet());
    }

    @Operation
    public void onExit() {
        exitCallbacks.incrementAndGet();
        future.onExit(exitCalled::incrementAndGet);
    }

    @Operation
    public String get() throws InterruptedException {
        try {
            return future.get(0, TimeUnit.NANOSECONDS);
        } catch (TimeoutException notDone) {
            return "not done";
        } catch (TaskCancelledException cancelled) {
            return "cancelled";
        } catch (ExecutionException failed) {
            return "failed";
        }
    }

    @Operation
    public boolean hasExited() {
        return future.hasExited();
    }

    @Validate
    public void allAreToldOnce() {
        check(!strayInterrupt, "an interrupt came after the task was let go of");
        check(called.get() == (future.isDone() ? callbacks.get() : 0), "callbacks " + called);
        check(exitCalled.get() == (future.hasExited() ? exitCallbacks.get() : 0), "exit callbacks " + exitCalled);
        check(future.hasExited() || !future.isDone() || claimer != null, "nobody will say that the code has left");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    @Override
    int interleavings() {
        return SteppedPool.INTERLEAVINGS;
    }

    @Override
    void specify(Options<?, ?> options) {
        options.sequentialSpecification(Sequential.class);
    }

    private static final class Claimer extends Thread {
        final Runner runner = new Runner(new PlainHome(), null);
        volatile FutureModel model;
        /** It has claimed the task, or is about to, and has not let go of it. */
        volatile boolean owns;

        static Claimer[] start(int count) {
            Claimer[] all = new Claimer[count];
            for (int i = 0; i < count; i++) {
                all[i] = new Claimer();
                all[i].start();
                try {
                    all[i].join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return all;
        }

        @Override
        public void run() {
            runner.enter();
        }

        @Override
        public void interrupt() {
            if (!owns) {
                model.strayInterrupt = true;
            }
        }
    }

    /** What it is to be like. */
    public static class Sequential {
        String status = "PENDING";
        int claimer = -1;

        private boolean end(boolean may, String outcome) {
            status = may ? outcome : status;
            return may;
        }

        private boolean isPending() {
            return status.equals("PENDING");
        }

        private boolean isOpen() {
            return isPending() || status.equals("RUNNING");
        }

        public boolean claim(int thread) {
            claimer = isPending() ? thread : claimer;
            return end(isPending(), "RUNNING");
        }

        public boolean finish(int thread) {
            boolean mine = claimer == thread;
            claimer = mine ? -1 : claimer;
            end(mine && isOpen(), "SUCCESS");
            return mine;
        }

        public boolean cancel() {
            return end(isOpen(), "CANCELLED");
        }

        public boolean cancelIfPending() {
            return end(isPending(), "CANCELLED");
        }

        public boolean failPending() {
            return end(isPending(), "FAILED");
        }

        public void interrupt() {}

        public void onDone() {}

        public void onExit() {}

        public String get() {
            switch (status) {
                case "SUCCESS":
                    return "value";
                case "CANCELLED":
                    return "cancelled";
                case "FAILED":
                    return "failed";
                default:
                    return "not done";
            }
        }

        public boolean hasExited() {
            return !isOpen() && claimer == -1;
        }
    }
}
