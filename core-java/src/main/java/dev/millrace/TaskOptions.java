// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked for a single task: a name, a time limit, a taker for what a cancelled task still produced.
 * Immutable; each {@code with…} returns a changed copy.
 *
 * <pre>{@code
 * pool.submit(() -> fetch(url), TaskOptions.named("fetch").withTimeout(Duration.ofSeconds(2)));
 * }</pre>
 */
public final class TaskOptions {
    /** No name, no time limit, no taker. */
    static final TaskOptions NONE = new TaskOptions(null, null, null, 0);

    private final @Nullable String name;
    private final @Nullable Duration timeout;
    private final @Nullable BiConsumer<@Nullable Object, @Nullable Throwable> onLateOutcome;
    private final int retries;

    private TaskOptions(
            @Nullable String name,
            @Nullable Duration timeout,
            @Nullable BiConsumer<@Nullable Object, @Nullable Throwable> onLateOutcome,
            int retries) {
        this.name = name;
        this.timeout = timeout;
        this.onLateOutcome = onLateOutcome;
        this.retries = retries;
    }

    /** Options with a name only: {@link #withName}. */
    public static TaskOptions named(String name) {
        return NONE.withName(name);
    }

    /** Options with a time limit only: {@link #withTimeout}. */
    public static TaskOptions timeout(Duration timeout) {
        return NONE.withTimeout(timeout);
    }

    /** Options with a taker for a late outcome only: {@link #withOnLateOutcome}. */
    public static TaskOptions onLateOutcome(BiConsumer<@Nullable Object, @Nullable Throwable> taker) {
        return NONE.withOnLateOutcome(taker);
    }

    /** A copy with this name, which then stands in messages, {@link TaskFuture#name()} and exceptions. */
    public TaskOptions withName(String newName) {
        return new TaskOptions(Objects.requireNonNull(newName, "name"), timeout, onLateOutcome, retries);
    }

    /**
     * A copy with this limit, counted from the call of {@code submit}, waiting for room and in the queue included. A
     * task that is not done by then fails with {@link TaskTimeoutException}, and its callbacks run on a daemon thread
     * that is no worker's; if its code runs, it is interrupted, and keeps its worker busy until it returns.
     *
     * @throws IllegalArgumentException if the limit is zero or negative
     */
    public TaskOptions withTimeout(Duration newTimeout) {
        if (newTimeout.isZero() || newTimeout.isNegative()) {
            throw new IllegalArgumentException("timeout must be positive: " + newTimeout);
        }
        return new TaskOptions(name, newTimeout, onLateOutcome, retries);
    }

    /**
     * A copy that hands to {@code taker} what the code of a task still returned (first argument) or threw (second
     * argument) although the task was by then cancelled or out of time: the place to close a resource that nobody will
     * get. Called once at most, in the thread that ran the code, before {@link TaskFuture#onExit onExit}; what it throws
     * goes to that thread's uncaught-exception handler. Without a taker a late value is dropped, and a late exception is
     * logged: as a warning, or as {@code FINE} if it is only how an interrupt shows.
     */
    public TaskOptions withOnLateOutcome(BiConsumer<@Nullable Object, @Nullable Throwable> taker) {
        return new TaskOptions(name, timeout, Objects.requireNonNull(taker, "taker"), retries);
    }

    /**
     * A copy for a task that may run twice: if the worker that has it is lost, it is sent again, so often at most; only
     * then it fails with {@link WorkerLostException}. Of no effect where workers cannot be lost: {@link Capabilities#mayHaveRun}.
     *
     * @throws IllegalArgumentException if negative
     */
    public TaskOptions withRetries(int newRetries) {
        if (newRetries < 0) {
            throw new IllegalArgumentException("retries must be at least 0: " + newRetries);
        }
        return new TaskOptions(name, timeout, onLateOutcome, newRetries);
    }

    /** The name, or null if none was given. */
    public @Nullable String name() {
        return name;
    }

    /** The time limit, or null if there is none. */
    public @Nullable Duration timeout() {
        return timeout;
    }

    /** The taker of a late outcome, or null if there is none. */
    public @Nullable BiConsumer<@Nullable Object, @Nullable Throwable> onLateOutcome() {
        return onLateOutcome;
    }

    /** How often the task is sent again if its worker is lost. */
    public int retries() {
        return retries;
    }

    @Override
    public String toString() {
        return "TaskOptions[name=" + name + ", timeout=" + timeout + ", onLateOutcome="
                + (onLateOutcome == null ? "log" : "set") + (retries == 0 ? "" : ", retries=" + retries) + "]";
    }
}
