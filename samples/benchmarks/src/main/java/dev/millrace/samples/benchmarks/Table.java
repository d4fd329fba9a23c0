// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The scores of one benchmark class in one cell on one JDK: by the circumstances, and by the contender. */
final class Table {
    private final Cell cell;
    private final String suite;
    private final Map<String, Map<String, Score>> rows = new LinkedHashMap<>();
    private final Set<String> contenders = new LinkedHashSet<>();

    private Table(Cell cell, String suite) {
        this.cell = cell;
        this.suite = suite;
    }

    /** One for each class, in the order of the scores; the rows in the order of their numbers. */
    static List<Table> of(Cell cell, List<Score> scores) {
        Map<String, List<Score>> bySuite =
                scores.stream().collect(Collectors.groupingBy(Score::suite, LinkedHashMap::new, Collectors.toList()));
        List<Table> tables = new ArrayList<>();
        bySuite.forEach((suite, its) -> {
            Table table = new Table(cell, suite);
            boolean severalMethods = its.stream().map(Score::method).distinct().count() > 1;
            its.stream()
                    .sorted(Comparator.comparing(score -> orderOf(score.circumstances())))
                    .forEach(score -> table.add(rowName(score, severalMethods), score));
            tables.add(table);
        });
        return tables;
    }

    private void add(String row, Score score) {
        Map<String, Score> byContender = rows.computeIfAbsent(row, name -> new LinkedHashMap<>());
        byContender.put(score.contender(), score);
        contenders.add(score.contender());
        cell.ideals().forEach((ideal, value) -> {
            byContender.put(ideal, new Score(score.benchmark(), Map.of("executor", ideal), value, 0, score.unit()));
            contenders.add(ideal);
        });
    }

    /** Sorts numbers as numbers. */
    private static String orderOf(Map<String, String> circumstances) {
        return circumstances.values().stream()
                .map(value -> String.format("%10s", value))
                .collect(Collectors.joining(" "));
    }

    private static String rowName(Score score, boolean withMethod) {
        List<String> parts = new ArrayList<>();
        if (withMethod) {
            parts.add(score.method());
        }
        score.circumstances().forEach((name, value) -> parts.add(name + " " + value));
        return parts.isEmpty() ? score.method() : String.join(", ", parts);
    }

    Cell cell() {
        return cell;
    }

    String suite() {
        return suite;
    }

    Set<String> rows() {
        return rows.keySet();
    }

    /** Ours first, then the others as they were measured. */
    List<String> contenders() {
        return contenders.stream()
                .sorted(Comparator.comparing(contender -> !isOurs(contender)))
                .toList();
    }

    List<String> ours() {
        return contenders().stream().filter(Table::isOurs).toList();
    }

    List<String> yardsticks() {
        return cell.yardsticks().stream().filter(contenders::contains).toList();
    }

    String unit(String row) {
        return rows.get(row).values().iterator().next().unit();
    }

    Optional<Score> score(String row, String contender) {
        return Optional.ofNullable(rows.get(row).get(contender));
    }

    /** The peer that took least; none if only we and outsiders were measured. */
    Optional<Score> bestPeer(String row) {
        return rows.get(row).values().stream()
                .filter(score -> !isOurs(score.contender()) && !cell.outsiders().contains(score.contender()))
                .min(Comparator.comparingDouble(Score::value));
    }

    /** How the best peer compares with the contender. */
    Optional<Ratio> againstBest(String row, String contender) {
        return bestPeer(row).flatMap(best -> score(row, contender).map(score -> Ratio.of(best, score)));
    }

    Optional<Ratio> against(String yardstick, String row, String contender) {
        return score(row, yardstick).flatMap(measure -> score(row, contender).map(score -> Ratio.of(measure, score)));
    }

    static boolean isOurs(String contender) {
        return contender.startsWith("MILLRACE");
    }
}
