// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** What asks for interrupts: a task, a group, a map, a thread of the storm. What is inside may see those. */
class StormScope {
    private final StormScope outer;
    private volatile boolean asked;

    StormScope(StormScope outer) {
        this.outer = outer;
    }

    /** Before each call that may interrupt what is inside. */
    final void askForInterrupt() {
        asked = true;
    }

    /** What happened here makes the group around it interrupt the others. */
    final void askOuter() {
        if (outer != null) {
            outer.askForInterrupt();
        }
    }

    final boolean hasScope() {
        return outer != null;
    }

    boolean mayInterrupt() {
        return asked || (outer != null && outer.mayInterrupt());
    }
}
