// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/**
 * A small pool as a whole, with a view: tasks come while others shut it down, cancel or wait for quiescence. What was
 * accepted ends, what was refused never runs, a pool that was shut down terminates, and who waits for quiescence is told.
 */
@Param(name = "worker", gen = IntGen.class, conf = "0:1")
public class PoolModel extends LincheckModel {
    private final SteppedPool pool = new SteppedPool(2, Integer.MAX_VALUE);
    private final TaskPromise<Boolean> quiet = new TaskPromise<>("quiet", pool.core().backend);
    private volatile boolean asked;

    @Operation
    public void submit() {
        pool.submit(pool.core());
    }

    @Operation
    public void submitToViewAndCancel() {
        TaskFuture<?> task = pool.submit(pool.view());
        if (task != null) {
            task.cancelIfPending();
        }
    }

    @Operation
    public void submitToView() {
        pool.submit(pool.view());
    }

    @Operation
    public void step(@Param(name = "worker") int worker) {
        pool.step(worker);
    }

    @Operation(runOnce = true)
    public void shutdown() {
        pool.core().shutdown(pool.core().lane());
    }

    @Operation(runOnce = true)
    public void shutdownView() {
        pool.core().shutdown(pool.view().lane());
    }

    /** As {@code shutdownNow} does. */
    @Operation(runOnce = true)
    public void stop() {
        pool.stop();
    }

    @Operation(runOnce = true)
    public void awaitQuiescence() {
        asked = true;
        pool.core().decisions().decide(plan -> {
            pool.core().decisions().state.awaitQuiescence(quiet);
            pool.core().decisions().state.tellIfOver(plan);
        });
    }

    @Validate
    public void allEnds() {
        pool.finish();
        Lane root = pool.core().lane();
        check(!asked || quiet.future().isDone(), "who waits for quiescence was not told");
        check(root.isShutDown() == (root.phase() == Lane.Phase.TERMINATED), "it is shut down, and has not terminated");
        Lane view = pool.view().lane();
        check(!view.isShutDown() || view.isIdle(), "the view has not come to its end");
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise + ": " + pool.describe());
        }
    }

    @Override
    int interleavings() {
        return SteppedPool.INTERLEAVINGS;
    }

    @Override
    void specify(Options<?, ?> options) {
        options.verifier(EpsilonVerifier.class);
    }
}
