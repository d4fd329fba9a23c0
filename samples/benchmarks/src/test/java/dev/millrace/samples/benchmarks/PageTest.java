// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
    private static final Cell CELL =
            Cell.cell(1, "Something").against("THREAD_POOL").outside("IDEAL").ideal("IDEAL", 50);

    @TempDir
    private Path folder;

    @Test
    void manyRowsHaveTheContendersSideBySideWithRatiosAtTheEnd() throws IOException {
        ResultFile file = file(
                17,
                result("A.b", "THREAD_POOL", "16", "300", "0"),
                result("A.b", "MILLRACE", "16", "200", "0"),
                result("A.b", "JETTY", "16", "150", "0"),
                result("A.b", "MILLRACE", "1", "100", "4"),
                result("A.b", "THREAD_POOL", "1", "200", "6"),
                result("A.b", "JETTY", "1", "400", "\"NaN\""),
                result("A.b", "MILLRACE", "4", "1.234", "\"NaN\""));

        assertEquals("""
                | A | unit | MILLRACE | IDEAL | THREAD_POOL | JETTY | best peer / MILLRACE | THREAD_POOL / MILLRACE |
                |---|---:|---:|---:|---:|---:|---:|---:|
                | workers 1 | us/op | 100 ± 4.00 | 50.0 | 200 ± 6.00 | 400 | **2.00 ± 0.10** | **2.00 ± 0.10** |
                | workers 4 | us/op | 1.23 | 50.0 | – | – | – | – |
                | workers 16 | us/op | 200 | 50.0 | 300 | 150 | 0.75 | **1.50** |
                """, table(file));
    }

    @Test
    void fewRowsHaveTheContendersBelowEachOther() throws IOException {
        ResultFile file = file(
                17,
                result("A.b", "THREAD_POOL", "1", "300", "0"),
                result("A.b", "MILLRACE", "1", "200", "0"),
                result("A.b", "JETTY", "1", "100", "0"));

        assertEquals("""
                | A | workers 1, us/op | best peer / it | THREAD_POOL / it |
                |---|---:|---:|---:|
                | MILLRACE | 200 | 0.50 | **1.50** |
                | THREAD_POOL | 300 | 0.33 | **1.00** |
                | IDEAL | 50.0 | **2.00** | **6.00** |
                | JETTY | 100 | **1.00** | **3.00** |
                """, table(file));
    }

    @Test
    void jdksStandBelowEachOtherWhateverTheOrderOfTheFiles() throws IOException {
        ResultFile newer = file(25, result("A.b", "MILLRACE", "1", "1", "0"));
        ResultFile older = file(17, result("A.b", "MILLRACE", "1", "2", "0"));

        List<String> headings = Page.of(List.of(CELL), List.of(newer, older), List.of())
                .lines()
                .filter(line -> line.startsWith("#"))
                .toList();

        assertEquals(List.of("# Results", "## 1. Something", "### JDK 17", "### JDK 25"), headings);
    }

    @Test
    void aPieceMeasuredAgainReplacesOnlyItself() throws IOException {
        Path path = ResultFile.in(folder, 1);
        ResultFile first = ResultFile.openOrNew(path, 1, "Report");
        first.put(result("A.b", "MILLRACE", "1", "1", "0"));
        first.put(result("A.b", "JETTY", "1", "2", "0"));
        first.write(path);
        ResultFile second = ResultFile.openOrNew(path, 1, "Report");
        second.put(result("A.b", "MILLRACE", "1", "3", "0"));
        second.write(path);

        List<Score> scores = ResultFile.read(path).scores();

        assertEquals(
                List.of("JETTY 2.0", "MILLRACE 3.0"),
                scores.stream()
                        .map(score -> score.contender() + " " + score.value())
                        .toList());
    }

    @Test
    void theMachinesFoldersAreNotWritten() throws IOException {
        Path path = ResultFile.in(folder, 1);
        ResultFile file = ResultFile.openOrNew(path, 1, "Report");
        JsonObject result = result("A.b", "MILLRACE", "1", "1", "0");
        result.addProperty("jvm", "/opt/jdk/bin/java");
        result.addProperty("jvmArgs", "-Dhome=/home/me");
        file.put(result);
        file.write(path);

        String json = Files.readString(path);
        assertFalse(json.contains("/opt") || json.contains("/home"), json);
    }

    @Test
    void aChartIsDrawnForWhatHasOurFigure() throws IOException {
        ResultFile file = file(17, result("A.b", "MILLRACE", "1", "1", "0"), result("A.b", "JETTY", "1", "2", "0"));
        ResultFile without = file(17, result("A.b", "JETTY", "1", "2", "0"));
        Table table = Table.of(CELL, file.scores()).get(0);

        assertTrue(Chart.draw(table, file, folder));
        assertTrue(Files.size(folder.resolve(Chart.name(file, table))) > 0);
        assertFalse(Chart.draw(Table.of(CELL, without.scores()).get(0), without, folder));
    }

    @Test
    void cellsAreNumberedFromOneAndAWholeRunTakesLessThanNinetyMinutes() {
        List<Cell> cells = Cell.all();

        assertEquals(
                IntStream.rangeClosed(1, 13).boxed().toList(),
                cells.stream().map(Cell::number).toList());
        double minutes = cells.stream().mapToDouble(cell -> cell.seconds(3)).sum() / 60;
        assertTrue(minutes < 90, () -> minutes + " minutes");
    }

    private String table(ResultFile file) {
        return Page.of(List.of(CELL), List.of(file), List.of())
                .lines()
                .filter(line -> line.startsWith("|"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private ResultFile file(int jdk, JsonObject... results) throws IOException {
        Path path = folder.resolve("jdk" + jdk + ".json");
        Files.writeString(path, """
                {"cell": 1, "jdk": %d, "date": "2026-11-21", "command": "Report",
                 "machine": {"processors": 2, "system": "Linux amd64", "jvm": "VM"}, "results": %s}
                """.formatted(jdk, List.of(results)));
        return ResultFile.read(path);
    }

    private static JsonObject result(String name, String executor, String workers, String score, String error) {
        return JsonParser.parseString("""
                        {"benchmark": "dev.millrace.%s", "params": {"executor": "%s", "workers": "%s"},
                         "primaryMetric": {"score": %s, "scoreError": %s, "scoreUnit": "us/op"}}
                        """.formatted(name, executor, workers, score, error))
                .getAsJsonObject();
    }
}
