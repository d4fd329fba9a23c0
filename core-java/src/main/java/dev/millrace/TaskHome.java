package dev.millrace;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a task belongs: what its future may ask of the executor that took it, and all that it knows of it. The main
 * hook is {@link #withdraw}, the one that travels back; the others have defaults for a task that no queue of ours holds.
 */
abstract class TaskHome {
    final Backend backend;

    TaskHome(Backend backend) {
        this.backend = backend;
    }

    /** The executor's name; it stands in messages. */
    abstract String name();

    /** The executor's own home; another than this only for a task with options. */
    TaskHome executor() {
        return this;
    }

    /** The name that this home's one task was given, if it was given one. */
    @Nullable
    String givenName() {
        return null;
    }

    final String nameOf(int taskHash) {
        return nameOf(givenName(), name(), taskHash);
    }

    /** A task that was given no name has one that tells it from others, and costs it no field. */
    static String nameOf(@Nullable String givenName, String executorName, int taskHash) {
        return givenName != null ? givenName : executorName + "-task@" + Integer.toHexString(taskHash);
    }

    /** A task left PENDING otherwise than by a worker: give its place back. It may hold none by now. */
    void withdraw(TaskFuture<?> task) {}

    /**
     * The calling thread is about to wait, without a limit, for a task that pends here. If it may run the task itself,
     * this claims it, takes it off the queue, and returns its code for {@link Runner#runOnTop}; otherwise null.
     */
    @Nullable
    Object claimToHelp(TaskFuture<?> task, Runner runner) {
        return null;
    }

    /** Whether {@link #assist} may do something here: the outcome of this home's one future is made of other tasks. */
    boolean isAssisted() {
        return false;
    }

    /**
     * The calling thread is about to wait, without a limit, for an outcome that is made of other tasks. If one of those
     * pends and the thread may run it, this runs it.
     *
     * @return whether it ran one
     */
    boolean assist(Runner runner) {
        return false;
    }

    /** Who waits for whom among the tasks of this executor. */
    @Nullable
    WaitGraph waits() {
        return null;
    }

    /** Whether code that begins now is to be interrupted at once. */
    boolean isStopping() {
        return false;
    }

    /** A running task was cancelled, before anybody hears of it. */
    void cancelRequested(boolean mayInterrupt) {}

    /** The task's outcome is fixed: no alarm is needed any more. */
    void ended() {}

    /** Who takes what the code of a task that is already done still returned or threw; null: the log. */
    @Nullable
    BiConsumer<@Nullable Object, @Nullable Throwable> lateOutcomeTaker() {
        return null;
    }

    /** The home of one task that has a name, a time limit or a taker of its own. */
    static final class WithOptions extends TaskHome {
        private final TaskHome executor;
        private final TaskOptions options;
        private volatile Backend.@Nullable Alarm alarm;

        WithOptions(TaskHome executor, TaskOptions options) {
            super(executor.backend);
            this.executor = executor;
            this.options = options;
        }

        /** Called once, by the submitter, before anybody else knows the task. */
        void arm(TaskFuture<?> task) {
            var limit = options.timeout();
            if (limit != null) {
                // Not on the timer's thread: an interrupt, a callback and a thread factory are the user's code.
                Runnable ring = () -> backend.runOnDemand(() -> task.timeOut(limit));
                alarm = backend.schedule(ring, Durations.toNanos(limit));
                // It may have rung before the field was set, and then found nothing to disarm.
                if (task.isDone()) {
                    ended();
                }
            }
        }

        @Override
        String name() {
            return executor.name();
        }

        @Override
        TaskHome executor() {
            return executor;
        }

        @Override
        @Nullable
        String givenName() {
            return options.name();
        }

        @Override
        void withdraw(TaskFuture<?> task) {
            executor.withdraw(task);
        }

        @Override
        @Nullable
        Object claimToHelp(TaskFuture<?> task, Runner runner) {
            return executor.claimToHelp(task, runner);
        }

        @Override
        @Nullable
        WaitGraph waits() {
            return executor.waits();
        }

        @Override
        boolean isStopping() {
            return executor.isStopping();
        }

        @Override
        void cancelRequested(boolean mayInterrupt) {
            executor.cancelRequested(mayInterrupt);
        }

        @Override
        void ended() {
            Backend.Alarm armed = alarm;
            if (armed != null) {
                alarm = null;
                armed.disarm();
            }
            executor.ended();
        }

        @Override
        @Nullable
        BiConsumer<@Nullable Object, @Nullable Throwable> lateOutcomeTaker() {
            return options.onLateOutcome();
        }
    }
}
