// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What a program that is no JMH benchmark found: printed as it comes, and written as JSON if asked for. */
final class Rows {
    @Option(names = "--quick", description = "a short run, whose figures mean nothing")
    boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "write the figures there, in JMH's shape")
    private Path file;

    @Option(names = "--help", usageHelp = true, description = "show this and end")
    boolean help;

    private final JsonArray rows = new JsonArray();

    void add(String benchmark, String contender, double value, String unit) {
        Score score = new Score(benchmark, Map.of("executor", contender), value, Double.NaN, unit);
        System.out.printf("%-28s %-16s %,14.3f %s%n", benchmark, contender, value, unit);
        rows.add(score.toJson());
    }

    void write() throws IOException {
        if (file != null) {
            Files.writeString(
                    file, new GsonBuilder().setPrettyPrinting().create().toJson(rows));
        }
    }

    /** The peers that can be held: all but virtual threads. */
    static List<Peer> peers() {
        return List.of(
                Peer.MILLRACE,
                Peer.THREAD_POOL,
                Peer.THREAD_POOL_LTQ,
                Peer.FORK_JOIN,
                Peer.FORK_JOIN_ASYNC,
                Peer.GUAVA,
                Peer.JETTY,
                Peer.KOTLINX_DEFAULT);
    }
}
