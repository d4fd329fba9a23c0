// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;

/** {@link FutureModel}, of a task that runs when all begins: what meets its end are cancels and interrupts. */
public class RunningFutureModel extends FutureModel {
    public RunningFutureModel() {
        claim(NOBODY);
    }

    @Operation(runOnce = true)
    public boolean end() {
        return finish(NOBODY);
    }

    @Override
    void specify(Options<?, ?> options) {
        options.sequentialSpecification(Running.class);
    }

    /** What it is to be like. */
    public static class Running extends Sequential {
        public Running() {
            claim(NOBODY);
        }

        public boolean end() {
            return finish(NOBODY);
        }
    }
}
