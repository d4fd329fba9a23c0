// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Any executor of this JVM as a {@link TaskExecutorService}. Each task goes in as a Runnable that claims its future and
 * runs it. What is open is remembered, so that a shutdown finds it: some executors drop what they hold without a word.
 */
final class ExecutorAdapter extends AbstractTaskExecutor {
    private final ExecutorService executor;
    private final Home home;
    private final ReentrantLock lock = new ReentrantLock();
    /** Accepted, and not exited; in order. Guarded by the lock. */
    private final Set<TaskFuture<?>> open = new LinkedHashSet<>();
    /** What a shutdown took out of the executor that did not come from here. Guarded by the lock. */
    private final List<Runnable> foreign = new ArrayList<>();

    /** Workers of {@link #views} that the executor has taken and not begun. Guarded by the lock. */
    private final Set<TaskFuture<?>> carriers = new LinkedHashSet<>();
    /** Made with the first view: a pool whose workers are tasks of the executor, each as long as there is work. */
    private volatile @Nullable PoolCore views;

    private volatile boolean shutdown;
    private volatile boolean stopping;

    ExecutorAdapter(ExecutorService executor, Backend backend) {
        this.executor = Objects.requireNonNull(executor, "executor");
        home = new Home(backend);
    }

    @Override
    TaskHome home() {
        return home;
    }

    @Override
    void accept(TaskFuture<?> task) {
        if (isShutdown()) {
            throw refusal(home, task, "shut down");
        }
        handOver(task, open);
    }

    private void handOver(TaskFuture<?> task, Set<TaskFuture<?>> to) {
        Adapted adapted = new Adapted(task, to == carriers);
        locked(() -> to.add(task));
        boolean accepted = false;
        try {
            executor.execute(adapted);
            // Some drop what comes too late without a word.
            accepted = !executor.isTerminated() || !task.refuse();
        } catch (RejectedExecutionException e) {
            if (!task.refuse()) {
                // A shutdown that came meanwhile has drained and cancelled it, and told its caller so.
                return;
            }
            if (!executor.isShutdown()) {
                throw e;
            }
            RejectedExecutionException refusal = refusal(home, task, "shut down");
            refusal.initCause(e);
            throw refusal;
        } finally {
            adapted.submitter = null;
            if (!accepted) {
                // Who gets an error has not submitted, though the executor may have the task: one that cannot start a
                // thread for what it has queued throws, too.
                task.refuse();
                remove(task);
            }
        }
        if (!accepted) {
            throw refusal(home, task, "shut down");
        }
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.threads();
    }

    // ---- views ----

    @Override
    public TaskExecutorService limited(int maxConcurrency) {
        PoolCore core = locked(() -> {
            PoolCore made = views;
            if (made == null) {
                made = newViews();
                // After a shutdown it is for this one view, which takes no task.
                views = shutdown ? null : made;
            }
            return made;
        });
        if (isShutdown()) {
            core.shutdown(core.lane());
        }
        return new View(core, core, maxConcurrency, capabilities());
    }

    private PoolCore newViews() {
        return new PoolCore(
                home.name(),
                Integer.MAX_VALUE,
                null,
                // A worker that goes on with the queue depends on no room for the next one, and takes no stack for it.
                Integer.MAX_VALUE,
                0,
                Integer.MAX_VALUE,
                WhenFull.REJECT,
                this::startWorker,
                home,
                null,
                new Observability(),
                home.backend);
    }

    /** A worker of the views is a task of the executor's; one that it drops leaves no task of a view behind. */
    private void startWorker(Worker worker) {
        TaskFuture<?> carrier = TaskFuture.of(home, (Runnable) worker);
        handOver(carrier, carriers);
        carrier.watch(ended -> {
            PoolCore core = views;
            if (ended.isCancelled() && core != null) {
                core.decisions().neverRuns(worker, new RejectedExecutionException(home.name() + " dropped it"));
            }
        });
    }

    private void cancelCarriers() {
        locked(() -> new ArrayList<>(carriers)).forEach(TaskFuture::cancelIfPending);
    }

    // ---- submitting ----

    @Override
    boolean acceptWithin(TaskFuture<?> task, long nanos) {
        try {
            accept(task);
            return true;
        } catch (RejectedExecutionException e) {
            if (isShutdown()) {
                throw e;
            }
            return false;
        }
    }

    @Override
    boolean acceptWhenRoom(TaskFuture<?> task) {
        accept(task);
        return true;
    }

    @Override
    void acceptBeyondBound(TaskFuture<?> task) {
        accept(task);
    }

    @Override
    void acceptOfMany(TaskFuture<?> task) {
        accept(task);
    }

    @Override
    public void shutdown() {
        PoolCore core = locked(() -> {
            shutdown = true;
            return views;
        });
        if (core == null) {
            executor.shutdown();
        } else {
            // What waits in a view still needs the executor.
            core.shutdown(core.lane());
            core.lane().terminated.future().watch(ended -> executor.shutdown());
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> dropped = super.shutdownNow();
        locked(() -> {
            dropped.addAll(foreign);
            foreign.clear();
            return null;
        });
        return dropped;
    }

    @Override
    public boolean isShutdown() {
        return shutdown || executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        PoolCore core = views;
        return executor.isTerminated() && (core == null || core.decisions().ask(PoolState::isQuiet));
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        ensureNotOwnTask("awaitTermination");
        long nanos = Math.max(0, unit.toNanos(timeout));
        long start = home.backend.nanoTime();
        PoolCore core = views;
        if (core != null && !executor.isShutdown()) {
            if (!core.awaitEnd(core.lane(), nanos)) {
                return false;
            }
            executor.shutdown();
        }
        // The common pool of the JDK ignores a shutdown and never terminates: there the end is that of our tasks.
        boolean endless = shutdown && !executor.isShutdown();
        if (!endless) {
            if (!executor.awaitTermination(left(nanos, start), TimeUnit.NANOSECONDS)) {
                return false;
            }
            // No worker is left. What still pends was dropped without a word, and nobody would ever end it.
            cancelCarriers();
            Dropped.cancel(ownPending());
        }
        // What an executor ran in its submitters' threads may still run.
        for (TaskFuture<?> task : snapshot()) {
            if (!task.awaitNanos(left(nanos, start), true)) {
                return false;
            }
        }
        return true;
    }

    @Override
    List<TaskFuture<?>> drainPending() {
        List<TaskFuture<?>> pending = ownPending();
        PoolCore core = views;
        if (core != null) {
            pending.addAll(core.drainPending(core.lane()));
        }
        return pending;
    }

    private List<TaskFuture<?>> ownPending() {
        List<TaskFuture<?>> pending = snapshot();
        pending.removeIf(task -> !task.isPending());
        return pending;
    }

    @Override
    void drained(List<TaskFuture<?>> tasks) {
        PoolCore core = views;
        if (core != null) {
            tasks.removeIf(task -> task.home().executor() == home);
            core.decisions().drained(core.lane(), tasks);
        }
    }

    @Override
    List<TaskFuture<?>> interruptRunning() {
        stopping = true;
        List<TaskFuture<?>> running = snapshot();
        running.removeIf(TaskFuture::isPending);
        running.forEach(TaskFuture::requestInterrupt);
        PoolCore core = views;
        if (core != null) {
            running.addAll(core.interruptRunning(core.lane(), core));
        }
        for (Runnable taken : executor.shutdownNow()) {
            if (!(taken instanceof Adapted)) {
                locked(() -> foreign.add(taken));
            }
        }
        // Those that it dropped; one that it still begins finds nothing to do.
        cancelCarriers();
        return running;
    }

    @Override
    List<Runner> runners() {
        List<Runner> runners = new ArrayList<>();
        for (TaskFuture<?> task : snapshot()) {
            Runner runner = task.runner();
            if (runner != null) {
                runners.add(runner);
            }
        }
        PoolCore core = views;
        if (core != null) {
            runners.addAll(core.runners());
        }
        return runners;
    }

    /** There is none. */
    @Override
    boolean standsInLine(TaskFuture<?> task) {
        return false;
    }

    /** It does not say; see {@link MapOptions#withWindow}. */
    @Override
    int workersForMap() {
        return 16;
    }

    @Override
    List<Thread> awaitThreads(long nanos) {
        return new ArrayList<>();
    }

    @Override
    public String toString() {
        return "TaskExecutorService[" + executor + "]";
    }

    private void remove(TaskFuture<?> task) {
        locked(() -> open.remove(task) || carriers.remove(task));
    }

    private List<TaskFuture<?>> snapshot() {
        return locked(() -> new ArrayList<>(open));
    }

    private <T extends @Nullable Object> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    private final class Home extends TaskHome {
        private final String name;

        Home(Backend backend) {
            super(backend, null);
            String type = executor.getClass().getName();
            name = type.substring(type.lastIndexOf('.') + 1) + "@"
                    + Integer.toHexString(System.identityHashCode(executor));
        }

        @Override
        String name() {
            return name;
        }

        @Override
        boolean isStopping() {
            return stopping;
        }

        @Override
        void withdraw(TaskFuture<?> task) {
            remove(task);
        }
    }

    /** A thread that runs a task of the executor. */
    private static final class Host extends Runner {
        private final boolean ofExecutor;

        Host(TaskHome home, @Nullable Runner outer, boolean ofExecutor) {
            super(home, outer);
            this.ofExecutor = ofExecutor;
        }

        /** What a task leaves behind in the flag of a thread of the executor's is nobody's. */
        @Override
        boolean isWorker() {
            return ofExecutor;
        }
    }

    /** A task on its way through the executor. */
    private final class Adapted implements Runnable {
        private final TaskFuture<?> task;
        /** It is a worker of the views. */
        private final boolean isWorker;
        /** While {@code execute} is under way: if the task runs on this very thread, it runs in its submitter. */
        private volatile @Nullable Thread submitter = Thread.currentThread();

        Adapted(TaskFuture<?> task, boolean isWorker) {
            this.task = task;
            this.isWorker = isWorker;
        }

        @Override
        public void run() {
            boolean inSubmitter = submitter == Thread.currentThread();
            Object code = isWorker && inSubmitter && isBetweenTasks() ? null : task.claim();
            if (code == null) {
                // A worker at the end of a worker's task, where the executor runs tasks in its submitters: they
                // would lie on top of each other as deep as the queue is long. The one beneath goes on with it.
                task.cancelIfPending();
                remove(task);
                return;
            }
            Runner runner = new Host(home, Runner.current(), !inSubmitter);
            runner.enter();
            try {
                if (inSubmitter || runner.outer != null) {
                    runner.runOnTop(task, code);
                } else {
                    runner.run(task, code);
                    // A thread of the executor's: what the task left behind is nobody's.
                    Thread.interrupted();
                }
            } finally {
                runner.exit();
                remove(task);
                Failure.reportCollected();
            }
        }

        private boolean isBetweenTasks() {
            Runner here = Runner.current();
            PoolCore core = views;
            return here != null && core != null && here.depth() == 0 && here.runsFor(core);
        }

        @Override
        public String toString() {
            return task.toString();
        }
    }
}
