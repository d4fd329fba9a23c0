// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/**
 * The register of idle workers of a pool without a bound: tasks come and workers park, with and without the lock. After
 * any of it the workers that are awake, and those that they call, run all that was accepted.
 */
public class WorkersModel extends LincheckModel {
    private final SteppedPool pool = new SteppedPool(2, Integer.MAX_VALUE);

    /** One worker has run a task, and has not looked for the next. */
    public WorkersModel() {
        submit();
        stepFirst();
    }

    @Operation
    public void submit() {
        pool.submit(pool.core());
    }

    @Operation
    public void stepFirst() {
        pool.step(0);
    }

    @Operation
    public void stepSecond() {
        pool.step(1);
    }

    @Operation(runOnce = true)
    public void grow() {
        pool.core().setMaxWorkers(3);
    }

    @Validate
    public void noTaskIsLeftBehind() {
        pool.finish();
    }

    @Override
    void specify(Options<?, ?> options) {
        options.verifier(EpsilonVerifier.class);
    }
}
