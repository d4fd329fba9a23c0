// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatioTest {
    @Test
    void aPeerThatTakesTwiceAsLongIsTwo() {
        assertEquals(2, Ratio.of(score("PEER", 20, 0), score("MILLRACE", 10, 0)).value());
    }

    @Test
    void relativeErrorsAddUpAsSquares() {
        // 3 % and 4 % are 5 % of 2.
        Ratio ratio = Ratio.of(score("PEER", 200, 6), score("MILLRACE", 100, 4));

        assertEquals(0.1, ratio.error(), 1e-12);
    }

    @Test
    void oneUnknownErrorMakesTheRatiosUnknown() {
        Ratio ratio = Ratio.of(score("PEER", 20, Double.NaN), score("MILLRACE", 10, 1));

        assertTrue(Double.isNaN(ratio.error()));
        assertTrue(ratio.isLevel());
    }

    @Test
    void levelIsWhatReachesOneWithinTheError() {
        assertTrue(new Ratio(0.95, 0.05).isLevel());
        assertFalse(new Ratio(0.95, 0.04).isLevel());
        assertFalse(new Ratio(0.99, Double.NaN).isLevel());
    }

    @Test
    void againstItselfThereIsNoError() {
        assertEquals(new Ratio(1, 0), Ratio.of(score("PEER", 20, 3), score("PEER", 20, 3)));
    }

    @Test
    void runsOfAProgramHaveTheErrorThatJmhWouldGive() {
        Score mean = Measuring.mean(List.of(score("PEER", 9, 0), score("PEER", 10, 0), score("PEER", 11, 0)));

        assertEquals(10, mean.value());
        // Student's t for 99.9 % and two degrees of freedom, times the standard error of 1 / sqrt(3).
        assertEquals(31.599 / Math.sqrt(3), mean.error(), 1e-3);
        assertTrue(Double.isNaN(Measuring.mean(List.of(score("PEER", 9, 0))).error()));
    }

    @Test
    void allocationIsToldByTheTask() {
        Score bytes = Score.of(Measuring.allocation(JsonParser.parseString("""
                                        {"benchmark": "a.SubmitBenchmark.submitAndGet", "params": {"executor": "PEER", "workers": "2"},
                                         "primaryMetric": {"score": 1, "scoreError": "NaN", "scoreUnit": "us/op"},
                                         "secondaryMetrics": {"·gc.alloc.rate.norm": {"score": 32000, "scoreError": 100, "scoreUnit": "B/op"}}}
                                        """).getAsJsonObject()));

        assertEquals(new Score("Memory.allocatedPerSubmit", Map.of("executor", "PEER"), 32, 0.1, "B/task"), bytes);
    }

    @Test
    void aGridIsEachValueWithEachOther() {
        assertEquals(
                List.of(
                        Map.of("producers", "1", "workers", "1"),
                        Map.of("producers", "1", "workers", "8"),
                        Map.of("producers", "2", "workers", "1"),
                        Map.of("producers", "2", "workers", "8")),
                Measuring.combinations(Map.of("workers", List.of("1", "8"), "producers", List.of("1", "2"))));
    }

    private static Score score(String executor, double value, double error) {
        return new Score("Some.method", Map.of("executor", executor), value, error, "us/op");
    }
}
