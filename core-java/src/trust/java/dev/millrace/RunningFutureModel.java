package dev.millrace;

import org.jetbrains.lincheck.datastructures.Options;

/** {@link FutureModel}, of a task that runs when all begins: what meets its end are cancels and interrupts. */
public class RunningFutureModel extends FutureModel {
    public RunningFutureModel() {
        claim(0);
    }

    @Override
    void specify(Options<?, ?> options) {
        options.sequentialSpecification(Running.class);
    }

    /** What it is to be like. */
    public static class Running extends Sequential {
        public Running() {
            claim(0);
        }
    }
}
