// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind an executor, and what that can do: the threads of this JVM, or workers elsewhere, as those of a
 * cluster. Immutable; each {@code with…} returns a changed copy.
 *
 * <pre>{@code
 * Capabilities cluster = Capabilities.elsewhere().withWorkers(64).withLoss(e -> e instanceof MemberLeftException);
 * TaskExecutorService jobs = TaskExecutorService.adapt(executor, cluster);
 * }</pre>
 *
 * <p>Elsewhere means: what is submitted travels serialised, its value or failure comes back serialised, and nothing but
 * that is shared. So a task that is not {@code Serializable} is refused, by {@link IllegalArgumentException} at the call,
 * also where the executor behind is one of plain threads: that finds on a laptop what would fail in the cluster.
 */
public final class Capabilities {
    private static final int DEFAULT_WORKERS = 64;

    private static final Capabilities THREADS = new Capabilities(false, 0, true, null);
    private static final Capabilities ELSEWHERE = new Capabilities(true, DEFAULT_WORKERS, true, null);

    private final boolean isElsewhere;
    private final int workers;
    private final boolean interruptsRunning;
    /** Null if none is known. */
    private final @Nullable Predicate<? super Throwable> loss;

    private Capabilities(
            boolean isElsewhere, int workers, boolean interruptsRunning, @Nullable Predicate<? super Throwable> loss) {
        this.isElsewhere = isElsewhere;
        this.workers = workers;
        this.interruptsRunning = interruptsRunning;
        this.loss = loss;
    }

    /** Threads of this JVM: a cancelled task is interrupted, and one hears when its code has ended. */
    public static Capabilities threads() {
        return THREADS;
    }

    /** Workers that share no memory with this JVM. 64 tasks are under way at a time; none says that it was lost. */
    public static Capabilities elsewhere() {
        return ELSEWHERE;
    }

    /**
     * A copy that has so many tasks under way at a time; the others wait here, in order. Twice as many as there are
     * threads elsewhere keep those busy. Each takes a thread here, which waits for it.
     *
     * @throws IllegalArgumentException if less than one, or if this is {@link #threads()}, which are counted elsewhere
     */
    public Capabilities withWorkers(int newWorkers) {
        if (newWorkers < 1) {
            throw new IllegalArgumentException("workers must be at least 1: " + newWorkers);
        }
        ensureElsewhere("workers");
        return new Capabilities(true, newWorkers, interruptsRunning, loss);
    }

    /**
     * A copy that takes the failures for which {@code newLoss} answers true for the loss of a worker: such a task fails
     * with {@link WorkerLostException}, or is sent again if it may be. Called on the threads that wait for tasks.
     *
     * @throws IllegalArgumentException if this is {@link #threads()}
     */
    public Capabilities withLoss(Predicate<? super Throwable> newLoss) {
        ensureElsewhere("loss");
        return new Capabilities(true, workers, interruptsRunning, Objects.requireNonNull(newLoss, "loss"));
    }

    /**
     * A copy that says whether {@code Future.cancel(true)} of the executor reaches code that runs. Where it does not, a
     * cancelled task runs on elsewhere, and nobody hears of it.
     *
     * @throws IllegalArgumentException if this is {@link #threads()}
     */
    public Capabilities withInterruptsRunning(boolean newInterruptsRunning) {
        ensureElsewhere("interruptsRunning");
        return new Capabilities(true, workers, newInterruptsRunning, loss);
    }

    private void ensureElsewhere(String what) {
        if (!isElsewhere) {
            throw new IllegalArgumentException(what + " is said of Capabilities.elsewhere(), not of threads");
        }
    }

    /** Whether tasks run outside this JVM, or as if they did. */
    public boolean isElsewhere() {
        return isElsewhere;
    }

    /** How many tasks are under way at a time; zero if the executor itself decides. */
    public int workers() {
        return workers;
    }

    /** Whether cancelling a running task interrupts its code. */
    public boolean interruptsRunning() {
        return interruptsRunning;
    }

    /** Whether one hears when the code of a cancelled task has ended; if not, {@link TaskFuture#onExit} runs when it is done. */
    public boolean tellsExit() {
        return !isElsewhere;
    }

    /** Whether a task can fail with {@link WorkerLostException}, and may have run then. */
    public boolean mayHaveRun() {
        return loss != null;
    }

    /** What the first provider that knows that executor says of it. */
    static Capabilities of(ExecutorService executor) {
        if (executor instanceof TaskExecutorService || executor.getClass().getClassLoader() == null) {
            return THREADS; // ours, or the JDK's own: nobody need be asked
        }
        for (Provider provider : ServiceLoader.load(Provider.class)) {
            Capabilities known = provider.capabilitiesOf(executor);
            if (known.isElsewhere()) {
                return known;
            }
        }
        return THREADS;
    }

    boolean isLoss(Throwable failure) {
        return loss != null && loss.test(failure);
    }

    @Override
    public String toString() {
        return isElsewhere
                ? "Capabilities[elsewhere, workers=" + workers + ", interruptsRunning=" + interruptsRunning
                        + ", tellsExit=" + tellsExit() + ", mayHaveRun=" + mayHaveRun() + "]"
                : "Capabilities[threads]";
    }

    /**
     * Knows a kind of executor, so that {@link TaskExecutorService#adapt(ExecutorService)} need not be told what stands
     * behind it. Found by {@link java.util.ServiceLoader}.
     */
    public interface Provider {
        /** What stands behind that executor; {@link Capabilities#threads()} if this provider does not know it. */
        Capabilities capabilitiesOf(ExecutorService executor);
    }
}
