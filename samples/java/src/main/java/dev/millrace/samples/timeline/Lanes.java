// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Gives each thread a lane of its own while it needs one; a lane that was left goes to the next thread of its kind. */
final class Lanes {
    /** Guarded by this. */
    private final List<Lane> all = new ArrayList<>();

    /** Whose a lane is: while it is a worker, or runs a task. */
    private final Map<Thread, Lane> taken = new ConcurrentHashMap<>();

    /** The calling thread is a worker from now on. */
    void workerStarted() {
        taken.put(Thread.currentThread(), take(true));
    }

    void workerEnded() {
        leave();
    }

    /** The lane in which the calling thread runs a task. */
    Lane enter() {
        return taken.computeIfAbsent(Thread.currentThread(), thread -> take(false));
    }

    /** The calling thread has run a task in that lane. */
    void exit(Lane lane) {
        if (lane.pop() && !lane.isForWorkers()) {
            leave();
        }
    }

    private synchronized Lane take(boolean isForWorkers) {
        String thread = threadName();
        Lane free = null;
        for (Lane lane : all) {
            if (lane.isForWorkers() == isForWorkers && !lane.isTaken() && (free == null || lane.hasHeld(thread))) {
                free = lane;
            }
        }
        if (free == null) {
            free = new Lane(all.size(), isForWorkers);
            all.add(free);
        }
        free.take(thread);
        return free;
    }

    private void leave() {
        Lane lane = taken.remove(Thread.currentThread());
        if (lane != null) {
            synchronized (this) {
                lane.leave();
            }
        }
    }

    /** In the order in which they were needed. */
    synchronized List<String> titles() {
        return all.stream().map(Lane::title).toList();
    }

    /** A virtual thread may have no name. */
    static String threadName() {
        Thread thread = Thread.currentThread();
        String name = thread.getName();
        return name.isEmpty() ? "thread " + thread.getId() : name;
    }
}
