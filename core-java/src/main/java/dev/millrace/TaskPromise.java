// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A future that its maker completes: for bridges to other libraries, and for executors of other kinds. The future is
 * RUNNING from the start, because the work behind it is somebody else's and under way.
 *
 * <pre>{@code
 * TaskPromise<Reply> promise = new TaskPromise<>("ask");
 * Call call = client.ask(question, promise::succeed, promise::fail);
 * promise.onCancel(interrupt -> call.abort());
 * return promise.future();
 * }</pre>
 *
 * <p>Thread-safe. Python: {@code Future.set_result}, {@code set_exception}.
 *
 * @param <T> the result's type
 */
public final class TaskPromise<T extends @Nullable Object> {
    private final Home home;
    private final TaskFuture<T> future;

    /** A promise without a name. */
    public TaskPromise() {
        this(null, Backend.SYSTEM);
    }

    /** A promise whose future has this name. */
    public TaskPromise(String name) {
        this(Objects.requireNonNull(name, "name"), Backend.SYSTEM);
    }

    TaskPromise(@Nullable String name, Backend backend) {
        home = new Home(name, backend);
        future = TaskFuture.promised(home);
    }

    /** The future that this promise completes; always the same one. */
    public TaskFuture<T> future() {
        return future;
    }

    /**
     * Completes the future with a value, and runs its callbacks in the calling thread.
     *
     * @return whether that completed it: false if it was done, cancelled included; the value is then dropped
     */
    public boolean succeed(T value) {
        boolean won = future.fulfil(value);
        if (!won) {
            exited();
        }
        return won;
    }

    /**
     * Completes the future with a failure, and runs its callbacks in the calling thread.
     *
     * @return whether that completed it: false if it was done, cancelled included; the failure is then dropped
     */
    public boolean fail(Throwable failure) {
        boolean won = future.failPromise(Objects.requireNonNull(failure, "failure"));
        if (!won) {
            exited();
        }
        Failure.reportCollected();
        return won;
    }

    /**
     * Calls {@code action} when somebody cancels the future, before the future's waiters and callbacks hear of it, with
     * what was passed to {@code cancel}: whether running code may be interrupted. If it is cancelled already, at once.
     * Actions run in the canceller's thread, in the order added; what one throws goes to that thread's
     * uncaught-exception handler.
     */
    public void onCancel(Consumer<Boolean> action) {
        home.onCancel(Objects.requireNonNull(action, "action"));
    }

    /**
     * Says that the work behind a cancelled future has ended, which lets {@link TaskFuture#onExit} run. A later
     * {@link #succeed} or {@link #fail}, which is too late to be the outcome, says it too. Does nothing before the
     * future is done.
     */
    public void exited() {
        future.exitPromise();
    }

    @Override
    public String toString() {
        return "TaskPromise[" + future + "]";
    }

    private static final class Home extends TaskHome {
        private final @Nullable String name;
        private final List<Consumer<Boolean>> actions = new ArrayList<>();
        private @Nullable Boolean cancelled;
        private boolean over;

        Home(@Nullable String name, Backend backend) {
            super(backend, null);
            this.name = name;
        }

        @Override
        String name() {
            return "promise";
        }

        @Override
        @Nullable
        String givenName() {
            return name;
        }

        void onCancel(Consumer<Boolean> action) {
            Boolean interrupt;
            synchronized (actions) {
                interrupt = cancelled;
                if (interrupt == null) {
                    if (!over) {
                        actions.add(action);
                    }
                    return;
                }
            }
            call(action, interrupt);
        }

        @Override
        void cancelRequested(boolean mayInterrupt) {
            List<Consumer<Boolean>> due;
            synchronized (actions) {
                cancelled = mayInterrupt;
                due = new ArrayList<>(actions);
                actions.clear();
            }
            // As callbacks: a chain of ten thousand promises that cancel each other must not overflow the stack.
            Callbacks.run(() -> due.forEach(action -> call(action, mayInterrupt)));
        }

        @Override
        void done(TaskFuture<?> task) {
            synchronized (actions) {
                over = true;
                actions.clear();
            }
        }

        private static void call(Consumer<Boolean> action, boolean interrupt) {
            try {
                action.accept(interrupt);
            } catch (Throwable thrown) {
                Callbacks.uncaught(thrown);
            }
        }
    }
}
