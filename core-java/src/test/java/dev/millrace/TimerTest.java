// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Time limits on the real clock: one daemon thread for all pools, which runs no user code and ends. */
class TimerTest {
    @Test
    void aTimeLimitEndsTheTaskAndTellsOnAThreadThatIsNotTheTimers() throws Exception {
        ThreadPool pool = ThreadPool.of(1);
        CountDownLatch go = new CountDownLatch(1);
        TaskPromise<String> toldOn = new TaskPromise<>();
        TaskFuture<?> task = pool.submit(
                () -> {
                    EveryTaskEndsTest.awaitIgnoringInterrupts(go);
                    return null;
                },
                TaskOptions.timeout(Duration.ofMillis(500)));
        task.onDone(f -> toldOn.succeed(Thread.currentThread().getName()));
        Thread timer = timer();
        assertTrue(timer.isDaemon());
        assertNull(timer.getContextClassLoader());
        assertThrows(TaskTimeoutException.class, task::join);
        assertEquals("millrace-callbacks", toldOn.future().join());
        go.countDown();
        pool.close();
        // It ends a second after the last alarm.
        timer.join(Duration.ofSeconds(30).toMillis());
        assertFalse(timer.isAlive());
    }

    @Test
    void theTimersThreadAndThoseForCallbacksInheritNothingFromWhoNeedsThemFirst() throws Exception {
        InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
        inheritable.set("of the first");
        TaskPromise<String> inCallback = new TaskPromise<>();
        TaskPromise<String> inTimer = new TaskPromise<>();
        Backend.SYSTEM.schedule(() -> inTimer.succeed(String.valueOf(inheritable.get())), 1);
        Backend.SYSTEM.runOnDemand(() -> inCallback.succeed(String.valueOf(inheritable.get())));
        assertEquals("null", inCallback.future().join());
        assertEquals("null", inTimer.future().join());
    }

    private static Thread timer() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("millrace-timer"))
                .findFirst()
                .orElseThrow();
    }
}
