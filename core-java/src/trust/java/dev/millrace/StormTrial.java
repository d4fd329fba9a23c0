// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A {@link Storm} of {@code storm.seconds}, and of {@code storm.tasks} at least: ten million in the long form. */
@ExtendWith(NoThreadsLeft.class)
class StormTrial {
    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS)
    void everyAcceptedTaskEndsOnceWhateverHappens() throws Exception {
        Storm.blow(Long.getLong("storm.seconds", 10), Long.getLong("storm.tasks", Trust.IS_LONG ? 10_000_000 : 0));
    }
}
