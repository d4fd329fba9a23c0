package dev.millrace;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
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

    /** Stands for a failure that there was no memory left to describe. */
    private static final Failure OUT_OF_MEMORY =
            new Failure(null, new OutOfMemoryError("a task failed, and there was no memory left to say how"));

    final Throwable cause;
    /** What the task's name is made of; the home itself would hold on to the pool. */
    private final @Nullable String givenName;

    private final String executorName;
    private final int taskHash;
    private volatile boolean seen;

    private Failure(@Nullable TaskFuture<?> task, Throwable cause) {
        super(task, COLLECTED);
        this.cause = cause;
        givenName = task == null ? "?" : task.home().givenName();
        executorName = task == null ? "?" : task.home().name();
        taskHash = System.identityHashCode(task);
    }

    /** Called once where there is stack to spare: a class whose first use overflows the stack cannot be used again. */
    static void load() {}

    static Failure of(TaskFuture<?> task, Throwable cause) {
        try {
            return new Failure(task, cause);
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
                    first.report();
                    reportCollected();
                } finally {
                    isReporting = false;
                }
            });
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

    void report() {
        log(
                Level.WARNING,
                cause,
                () -> "task " + TaskHome.nameOf(givenName, executorName, taskHash)
                        + " failed, and nobody looked at its outcome");
    }

    /** As {@code toString}, which may be the user's code, and then may throw. */
    static String describe(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (Throwable odd) {
            return thrown.getClass().getName();
        }
    }

    /** Logs; what a handler throws must not end up between two lines of ours. */
    static void log(Level level, Throwable thrown, Supplier<String> message) {
        try {
            // Not a constant: the first logger of a program costs twenty milliseconds, which its first task would pay.
            Logger.getLogger("dev.millrace").log(level, thrown, message);
        } catch (Throwable fromHandler) {
            Callbacks.uncaught(fromHandler);
        }
    }
}
