// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What looks at the tasks of a pool while they come and go: listeners, the clock, the carrier of contexts, JFR. A pool that
 * nobody looks at has none, where the JVM has no JFR; else each step asks {@link #isOn} or the like, and that is all.
 */
final class Observer {
    /** Under load the times of one task in so many are taken: the clock costs as much as a quarter of a submit. */
    private static final int ONE_IN = 64;

    private static final int SUBMITTED = 0;
    private static final int REJECTED = 1;
    private static final int STARTED = 2;
    private static final int STOPPED = 3;
    private static final int DONE = 4;

    private final PoolListener @Nullable [] listeners;
    private final @Nullable ContextCarrier carrier;
    final @Nullable Times times;

    private Observer(List<PoolListener> listeners, @Nullable ContextCarrier carrier, @Nullable Times times) {
        this.listeners = listeners.isEmpty() ? null : listeners.toArray(new PoolListener[0]);
        this.carrier = carrier;
        this.times = times;
    }

    /** Null if there is nothing to do. */
    static @Nullable Observer of(
            List<PoolListener> listeners, @Nullable ContextCarrier carrier, @Nullable Times times) {
        // Here there is stack to load what that needs.
        boolean unused = Jfr.isInUse();
        boolean any = !listeners.isEmpty() || carrier != null || times != null || Jfr.EXISTS;
        return any ? new Observer(listeners, carrier, times) : null;
    }

    /** Whether there is anything to be told of a task that runs. */
    boolean isOn() {
        return listeners != null || (Jfr.isInUse() && Flight.recordsRuns());
    }

    // ---- a task ----

    /** Before the pool takes the task. {@code comesFirst}: nothing waits in front of it. */
    void submitted(TaskFuture<?> task, boolean comesFirst) {
        // Not all alike: the more there is to do, the fewer are measured, and count the more.
        int weight =
                times == null ? 0 : comesFirst ? 1 : ThreadLocalRandom.current().nextInt(ONE_IN) == 0 ? ONE_IN : 0;
        if (listeners != null) {
            tell(SUBMITTED, task);
        }
        Object wait = Jfr.isInUse() && Flight.recordsWaits() ? Flight.beginWait() : null;
        if (weight != 0 || carrier != null || wait != null) {
            prepare(task, weight, wait);
        }
    }

    private void prepare(TaskFuture<?> task, int weight, @Nullable Object wait) {
        Object code = task.pendingCode();
        if (code == null) {
            return;
        }
        Object asked = Wrapped.unwrap(code);
        // The chunks of a map are made by any thread.
        ContextCarrier.Snapshot context = asked instanceof MapChunk ? ((MapChunk<?, ?>) asked).context() : capture();
        if (weight == 0 && context == null && wait == null) {
            return;
        }
        long now = weight == 0 || times == null ? 0 : times.now();
        task.replaceCode(new Prepared(code, context, weight == 0 ? null : times, weight, now, wait));
    }

    /** The submit has failed. */
    void rejected(TaskFuture<?> task) {
        if (Jfr.isInUse()) {
            Flight.rejected(task);
        }
        if (listeners != null) {
            tell(REJECTED, task);
        }
    }

    /** Calls the code of a claimed task; only if {@link #isOn}. */
    @Nullable
    Object call(TaskFuture<?> task, Object code) throws Exception {
        Object run = Jfr.isInUse() ? Flight.beginRun() : null;
        if (listeners != null) {
            tell(STARTED, task);
        }
        try {
            if (!task.isRunnable()) {
                return ((Callable<?>) code).call();
            }
            ((Runnable) code).run();
            return null;
        } finally {
            if (run != null) {
                Flight.endRun(run, task);
            }
            if (listeners != null) {
                tell(STOPPED, task);
            }
        }
    }

    /** The outcome is fixed. */
    void done(TaskFuture<?> task) {
        if (listeners != null) {
            tell(DONE, task);
        }
    }

    // ---- a context ----

    ContextCarrier.@Nullable Snapshot capture() {
        return carrier == null ? null : carrier.capture();
    }

    /** A callback that is registered now. */
    Consumer<TaskFuture<?>> inContext(Consumer<TaskFuture<?>> callback) {
        ContextCarrier.Snapshot context = capture();
        return context == null ? callback : Contexts.in(context, callback);
    }

    // ---- a worker ----

    void workerStarted(String pool) {
        if (Jfr.isInUse()) {
            Flight.workerStarted(pool);
        }
        if (listeners != null) {
            tellOfWorker(true);
        }
    }

    void workerEnded(String pool) {
        if (Jfr.isInUse()) {
            Flight.workerEnded(pool);
        }
        if (listeners != null) {
            tellOfWorker(false);
        }
    }

    /** No lambdas and no enum: the first use of one takes stack, of which there may be little left. */
    private void tell(int event, TaskFuture<?> task) {
        PoolListener[] all = listeners;
        for (int i = 0; all != null && i < all.length; i++) {
            try {
                switch (event) {
                    case SUBMITTED:
                        all[i].submitted(task);
                        break;
                    case REJECTED:
                        all[i].rejected(task);
                        break;
                    case STARTED:
                        all[i].started(task);
                        break;
                    case STOPPED:
                        all[i].stopped(task);
                        break;
                    default:
                        all[i].done(task);
                        break;
                }
            } catch (Throwable thrown) {
                Callbacks.uncaught(thrown);
            }
        }
    }

    private void tellOfWorker(boolean begins) {
        PoolListener[] all = listeners;
        for (int i = 0; all != null && i < all.length; i++) {
            try {
                if (begins) {
                    all[i].workerStarted(Thread.currentThread());
                } else {
                    all[i].workerEnded(Thread.currentThread());
                }
            } catch (Throwable thrown) {
                Callbacks.uncaught(thrown);
            }
        }
    }
}
