// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A short {@link Storm}; the long one is StormTrial. */
@ExtendWith(NoThreadsLeft.class)
class StormTest {
    @Test
    void everyAcceptedTaskEndsOnceWhateverHappens() throws Exception {
        Storm.blow(3, 0);
    }
}
