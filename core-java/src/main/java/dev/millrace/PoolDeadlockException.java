// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A task was about to wait for a task that (perhaps through others) waits for it: the wait would never end. The waiter
 * that closes the cycle gets this exception at once; the others go on when it has given up.
 */
public final class PoolDeadlockException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final ArrayList<String> taskNames;

    PoolDeadlockException(String poolName, List<String> taskNames) {
        super("this wait would never end: " + String.join(" waits for ", taskNames) + " (pool " + poolName + ")");
        this.taskNames = new ArrayList<>(taskNames);
    }

    /** The names of the tasks in the order in which each waits for the next; the first stands at the end again. */
    public List<String> taskNames() {
        return Collections.unmodifiableList(taskNames);
    }
}
