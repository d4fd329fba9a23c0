// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to hear of one future: waiting threads and callbacks, in the order in which they came. Any of them can be
 * taken out again in constant time, so that a future that lives long does not collect those that gave up.
 *
 * <p>Knows nothing of the future's state. Whoever adds looks at the state again afterwards, and whoever changes the
 * state takes afterwards: one of the two sees the other, and taking out decides who it was.
 */
final class Listeners {
    /** Head of a ring. Guarded by this object's monitor, as are all links and counts; no user code runs under it. */
    private final Listener ring = new Listener(this) {
        @Override
        void fire(TaskFuture<?> future) {}
    };

    /** How many listeners are the user's code. */
    private int callbacks;

    Listeners() {
        ring.next = ring.prev = ring;
    }

    synchronized void add(Listener listener) {
        Listener last = prev(ring);
        listener.prev = last;
        listener.next = ring;
        last.next = listener;
        ring.prev = listener;
        callbacks += listener.isCallback() ? 1 : 0;
    }

    synchronized boolean remove(Listener listener) {
        if (listener.next == null) {
            return false;
        }
        unlink(listener);
        return true;
    }

    synchronized boolean hasCallbacks() {
        return callbacks > 0;
    }

    /** Takes out those that are due: all of them, or only those that wait for done. */
    synchronized @Nullable ArrayDeque<Listener> take(boolean exited) {
        ArrayDeque<Listener> due = null;
        for (Listener l = next(ring); l != ring; ) {
            Listener following = next(l);
            if (exited || !l.waitsForExit()) {
                unlink(l);
                due = due == null ? new ArrayDeque<>() : due;
                due.add(l);
            }
            l = following;
        }
        return due;
    }

    private void unlink(Listener listener) {
        Listener before = prev(listener);
        Listener after = next(listener);
        before.next = after;
        after.prev = before;
        listener.next = listener.prev = null;
        callbacks -= listener.isCallback() ? 1 : 0;
    }

    @SuppressWarnings("NullAway") // linked nodes have neighbours
    private static Listener next(Listener listener) {
        return listener.next;
    }

    @SuppressWarnings("NullAway")
    private static Listener prev(Listener listener) {
        return listener.prev;
    }

    /** One that wants to hear. */
    abstract static class Listener implements Registration {
        private final Listeners owner;
        /** Null while in no list. */
        private @Nullable Listener next;

        private @Nullable Listener prev;

        Listener(Listeners owner) {
            this.owner = owner;
        }

        /** Called once, outside all locks, when what it waits for has come and it was still in the list. */
        abstract void fire(TaskFuture<?> future);

        /** Whether it waits for the code to have left, rather than for the outcome. */
        boolean waitsForExit() {
            return false;
        }

        /** Whether it runs the user's code. */
        boolean isCallback() {
            return false;
        }

        /** Whether a failure that it is told of counts as looked at. */
        boolean looks() {
            return false;
        }

        @Override
        public final boolean remove() {
            return owner.remove(this);
        }
    }

    /** Wakes a thread that looks at the state itself. */
    static final class Waiter extends Listener {
        private final Thread thread = Thread.currentThread();
        private final Backend backend;
        private final boolean exit;

        Waiter(Listeners owner, Backend backend, boolean exit) {
            super(owner);
            this.backend = backend;
            this.exit = exit;
        }

        @Override
        void fire(TaskFuture<?> future) {
            backend.unpark(thread);
        }

        @Override
        boolean waitsForExit() {
            return exit;
        }
    }

    /** Tells code of ours, which is short and throws nothing. */
    static final class Signal extends Listener {
        private final Consumer<TaskFuture<?>> action;

        Signal(Listeners owner, Consumer<TaskFuture<?>> action) {
            super(owner);
            this.action = action;
        }

        @Override
        void fire(TaskFuture<?> future) {
            action.accept(future);
        }
    }

    /** Tells code of ours that may run code of the user's: it cancels other tasks. */
    static final class Watch extends Listener {
        private final Consumer<TaskFuture<?>> action;

        Watch(Listeners owner, Consumer<TaskFuture<?>> action) {
            super(owner);
            this.action = action;
        }

        @Override
        void fire(TaskFuture<?> future) {
            Callbacks.call(action, null, future);
        }

        @Override
        boolean isCallback() {
            return true;
        }
    }

    /** Runs code of the user's. */
    static final class Callback extends Listener {
        private final Consumer<TaskFuture<?>> action;
        private final @Nullable Executor executor;
        private final boolean exit;

        Callback(Listeners owner, Consumer<TaskFuture<?>> action, @Nullable Executor executor, boolean exit) {
            super(owner);
            this.action = action;
            this.executor = executor;
            this.exit = exit;
        }

        @Override
        void fire(TaskFuture<?> future) {
            Callbacks.call(action, executor, future);
        }

        @Override
        boolean waitsForExit() {
            return exit;
        }

        @Override
        boolean isCallback() {
            return true;
        }

        @Override
        boolean looks() {
            return !exit;
        }
    }
}
