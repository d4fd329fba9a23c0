// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures cells on the JDK that runs it, and writes the page and its charts from all that was ever measured. */
@Command(
        name = "Report",
        description =
                "Measures the cells on this JDK and writes RESULTS.md with its charts from all results there are.")
public final class Report implements Callable<Integer> {
    @Option(names = "--cells", split = ",", paramLabel = "N", description = "which cells, such as 1,2,9 (default: all)")
    private List<Integer> numbers = new ArrayList<>();

    @Option(names = "--forks", description = "JVMs for each benchmark (default: ${DEFAULT-VALUE})")
    private int forks = 3;

    @Option(names = "--quick", description = "everything for a moment, in this JVM; the figures mean nothing")
    private boolean quick;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "where the results are (default: samples/benchmarks/results; with --quick, a folder in target)")
    private Path out;

    @Option(
            names = "--from",
            arity = "0..*",
            paramLabel = "FILE",
            description = "measure nothing; write the page from these files, or, if none is named, from all in --out")
    private List<Path> from;

    @Option(names = "--help", usageHelp = true, description = "show this and end")
    boolean help;

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.exit(new CommandLine(new Report()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (out == null) {
            out = Path.of("samples/benchmarks", quick ? "target/quick" : "results");
        }
        List<String> missing = from == null ? measure() : List.of();
        writePage(from == null || from.isEmpty() ? allFiles() : from);
        missing.forEach(what -> System.err.println("no result: " + what));
        return missing.isEmpty() ? 0 : 1;
    }

    private List<String> measure() throws IOException, InterruptedException {
        List<Cell> cells = Cell.all().stream()
                .filter(cell -> numbers.isEmpty() || numbers.contains(cell.number()))
                .toList();
        if (!quick) {
            double seconds =
                    cells.stream().mapToDouble(cell -> cell.seconds(forks)).sum();
            System.out.printf(
                    "cells %s, about %.0f minutes%n",
                    cells.stream().map(Cell::number).toList(), seconds / 60);
            System.setProperty(Work.NANOS_PER_TOKEN, Double.toString(Work.nanosPerToken()));
        }
        List<String> missing = new ArrayList<>();
        for (Cell cell : cells) {
            Path file = ResultFile.in(out, cell.number());
            ResultFile results = ResultFile.openOrNew(file, cell.number(), command(cell));
            missing.addAll(new Measuring(results, file, forks, quick).run(cell));
        }
        return missing;
    }

    /** What would measure this cell again. */
    private String command(Cell cell) {
        return "Report --cells " + cell.number() + (quick ? " --quick" : " --forks " + forks);
    }

    private List<Path> allFiles() throws IOException {
        try (Stream<Path> files = Files.walk(out)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private void writePage(List<Path> paths) throws IOException {
        List<ResultFile> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(ResultFile.read(path));
        }
        files.sort(Comparator.comparing(ResultFile::cell).thenComparing(ResultFile::jdk));
        List<String> charts = new ArrayList<>();
        List<Cell> cells = Cell.all();
        for (ResultFile file : files) {
            Cell cell = cells.get(file.cell() - 1);
            for (Table table : Table.of(cell, file.scores())) {
                if (Chart.draw(table, file, out)) {
                    charts.add(Chart.name(file, table));
                }
            }
        }
        Path page = out.resolve("RESULTS.md");
        Files.writeString(page, Page.of(cells, files, charts));
        System.out.println("wrote " + page);
    }
}
