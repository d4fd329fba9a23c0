// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.util.LinkedHashMap;
import java.util.Map;

/** For programs: one JSON object. */
final class JsonReport implements Report {
    @Override
    public String of(AuditResult result) {
        return Json.write(toMap(result)) + System.lineSeparator();
    }

    @Override
    public String of(Comparison comparison) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("sequential", toMap(comparison.sequential()));
        json.put("pool", toMap(comparison.pool()));
        json.put("ratio", rounded(comparison.ratio()));
        json.put("foundTheSame", comparison.foundTheSame());
        return Json.write(json) + System.lineSeparator();
    }

    private static Map<String, Object> toMap(AuditResult result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("directory", result.directory());
        json.put("mode", result.workers() == 0 ? "sequential" : "pool");
        json.put("workers", Math.max(1, result.workers()));
        json.put("complete", result.complete());
        json.put("files", result.files());
        json.put("bytes", result.bytes());
        json.put("seconds", rounded(result.seconds()));
        json.put("megabytesPerSecond", rounded(result.megabytesPerSecond()));
        json.put(
                "mismatches",
                result.mismatches().stream().map(JsonReport::toMap).toList());
        json.put("problems", result.problems().stream().map(JsonReport::toMap).toList());
        json.put("filesWithoutChecksum", result.filesWithoutChecksum());
        json.put("pathsWithoutChecksum", result.pathsWithoutChecksum());
        return json;
    }

    private static Map<String, Object> toMap(Verdict.Mismatch mismatch) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", mismatch.path());
        json.put("expected", mismatch.expected());
        json.put("found", mismatch.found());
        return json;
    }

    private static Map<String, Object> toMap(Verdict.Problem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", problem.path());
        json.put("reason", problem.reason());
        return json;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
