// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A fault that the code does not have, and the test that would find it. */
final class SeededFault {
    final String name;
    final String file;
    final String original;
    final String replacement;
    final String killer;
    final boolean isInShortForm;

    private SeededFault(
            String name, String file, String original, String replacement, String killer, boolean isInShortForm) {
        this.name = name;
        this.file = file;
        this.original = original;
        this.replacement = replacement;
        this.killer = killer;
        this.isInShortForm = isInShortForm;
    }

    boolean isSeenByJcstress() {
        return killer.contains("Stress");
    }

    String hyphenated() {
        return name.replaceAll("[^A-Za-z0-9]+", "-");
    }

    /** Also in the short form, as proof that the killer bites. */
    private static SeededFault proof(String name, String file, String original, String replacement, String killer) {
        return new SeededFault(name, file, original, replacement, killer, true);
    }

    static SeededFault fault(String name, String file, String original, String replacement, String killer) {
        return new SeededFault(name, file, original, replacement, killer, false);
    }

    private static final List<SeededFault> OF_RACES = List.of(
            // ---- the models bite ----
            proof(
                    "the inbox is read for the next after the first was taken",
                    "Inbox.java",
                    "if (READY.compareAndSet(this, first, second)) {",
                    "if (ready == first) {\n                ready = second;",
                    "TaskQueueModel#modelChecking"),
            fault(
                    "the newest is taken out with what it pointed to before it came",
                    "Inbox.java",
                    "        TaskFuture<?> before = task.next;\n        if (!ARRIVALS.compareAndSet(this, task, before)) {\n"
                            + "            return false;\n        }",
                    "        arrivals = task.next;",
                    "TaskQueueModel#modelChecking"),
            proof(
                    "a task may be claimed after its cancel",
                    "TaskState.java",
                    "} else if (STATE.compareAndSet(this, s, (s & ~(STATUS | WANTED)) | RUNNING)) {",
                    "} else if (STATE.getAndSet(this, (s & ~(STATUS | WANTED)) | RUNNING) >= 0) {",
                    "FutureModel#modelChecking"),
            proof(
                    "the runner does not wait for who interrupts it",
                    "TaskState.java",
                    "            if ((s & (INTERRUPTING | SETTLING)) != 0) {\n                waitOut();\n            } else if ((s & STATUS) != RUNNING) {",
                    "            if ((s & SETTLING) != 0) {\n                waitOut();\n            } else if ((s & STATUS) != RUNNING) {",
                    "RunningFutureModel#modelChecking"),
            fault(
                    "who makes the inbox need a call does not look into it",
                    "PoolState.java",
                    "if (free == 0 && !idle.isEmpty() && !inbox.isEmpty()) {",
                    "if (free < 0) {",
                    "WorkersModel#modelChecking"),
            fault(
                    "a producer that finds the pool closed leaves its task there",
                    "Admission.java",
                    "} else if (state.takeBack(task, plan)) {",
                    "} else if (state.isOpen()) {",
                    "PoolModel#modelChecking"),
            fault(
                    "a place that is given back is offered to nobody",
                    "PoolState.java",
                    "            queued--;\n            admitWaiting(plan);\n            return true;",
                    "            queued--;\n            return true;",
                    "RoomModel#modelChecking"),
            // ---- and so does jcstress ----
            proof(
                    "the outcome is published before it is written",
                    "TaskState.java",
                    "    volatile int state;",
                    "    int state;",
                    "PublicationStress.SeenDone"),
            fault(
                    "a callback that comes late is called by both sides",
                    "TaskFuture.java",
                    "if (!hasCome(exit) || !entry.remove()) {",
                    "if (entry != null) {",
                    "CallbackStress.Added"),
            fault(
                    "an interrupt that came as the task ended stays with its caller",
                    "TaskState.java",
                    "if (me.isOnWorker() || (state & INTERRUPTED) != 0) {",
                    "if (me.isOnWorker()) {",
                    "InterruptStress.AtTheEndInPlace"),
            fault(
                    "an interrupt that was held is forgotten",
                    "TaskState.java",
                    "boolean interrupt = (s & WANTED) != 0 || home.isStopping();",
                    "boolean interrupt = home.isStopping();",
                    "InterruptStress.OnTop"),
            fault(
                    "a callback is taken out without the lock",
                    "Listeners.java",
                    "synchronized boolean remove(Listener listener) {",
                    "boolean remove(Listener listener) {",
                    "CallbackStress.TakenBack"),
            fault(
                    "a task that begins does not look for a shutdown",
                    "TaskState.java",
                    "if ((s & WANTED) != 0 || home.isStopping()) {",
                    "if (false) {",
                    "ShutdownStress.Now"));

    static final List<SeededFault> ALL = Stream.of(
                    OF_RACES, FaultsOfTheFuture.ALL, FaultsOfThePool.ALL, FaultsOfMaps.ALL)
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableList());
}
