// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import dev.millrace.TaskExecutorService;
import dev.millrace.ThreadPool;
import java.util.ArrayList;
import java.util.List;

/**
 * Uses an object that knows nothing of threads on a pool of many: a lane runs one task after the other, in order, and
 * needs neither a lock nor a thread of its own.
 */
public final class SerialLane {
    private SerialLane() {}

    public static void main(String[] args) {
        try (ThreadPool pool = ThreadPool.of(4)) {
            Account account = bookAll(pool, List.of(100, -30, 12));
            System.out.println(account.bookings() + " make " + account.balance());
        }
    }

    static Account bookAll(ThreadPool pool, List<Integer> amounts) {
        Account account = new Account();
        try (TaskExecutorService lane = pool.limited(1)) {
            for (int amount : amounts) {
                lane.execute(() -> account.book(amount));
            }
        } // waits for this lane; the pool goes on
        return account;
    }

    static final class Account {
        private final List<Integer> bookings = new ArrayList<>();
        private long balance;

        void book(int amount) {
            bookings.add(amount);
            balance += amount;
        }

        List<Integer> bookings() {
            return bookings;
        }

        long balance() {
            return balance;
        }
    }
}
