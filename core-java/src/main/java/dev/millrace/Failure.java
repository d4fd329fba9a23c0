// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a failed task, and the watch that nobody misses it: if the future is collected before anybody has
 * looked at the failure, it is logged, once. No thread stands by for that: the reference queue is looked at when
 * other tasks end.
 */
final class Failure extends PhantomReference<@Nullable Object> {
    private static final ReferenceQueue<@Nullable Object> COLLECTED = new ReferenceQueue<>();
    /** Keeps the references themselves alive; a failure leaves it when it has been looked at or reported. */
    private static final Set<Failure> UNSEEN = ConcurrentHashMap.newKeySet();

    /** A thread is about to log, or does; what is collected meanwhile, it takes along. */
    private static volatile boolean isReporting;

    /** Where somebody looks from time to time. */
    private static final Set<Backend> LOOKING_ON = ConcurrentHashMap.newKeySet();

    static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(8);

    /** Stands for a failure that there was no memory left to describe. */
    private static final Failure OUT_OF_MEMORY =
            new Failure(null, new OutOfMemoryError("a task failed, and there was no memory left to say how"), false);

    final Throwable cause;
    /** The task's own time was over; what it threw may be the same for another task's. */
    final boolean isTimeOut;
    /** What the task's name is made of; the home itself would hold on to the pool. */
    private final @Nullable String givenName;

    private final String executorName;
    private final int taskHash;
    private final @Nullable Backend backend;
    /** Who is told instead of the log; null: nobody. */
    private final @Nullable BiConsumer<String, Throwable> handler;

    private volatile boolean seen;

    private Failure(@Nullable TaskFuture<?> task, Throwable cause, boolean isTimeOut) {
        super(task, COLLECTED);
        this.cause = cause;
        this.isTimeOut = isTimeOut;
        givenName = task == null ? "?" : task.home().givenName();
        executorName = task == null ? "?" : task.home().name();
        taskHash = System.identityHashCode(task);
        backend = task == null ? null : task.home().backend;
        handler = task == null ? null : task.home().unobservedHandler();
    }

    /** Called once where there is stack to spare: a class whose first use overflows the stack cannot be used again. */
    static void load() {}

    static Failure of(TaskFuture<?> task, Throwable cause) {
        return of(task, cause, false);
    }

    static Failure ofTimeOut(TaskFuture<?> task, TaskTimeoutException cause) {
        return of(task, cause, true);
    }

    private static Failure of(TaskFuture<?> task, Throwable cause, boolean isTimeOut) {
        try {
            return new Failure(task, cause, isTimeOut);
        } catch (OutOfMemoryError e) {
            return OUT_OF_MEMORY;
        }
    }

    /** From now on the failure is reported if it is never looked at. */
    void watch() {
        if (this == OUT_OF_MEMORY) {
            return;
        }
        UNSEEN.add(this);
        // Looked at in between, when it was not in the set yet.
        if (seen) {
            UNSEEN.remove(this);
        }
    }

    /** Somebody looks at the failure. */
    Throwable look() {
        if (!seen) {
            seen = true;
            if (UNSEEN.remove(this)) {
                clear();
            }
        }
        return cause;
    }

    /**
     * Has all that were collected unseen logged, by another thread: a log handler is the user's code, may take its time,
     * and the worker that asks counts as free. One thread at a time is enough. Costs next to nothing if there is none.
     */
    static void haveCollectedReported(Backend backend) {
        Failure first = isReporting ? null : pollCollected();
        if (first != null) {
            isReporting = true;
            backend.runOnDemand(() -> {
                try {
                    for (Failure failure = first; failure != null; failure = pollCollected()) {
                        failure.report(backend);
                    }
                } finally {
                    isReporting = false;
                }
            });
        }
    }

    private static boolean hasUnseen(Backend backend) {
        return UNSEEN.stream().anyMatch(failure -> failure.backend == backend);
    }

    /** A pool has ended: where no task ends any more, it is looked at after 1, 2, 4 and 8 s. */
    static void lookOnFrom(Backend backend, long nanos) {
        // Not for ever: the timer refers to this class, and so to the application that brought it along.
        if (nanos <= LONGEST_PAUSE_NANOS && hasUnseen(backend) && LOOKING_ON.add(backend)) {
            Backend.Alarm unused = backend.schedule(
                    () -> {
                        LOOKING_ON.remove(backend);
                        haveCollectedReported(backend);
                        lookOnFrom(backend, 2 * nanos);
                    },
                    nanos);
        }
    }

    private static @Nullable Failure pollCollected() {
        if (UNSEEN.isEmpty()) {
            return null;
        }
        for (Reference<?> r = COLLECTED.poll(); r != null; r = COLLECTED.poll()) {
            if (UNSEEN.remove((Failure) r)) {
                return (Failure) r;
            }
        }
        return null;
    }

    /** Logs all that were collected unseen. */
    static void reportCollected() {
        for (Failure failure = pollCollected(); failure != null; failure = pollCollected()) {
            failure.report();
        }
    }

    /** One pool's handler may take its time; the others are not to wait for it. */
    private void report(Backend backend) {
        if (handler == null) {
            report();
        } else {
            backend.runOnDemand(this::report);
        }
    }

    void report() {
        String task = TaskHome.nameOf(givenName, executorName, taskHash);
        if (handler == null) {
            Log.WARNING.write(
                    cause, () -> "task " + task + " of " + executorName + " failed, and nobody looked at its outcome");
            return;
        }
        try {
            handler.accept(task, cause);
        } catch (Throwable thrown) {
            Callbacks.uncaught(thrown);
        }
    }

    /** As {@code toString}, which may be the user's code, and then may throw. */
    static String describe(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (Throwable odd) {
            return thrown.getClass().getName();
        }
    }
}
