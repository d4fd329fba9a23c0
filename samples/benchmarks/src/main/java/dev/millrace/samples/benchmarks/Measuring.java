// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.ListStatistics;

/** Measures one cell and puts what it finds into the cell's file at once, so that an end halfway loses little. */
final class Measuring {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private final ResultFile results;
    private final Path file;
    private final int forks;
    private final boolean quick;
    private final List<String> missing = new ArrayList<>();

    Measuring(ResultFile results, Path file, int forks, boolean quick) {
        this.results = results;
        this.file = file;
        this.forks = forks;
        this.quick = quick;
    }

    /** Returns what could not be measured. */
    List<String> run(Cell cell) throws IOException, InterruptedException {
        for (Cell.Program program : cell.programs()) {
            run(program);
        }
        for (Cell.Suite suite : cell.suites()) {
            for (String method : suite.methods()) {
                for (Map<String, String> combination : combinations(suite.grid())) {
                    run(suite, method, combination);
                }
            }
        }
        return missing;
    }

    /** The contenders run one after the other in what is the same otherwise, so that they meet the same machine. */
    private void run(Cell.Suite suite, String method, Map<String, String> combination) throws IOException {
        List<String> contenders = suite.contenders().stream()
                .filter(contender -> !contender.equals("VIRTUAL") || Peer.VIRTUAL.isHere())
                .toList();
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + suite.benchmark().getSimpleName() + "\\." + (method.isEmpty() ? "" : method + "$"))
                .param(suite.axis(), contenders.toArray(String[]::new));
        combination.forEach(options::param);
        options.forks(forks)
                .jvmArgsAppend("-Xms2g", "-Xmx2g", "-D" + Work.NANOS_PER_TOKEN + "=" + Work.nanosPerToken());
        if (suite.allocation()) {
            options.addProfiler(GCProfiler.class);
        }
        if (quick) {
            options.forks(0).warmupIterations(0).measurementIterations(1).measurementTime(TimeValue.milliseconds(10));
        }
        Collection<RunResult> found;
        try {
            found = new Runner(options.build()).run();
        } catch (RunnerException e) {
            missing.add(suite.benchmark().getSimpleName() + " " + combination + ": " + e.getMessage());
            return;
        }
        if (found.size() < contenders.size()) {
            missing.add(suite.benchmark().getSimpleName() + " " + combination + ": " + found.size() + " of "
                    + contenders.size() + " results");
        }
        for (JsonElement result : json(found)) {
            results.put(suite.allocation() ? allocation(result.getAsJsonObject()) : result.getAsJsonObject());
        }
        results.write(file);
    }

    private static JsonArray json(Collection<RunResult> found) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(ResultFormatType.JSON, new PrintStream(json, true, StandardCharsets.UTF_8))
                .writeOut(found);
        return JsonParser.parseString(json.toString(StandardCharsets.UTF_8)).getAsJsonArray();
    }

    /** Bytes for each task, from JMH's bytes for each 1,000. */
    static JsonObject allocation(JsonObject result) {
        JsonObject profiled = result.getAsJsonObject("secondaryMetrics");
        String key = profiled.keySet().stream()
                .filter(name -> name.endsWith(ALLOCATED))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + ALLOCATED + " among " + profiled.keySet()));
        Score time = Score.of(result);
        Score bytes = Score.of(result, time.params(), profiled.getAsJsonObject(key));
        return new Score(
                        "Memory.allocatedPerSubmit",
                        Map.of("executor", time.contender()),
                        bytes.value() / SubmitBenchmark.TASKS,
                        bytes.error() / SubmitBenchmark.TASKS,
                        "B/task")
                .toJson();
    }

    private void run(Cell.Program program) throws IOException, InterruptedException {
        Map<String, List<Score>> runs = new LinkedHashMap<>();
        for (int fork = 0; fork < (quick ? 1 : forks); fork++) {
            for (Score score : runOnce(program)) {
                runs.computeIfAbsent(score.benchmark() + " " + score.contender(), key -> new ArrayList<>())
                        .add(score);
            }
        }
        runs.values().forEach(scores -> results.put(mean(scores).toJson()));
        results.write(file);
    }

    private List<Score> runOnce(Cell.Program program) throws IOException, InterruptedException {
        Path json = Files.createTempFile("rows", ".json");
        try {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(program.jvmFlags());
            command.addAll(List.of(
                    "-cp", System.getProperty("java.class.path"), program.main().getName()));
            command.addAll(List.of("--json", json.toString()));
            if (quick) {
                command.add("--quick");
            }
            int status = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (status != 0) {
                missing.add(program.main().getSimpleName() + " ended with " + status);
                return List.of();
            }
            List<Score> scores = new ArrayList<>();
            JsonParser.parseString(Files.readString(json))
                    .getAsJsonArray()
                    .forEach(row -> scores.add(Score.of(row.getAsJsonObject())));
            return scores;
        } finally {
            Files.delete(json);
        }
    }

    /** With the error as JMH gives it. */
    static Score mean(List<Score> scores) {
        double[] values = scores.stream().mapToDouble(Score::value).toArray();
        ListStatistics statistics = new ListStatistics(values);
        double error = values.length > 2 ? statistics.getMeanErrorAt(0.999) : Double.NaN;
        Score first = scores.get(0);
        return new Score(first.benchmark(), first.params(), statistics.getMean(), error, first.unit());
    }

    /** Each value of each parameter with each of the others. */
    static List<Map<String, String>> combinations(Map<String, List<String>> grid) {
        List<Map<String, String>> combinations = List.of(Map.of());
        for (Map.Entry<String, List<String>> param : new TreeMap<>(grid).entrySet()) {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> combination : combinations) {
                for (String value : param.getValue()) {
                    Map<String, String> longer = new TreeMap<>(combination);
                    longer.put(param.getKey(), value);
                    more.add(longer);
                }
            }
            combinations = more;
        }
        return combinations;
    }
}
