// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Promise 4: a task that could run has a worker; whose thread was asleep, or has just left. */
public class WakeUpStress {
    /** Two submit to one worker, which falls asleep now and then. */
    @JCStressTest
    @Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "both ran, and saw what their submitter had written")
    @State
    public static class OneWorker {
        private static final ThreadPool POOL = DaemonPools.of(1, Duration.ofDays(1));

        private int writtenByOne;
        private int writtenByOther;

        @Actor
        public void submit(II_Result result) {
            writtenByOne = 42;
            result.r1 = Patience.get(POOL.submit(() -> writtenByOne));
        }

        @Actor
        public void submitToo(II_Result result) {
            writtenByOther = 42;
            result.r2 = Patience.get(POOL.submit(() -> writtenByOther));
        }
    }

    /** Two tasks that wait for each other to begin, and workers that leave after each task. */
    @JCStressTest
    @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "both ran at the same time")
    @State
    public static class TwoWorkers {
        private static final ThreadPool POOL = DaemonPools.of(2, Duration.ZERO);

        private final AtomicInteger begun = new AtomicInteger();

        private int meet() {
            begun.incrementAndGet();
            return Patience.until(() -> begun.get() == 2) ? 2 : 1;
        }

        @Actor
        public void submit(II_Result result) {
            result.r1 = Patience.get(POOL.submit(this::meet));
        }

        @Actor
        public void submitToo(II_Result result) {
            result.r2 = Patience.get(POOL.submit(this::meet));
        }
    }
}
