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
        Adapted adapted = new Adapted(task);
        addOpen(task);
        boolean accepted = false;
        try {
            executor.execute(adapted);
            accepted = true;
        } catch (RejectedExecutionException e) {
            if (!task.cancelIfPending()) {
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
                removeOpen(task);
            }
        }
    }

    @Override
    boolean acceptWithin(TaskFuture<?> task, long nanos) {
        try {
            accept(task);
            return true;
        } catch (RejectedExecutionException e) {
            if (executor.isShutdown()) {
                throw e;
            }
            return false;
        }
    }

    @Override
    void acceptWhenRoom(TaskFuture<?> task) {
        accept(task);
    }

    @Override
    void acceptOfMany(TaskFuture<?> task) {
        accept(task);
    }

    @Override
    public void shutdown() {
        shutdown = true;
        executor.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> dropped = super.shutdownNow();
        lock.lock();
        try {
            dropped.addAll(foreign);
            foreign.clear();
        } finally {
            lock.unlock();
        }
        return dropped;
    }

    @Override
    public boolean isShutdown() {
        return shutdown || executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        ensureNotOwnTask("awaitTermination");
        long nanos = Math.max(0, unit.toNanos(timeout));
        long start = home.backend.nanoTime();
        // The common pool of the JDK ignores a shutdown and never terminates: there the end is that of our tasks.
        boolean endless = shutdown && !executor.isShutdown();
        if (!endless) {
            if (!executor.awaitTermination(timeout, unit)) {
                return false;
            }
            // No worker is left. What still pends was dropped without a word, and nobody would ever end it.
            Dropped.cancel(drainPending());
        }
        // What an executor ran in its submitters' threads may still run.
        for (TaskFuture<?> task : snapshot()) {
            if (!task.awaitNanos(nanos - (home.backend.nanoTime() - start), true)) {
                return false;
            }
        }
        return true;
    }

    @Override
    List<TaskFuture<?>> drainPending() {
        List<TaskFuture<?>> pending = snapshot();
        pending.removeIf(task -> !task.isPending());
        return pending;
    }

    @Override
    void drained() {}

    @Override
    List<TaskFuture<?>> interruptRunning() {
        stopping = true;
        List<TaskFuture<?>> running = snapshot();
        running.removeIf(TaskFuture::isPending);
        running.forEach(TaskFuture::requestInterrupt);
        for (Runnable taken : executor.shutdownNow()) {
            if (!(taken instanceof Adapted)) {
                lock.lock();
                try {
                    foreign.add(taken);
                } finally {
                    lock.unlock();
                }
            }
        }
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
        return runners;
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

    private void addOpen(TaskFuture<?> task) {
        lock.lock();
        try {
            open.add(task);
        } finally {
            lock.unlock();
        }
    }

    private void removeOpen(TaskFuture<?> task) {
        lock.lock();
        try {
            open.remove(task);
        } finally {
            lock.unlock();
        }
    }

    private List<TaskFuture<?>> snapshot() {
        lock.lock();
        try {
            return new ArrayList<>(open);
        } finally {
            lock.unlock();
        }
    }

    private final class Home extends TaskHome {
        private final String name;

        Home(Backend backend) {
            super(backend);
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
            removeOpen(task);
        }
    }

    /** A task on its way through the executor. */
    private final class Adapted implements Runnable {
        private final TaskFuture<?> task;
        /** While {@code execute} is under way: if the task runs on this very thread, it runs in its submitter. */
        private volatile @Nullable Thread submitter = Thread.currentThread();

        Adapted(TaskFuture<?> task) {
            this.task = task;
        }

        @Override
        public void run() {
            Object code = task.claim();
            if (code == null) {
                removeOpen(task);
                return;
            }
            Runner runner = new Runner(home, Runner.current());
            runner.enter();
            try {
                if (submitter == Thread.currentThread() || runner.outer != null) {
                    runner.runOnTop(task, code);
                } else {
                    runner.run(task, code);
                    // A thread of the executor's: what the task left behind is nobody's.
                    Thread.interrupted();
                }
            } finally {
                runner.exit();
                removeOpen(task);
                Failure.reportCollected();
            }
        }

        @Override
        public String toString() {
            return task.toString();
        }
    }
}
