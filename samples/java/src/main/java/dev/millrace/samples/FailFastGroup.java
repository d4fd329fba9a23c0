// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.TaskFuture;
import dev.millrace.TaskGroup;
import dev.millrace.ThreadPool;
import java.util.concurrent.Callable;

/**
 * Asks two services at the same time for what makes sense only together: as soon as one fails the other is told to stop,
 * and nothing runs on behind the caller's back.
 */
public final class FailFastGroup {
    private FailFastGroup() {}

    public static void main(String[] args) throws InterruptedException {
        try (ThreadPool pool = ThreadPool.of(4)) {
            System.out.println(page(pool, () -> "Ada", () -> 3));
            try {
                System.out.println(page(pool, FailFastGroup::slowName, FailFastGroup::brokenCount));
            } catch (IllegalStateException e) {
                System.out.println("no page: " + e.getMessage());
            }
        }
    }

    static String page(ThreadPool pool, Callable<String> name, Callable<Integer> orders) throws InterruptedException {
        try (TaskGroup group = pool.group()) {
            TaskFuture<String> who = group.submit(name);
            TaskFuture<Integer> count = group.submit(orders);
            group.join(); // throws what the first one threw that failed
            return who.join() + " has " + count.join() + " orders";
        }
    }

    private static String slowName() throws InterruptedException {
        Thread.sleep(60_000); // nobody waits so long: the failure of the other interrupts it
        return "Ada";
    }

    private static int brokenCount() {
        throw new IllegalStateException("the orders are down");
    }
}
