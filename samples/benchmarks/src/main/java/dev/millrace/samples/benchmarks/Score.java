// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One measured figure, of which less is better. In JSON it has JMH's shape.
 *
 * @param benchmark class and method, without package
 * @param params what was measured, {@code executor} or {@code way} among them
 * @param error half the width of JMH's confidence interval (99.9 %), or NaN if there was one measurement only
 */
record Score(String benchmark, Map<String, String> params, double value, double error, String unit) {
    Score {
        params = Collections.unmodifiableMap(new TreeMap<>(params));
    }

    /** Reads one of JMH's results. */
    static Score of(JsonObject result) {
        Map<String, String> params = new TreeMap<>();
        if (result.has("params")) {
            result.getAsJsonObject("params")
                    .entrySet()
                    .forEach(
                            param -> params.put(param.getKey(), param.getValue().getAsString()));
        }
        return of(result, params, result.getAsJsonObject("primaryMetric"));
    }

    static Score of(JsonObject result, Map<String, String> params, JsonObject metric) {
        String name = result.get("benchmark").getAsString();
        int packageEnd = name.lastIndexOf('.', name.lastIndexOf('.') - 1);
        return new Score(
                name.substring(packageEnd + 1),
                params,
                number(metric.get("score")),
                number(metric.get("scoreError")),
                metric.get("scoreUnit").getAsString());
    }

    /** JMH writes "NaN" as a text. */
    private static double number(JsonElement value) {
        return Double.parseDouble(value.getAsString());
    }

    JsonObject toJson() {
        JsonObject metric = new JsonObject();
        metric.add("score", json(value));
        metric.add("scoreError", json(error));
        metric.addProperty("scoreUnit", unit);
        JsonObject names = new JsonObject();
        params.forEach(names::addProperty);
        JsonObject result = new JsonObject();
        result.addProperty("benchmark", benchmark);
        result.add("params", names);
        result.add("primaryMetric", metric);
        return result;
    }

    private static JsonPrimitive json(double number) {
        return Double.isFinite(number) ? new JsonPrimitive(number) : new JsonPrimitive("NaN");
    }

    /** The benchmark's class: the scores of one are one table. */
    String suite() {
        return benchmark.substring(0, benchmark.indexOf('.'));
    }

    String method() {
        return benchmark.substring(benchmark.indexOf('.') + 1);
    }

    /** Which of those that are compared. */
    String contender() {
        return params.getOrDefault("executor", params.getOrDefault("way", "?"));
    }

    /** What the contenders have in common. */
    Map<String, String> circumstances() {
        Map<String, String> rest = new TreeMap<>(params);
        rest.remove("executor");
        rest.remove("way");
        return rest;
    }

    boolean measuresTheSameAs(Score other) {
        return benchmark.equals(other.benchmark) && params.equals(other.params);
    }
}
