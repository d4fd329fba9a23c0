// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;

/** One run of the program in this JVM: its exit code, and what it wrote where. */
record Run(int exitCode, String out, String err) {
    private static final Pattern SUMMARY =
            Pattern.compile("(sequential|pool of \\d+): ([\\d,]+) files?, ([\\d,]+) bytes?, [\\d.]+ s, [\\d.]+ MB/s; "
                    + "([\\d,]+) mismatch(?:es)?, ([\\d,]+) problems?, ([\\d,]+) files? without checksum");

    static Run of(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine program =
                new RepoAudit().commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int exitCode = program.execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
        return new Run(exitCode, out.toString(), err.toString());
    }

    /** The lines that tell what was found. */
    List<String> findings() {
        return out.lines()
                .filter(line ->
                        !line.startsWith("auditing ") && !SUMMARY.matcher(line).find())
                .toList();
    }

    /** Files, bytes, mismatches, problems, files without checksum, as the last summary says. */
    List<Long> numbers() {
        List<Long> numbers = List.of();
        for (Matcher summary = SUMMARY.matcher(out); summary.find(); ) {
            numbers = Stream.of(2, 3, 4, 5, 6)
                    .map(group -> Long.parseLong(summary.group(group).replace(",", "")))
                    .toList();
        }
        return numbers;
    }
}
