// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.nio.file.Path;
import java.util.Locale;

/** For people. */
final class TextReport implements Report {
    @Override
    public String of(AuditResult result) {
        return findings(result) + summary(result);
    }

    @Override
    public String of(Comparison comparison) {
        String changed = comparison.foundTheSame()
                ? ""
                : format(
                        "%s%nthe two passes found different things: the directory changed between them%n",
                        findings(comparison.sequential()).stripTrailing());
        return changed
                + findings(comparison.pool())
                + summary(comparison.sequential())
                + summary(comparison.pool())
                + format(
                        "ratio: the pool was %.2f times as fast"
                                + " (one pass to warm up, not measured; then sequential; then the pool)%n",
                        comparison.ratio());
    }

    private static String findings(AuditResult result) {
        StringBuilder text = new StringBuilder();
        for (Verdict.Mismatch mismatch : result.mismatches()) {
            text.append(format(
                    "MISMATCH %s%n    expected %s%n    found    %s%n",
                    oneLine(mismatch.path()), mismatch.expected(), mismatch.found()));
        }
        for (Verdict.Problem problem : result.problems()) {
            text.append(format("PROBLEM %s: %s%n", oneLine(problem.path()), oneLine(problem.reason())));
        }
        for (Path path : result.pathsWithoutChecksum()) {
            text.append(format("WITHOUT CHECKSUM %s%n", oneLine(path)));
        }
        return text.toString();
    }

    private static String summary(AuditResult result) {
        return format(
                "%s%s: %s, %s, %.3f s, %.1f MB/s; %s, %s, %s without checksum%n",
                result.complete() ? "" : "INTERRUPTED, so far ",
                who(result.workers()),
                count(result.files(), "file", "files"),
                count(result.bytes(), "byte", "bytes"),
                result.seconds(),
                result.megabytesPerSecond(),
                count(result.mismatches().size(), "mismatch", "mismatches"),
                count(result.problems().size(), "problem", "problems"),
                count(result.filesWithoutChecksum(), "file", "files"));
    }

    private static String count(long n, String one, String many) {
        return format("%,d %s", n, n == 1 ? one : many);
    }

    static String who(int workers) {
        return workers == 0 ? "sequential" : "pool of " + workers;
    }

    /** No file's name can look like a line of the report. */
    private static String oneLine(Object text) {
        return text.toString().replaceAll("\\p{Cntrl}", "?");
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
