// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes results as Markdown: for each cell and JDK a table, with all the losers. */
final class Page {
    private static final String HEAD = """
            # Results

            How many microseconds, or what the unit says, each took, with JMH's error (99.9 %); less is better. Ratios tell how
            many times as much the best peer, or the one that is named, took: from 1 on we are level or ahead, and **bold**
            where that is so within the error of both.
            """;
    private static final String COMMAND =
            "Made by `java -cp samples/benchmarks/target/benchmarks.jar " + Report.class.getName() + "`.";

    private final StringBuilder text = new StringBuilder(HEAD + "\n" + COMMAND + "\n");

    private Page() {}

    /**
     * @param files in any order
     * @param charts names of the charts' files, by cell, JDK and benchmark class: {@link Chart#name}
     */
    static String of(List<Cell> cells, List<ResultFile> files, List<String> charts) {
        Page page = new Page();
        page.machines(files);
        for (Cell cell : cells) {
            Map<Integer, ResultFile> byJdk = new TreeMap<>();
            files.stream().filter(file -> file.cell() == cell.number()).forEach(file -> byJdk.put(file.jdk(), file));
            if (!byJdk.isEmpty()) {
                page.text
                        .append("\n## ")
                        .append(cell.number())
                        .append(". ")
                        .append(cell.title())
                        .append('\n');
                byJdk.values().forEach(file -> page.cell(cell, file, charts));
            }
        }
        return page.text.toString();
    }

    private void machines(List<ResultFile> files) {
        text.append('\n');
        files.stream().map(ResultFile::machine).distinct().sorted().forEach(machine -> text.append("- ")
                .append(machine)
                .append('\n'));
    }

    private void cell(Cell cell, ResultFile file, List<String> charts) {
        text.append("\n### JDK ").append(file.jdk()).append("\n\n");
        text.append(file.date()).append(", `").append(file.command()).append("`\n");
        for (Table table : Table.of(cell, file.scores())) {
            text.append('\n');
            if (table.rows().size() <= 2) {
                contendersBelowEachOther(table);
            } else {
                contendersSideBySide(table);
            }
            String chart = Chart.name(file, table);
            if (charts.contains(chart)) {
                text.append("\n![")
                        .append(table.suite())
                        .append("](")
                        .append(chart)
                        .append(")\n");
            }
        }
    }

    private void contendersSideBySide(Table table) {
        List<String> head = new ArrayList<>(List.of(table.suite(), "unit"));
        head.addAll(table.contenders());
        for (String ours : table.ours()) {
            head.add("best peer / " + ours);
            table.yardsticks().forEach(yardstick -> head.add(yardstick + " / " + ours));
        }
        line(head);
        rule(head.size());
        for (String row : table.rows()) {
            List<String> line = new ArrayList<>(List.of(row, table.unit(row)));
            table.contenders().forEach(contender -> line.add(text(table.score(row, contender))));
            for (String ours : table.ours()) {
                line.add(ratio(table.againstBest(row, ours)));
                table.yardsticks().forEach(yardstick -> line.add(ratio(table.against(yardstick, row, ours))));
            }
            line(line);
        }
    }

    private void contendersBelowEachOther(Table table) {
        List<String> head = new ArrayList<>(List.of(table.suite()));
        for (String row : table.rows()) {
            head.add(row + ", " + table.unit(row));
            head.add("best peer / it");
            table.yardsticks().forEach(yardstick -> head.add(yardstick + " / it"));
        }
        line(head);
        rule(head.size());
        for (String contender : table.contenders()) {
            List<String> line = new ArrayList<>(List.of(contender));
            for (String row : table.rows()) {
                line.add(text(table.score(row, contender)));
                line.add(ratio(table.againstBest(row, contender)));
                table.yardsticks().forEach(yardstick -> line.add(ratio(table.against(yardstick, row, contender))));
            }
            line(line);
        }
    }

    private void line(List<String> entries) {
        text.append(entries.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    private void rule(int columns) {
        text.append("|---").append("|---:".repeat(columns - 1)).append("|\n");
    }

    private static String text(Optional<Score> score) {
        return score.map(it -> number(it.value()) + spread(it.error())).orElse("–");
    }

    private static String ratio(Optional<Ratio> ratio) {
        return ratio.filter(it -> it.value() > 0)
                .map(it -> it.isLevel() ? "**" + text(it) + "**" : text(it))
                .orElse("–");
    }

    private static String text(Ratio ratio) {
        if (Double.isInfinite(ratio.value())) {
            return "∞";
        }
        boolean exact = Double.isNaN(ratio.error()) || ratio.error() == 0;
        return fixed(ratio.value(), 2) + (exact ? "" : " ± " + fixed(ratio.error(), 2));
    }

    private static String spread(double error) {
        return Double.isNaN(error) || error == 0 ? "" : " ± " + number(error);
    }

    /** Three digits or all before the point. */
    private static String number(double value) {
        double size = Math.abs(value);
        return fixed(value, size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
    }

    private static String fixed(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
