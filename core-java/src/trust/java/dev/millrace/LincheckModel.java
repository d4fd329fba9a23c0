// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Operations that threads call on something of the pool's, and what it is to be like when one thread calls them. Three
 * threads with three operations each; 20 random scenarios with 1,000 interleavings, or, in the long form, 100 with 5,000
 * (a quarter of them where each takes long).
 * In one test Lincheck decides when threads switch, and says which switches broke the model; in the other the machine
 * decides, which meets what Lincheck cannot follow.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
public abstract class LincheckModel {
    private static final int RUNS = 1_000;
    /** In the long form both numbers, of scenarios and of interleavings, grow by this. */
    private static final int FACTOR = Trust.IS_LONG ? 5 : 1;

    /** Says what the results of the operations have to be like; beside that, methods with {@code Validate} look after each scenario. */
    abstract void specify(Options<?, ?> options);

    /** How many interleavings of a scenario are looked at in the short form; fewer where each takes ten milliseconds. */
    int interleavings() {
        return RUNS;
    }

    @BeforeEach
    void lincheckFindsRacesOnThisJdk() {
        assumeTrue(Runtime.version().feature() < 25, "Lincheck 3.7 misses races on JDK 25");
    }

    @Test
    void modelChecking() {
        var options = new ModelCheckingOptions().invocationsPerIteration(interleavings() * FACTOR);
        // The JDK's collections stand under locks here, and are the greater part of what there is to follow. Those of
        // their methods that call back are followed.
        options.addGuarantee(ManagedStrategyGuaranteeKt.forClasses(LincheckModel::isCollection)
                .methods((String method) -> !method.equals("forEach") && !method.equals("removeIf"))
                .ignore());
        // It recurses, on purpose, as deep as no code of a data structure does.
        options.addGuarantee(ManagedStrategyGuaranteeKt.forClasses(StackRoom.class.getName())
                .allMethods()
                .ignore());
        check(options);
    }

    @Test
    void stress() {
        check(new StressOptions().invocationsPerIteration(RUNS * FACTOR));
    }

    private static boolean isCollection(String className) {
        return className.startsWith("java.util.") && !className.startsWith("java.util.concurrent.");
    }

    private void check(Options<?, ?> options) {
        specify(options);
        options.threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                // What is done afterwards may make good what was done wrong.
                .actorsAfter(0)
                .iterations(20 * FACTOR)
                .check(getClass());
    }
}
