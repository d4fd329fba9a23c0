// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a task belongs: what its future may ask of the executor that took it, and all that it knows of it. The main
 * hook is {@link #withdraw}, the one that travels back; the others have defaults for a task that no queue of ours holds.
 */
abstract class TaskHome {
    final Backend backend;
    /** Who looks at the tasks of this executor; null if nobody does. */
    final @Nullable Observer observer;

    TaskHome(Backend backend, @Nullable Observer observer) {
        this.backend = backend;
        this.observer = observer;
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

    /** Whether this is that executor's home, or that of a view of it. */
    boolean isWithin(TaskHome other) {
        return this == other;
    }

    /**
     * The calling thread is about to wait, without a limit, for a task that pends here. If it may run the task itself,
     * this does so: {@link Runner#runOnTop}.
     *
     * @return whether it did; the task may have been claimed or cancelled by somebody else meanwhile
     */
    boolean help(TaskFuture<?> task, Runner me, boolean interruptible) {
        return false;
    }

    /**
     * The calling thread is about to see whether it can {@link #help} or {@link #assist}, and if not, to park: it must be
     * woken when that has changed.
     */
    void stall(TaskFuture<?> task, Runner me, Stall stall) {}

    /** The wait is over. */
    void endStall(Stall stall) {}

    /** The threads of which one has to leave its task before that waiter can run the pending one; empty if none has to. */
    List<Runner> blockers(TaskFuture<?> task, Runner waiter) {
        return List.of();
    }

    /** Whether {@link #assist} may do something here: the outcome of this home's one future is made of other tasks. */
    boolean isAssisted() {
        return false;
    }

    /**
     * The calling thread is about to wait, without a limit, for an outcome that is made of other tasks. If one of those
     * pends and the thread may run it, this runs it. An {@code interruptible} wait may run less after an interrupt.
     *
     * @return whether it ran one
     */
    boolean assist(Runner runner, boolean interruptible) {
        return false;
    }

    /** Whether who waits for a task may look for it a while before parking: the workers leave it a processor. */
    boolean leavesAProcessor() {
        return false;
    }

    /** A glance: whether no other task is to be run before that one, or waits with it. */
    boolean isNext(TaskFuture<?> task) {
        return false;
    }

    /** Who waits for whom among the tasks of this executor. */
    @Nullable
    WaitGraph waits() {
        return null;
    }

    /** How often this home's one task may be sent again if its worker is lost. */
    int retries() {
        return 0;
    }

    /** Whether code that begins now is to be interrupted at once. */
    boolean isStopping() {
        return false;
    }

    /** A running task was cancelled, before anybody hears of it. */
    void cancelRequested(boolean mayInterrupt) {}

    /** The task's outcome is fixed. */
    void done(TaskFuture<?> task) {}

    /** Whether its tasks are somebody's, and stand in statistics. */
    boolean isCounted() {
        return true;
    }

    /** The code has run, and the outcome is no success. */
    void ranInVain() {}

    /** The code has run on a thread that is no worker of this executor. */
    void ranOnVisitor() {}

    /** No alarm is needed any more. */
    void disarm() {}

    /** Who takes what the code of a task that is already done still returned or threw; null: the log. */
    @Nullable
    BiConsumer<@Nullable Object, @Nullable Throwable> lateOutcomeTaker() {
        return null;
    }

    /** Who hears of a failure that nobody looked at; null: the log. */
    @Nullable
    BiConsumer<String, Throwable> unobservedHandler() {
        return null;
    }

    /** The home of one task that has a name, a time limit or a taker of its own. */
    static class WithOptions extends TaskHome {
        private final TaskHome executor;
        private final TaskOptions options;
        private volatile Backend.@Nullable Alarm alarm;

        WithOptions(TaskHome executor, TaskOptions options) {
            this(executor, options, executor.observer);
        }

        WithOptions(TaskHome executor, TaskOptions options, @Nullable Observer observer) {
            super(executor.backend, observer);
            this.executor = executor;
            this.options = options;
        }

        @Override
        boolean leavesAProcessor() {
            return executor.leavesAProcessor();
        }

        @Override
        boolean isNext(TaskFuture<?> task) {
            return executor.isNext(task);
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
                    disarm();
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
        int retries() {
            return options.retries();
        }

        @Override
        void withdraw(TaskFuture<?> task) {
            executor.withdraw(task);
        }

        @Override
        boolean help(TaskFuture<?> task, Runner me, boolean interruptible) {
            return executor.help(task, me, interruptible);
        }

        @Override
        void stall(TaskFuture<?> task, Runner me, Stall stall) {
            executor.stall(task, me, stall);
        }

        @Override
        void endStall(Stall stall) {
            executor.endStall(stall);
        }

        @Override
        List<Runner> blockers(TaskFuture<?> task, Runner waiter) {
            return executor.blockers(task, waiter);
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
        @Nullable
        BiConsumer<String, Throwable> unobservedHandler() {
            return executor.unobservedHandler();
        }

        @Override
        void disarm() {
            Backend.Alarm armed = alarm;
            if (armed != null) {
                alarm = null;
                armed.disarm();
            }
        }

        @Override
        void done(TaskFuture<?> task) {
            disarm();
            executor.done(task);
        }

        @Override
        void ranInVain() {
            executor.ranInVain();
        }

        @Override
        void ranOnVisitor() {
            executor.ranOnVisitor();
        }

        @Override
        @Nullable
        BiConsumer<@Nullable Object, @Nullable Throwable> lateOutcomeTaker() {
            return options.onLateOutcome();
        }
    }
}
