package dev.millrace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** What a promise's maker wrote before is seen by whoever joins. */
@JCStressTest
@Outcome(id = "42", expect = Expect.ACCEPTABLE, desc = "what was written before")
@State
public class PublicationStress {
    private final TaskPromise<int[]> promise = new TaskPromise<>();

    @Actor
    public void succeed() {
        int[] value = new int[1];
        value[0] = 42;
        promise.succeed(value);
    }

    @Actor
    public void join(I_Result result) {
        result.r1 = promise.future().join()[0];
    }
}
