package dev.millrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was decided under the pool's lock and is to be done when it has been released, in order. */
final class Plan {
    private final Backend backend;
    private @Nullable List<Runnable> actions;
    private @Nullable List<Worker> toStart;

    Plan(Backend backend) {
        this.backend = backend;
    }

    void wake(@Nullable Thread thread) {
        if (thread != null) {
            add(() -> backend.unpark(thread));
        }
    }

    void tell(TaskPromise<Boolean> waiting) {
        add(() -> waiting.succeed(true));
    }

    /** A thread that waits in the line throws the reason itself; where none waits, the future tells it. */
    void refuse(Line.Place place, Supplier<? extends RejectedExecutionException> reason) {
        place.decide(reason);
        if (place.waiter == null) {
            add(() -> place.task.failPending(reason.get()));
        } else {
            add(place.task::cancelIfPending);
            wake(place.waiter);
        }
    }

    void start(Worker worker) {
        List<Worker> all = toStart == null ? new ArrayList<>(1) : toStart;
        all.add(worker);
        toStart = all;
    }

    private void add(Runnable action) {
        List<Runnable> all = actions == null ? new ArrayList<>(1) : actions;
        all.add(action);
        actions = all;
    }

    /** Does all but start workers, which can fail. */
    void act() {
        if (actions != null) {
            actions.forEach(Runnable::run);
        }
    }

    List<Worker> toStart() {
        return toStart == null ? List.of() : toStart;
    }
}
