package dev.millrace;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a failed task, and the watch that nobody misses it: if the future is collected before anybody has
 * looked at the failure, it is logged, once. No thread stands by for that: the reference queue is looked at when
 * another task fails and when a worker goes idle.
 */
final class Failure extends PhantomReference<@Nullable Object> {
    static final Logger LOG = Logger.getLogger("dev.millrace");

    private static final ReferenceQueue<@Nullable Object> COLLECTED = new ReferenceQueue<>();
    /** Keeps the references themselves alive; a failure leaves it when it has been looked at or reported. */
    private static final Set<Failure> UNSEEN = ConcurrentHashMap.newKeySet();

    /** Stands for a failure that there was no memory left to describe. */
    private static final Failure OUT_OF_MEMORY =
            new Failure(null, new OutOfMemoryError("a task failed, and there was no memory left to say how"));

    final Throwable cause;
    private final @Nullable TaskHome home;
    private final int taskHash;
    private volatile boolean seen;

    private Failure(@Nullable TaskFuture<?> task, Throwable cause) {
        super(task, COLLECTED);
        this.cause = cause;
        home = task == null ? null : task.home();
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
        if (home == null) {
            return;
        }
        reportCollected();
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

    /** Logs the failures whose futures were collected unseen. Costs nothing to speak of when there are none. */
    static void reportCollected() {
        if (UNSEEN.isEmpty()) {
            return;
        }
        for (Reference<?> r = COLLECTED.poll(); r != null; r = COLLECTED.poll()) {
            Failure failure = (Failure) r;
            if (UNSEEN.remove(failure)) {
                TaskHome home = failure.home;
                String name = home == null ? "?" : home.nameOf(failure.taskHash);
                LOG.log(
                        Level.WARNING,
                        failure.cause,
                        () -> "task " + name + " failed, and nobody looked at its outcome");
            }
        }
    }
}
