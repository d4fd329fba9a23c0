// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Draws a table as bars: how fast, or how sparing, each is as a multiple of ours. Higher is better, and a slow one is
 * a low bar that hides no other.
 */
final class Chart {
    private final Table table;
    private final CategoryChart chart;

    private Chart(Table table, int jdk) {
        this.table = table;
        chart = new CategoryChartBuilder()
                .width(1400)
                .height(600)
                .title("Cell " + table.cell().number() + ", JDK " + jdk + ": "
                        + table.cell().title().replace("`", ""))
                .yAxisTitle("speed, " + reference() + " = 1 (higher is better)")
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setXAxisLabelRotation(30);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setAvailableSpaceFill(0.85);
    }

    /** Where a table's chart is, beside the page. */
    static String name(ResultFile file, Table table) {
        return "jdk" + file.jdk() + "/cell-" + table.cell().number() + "-" + table.suite() + ".png";
    }

    /** Whether there was something to draw: a table without our own figure has none. */
    static boolean draw(Table table, ResultFile file, Path folder) throws IOException {
        if (table.ours().isEmpty()) {
            return false;
        }
        Chart chart = new Chart(table, file.jdk());
        if (table.rows().size() <= 2) {
            chart.addRows();
        } else {
            chart.addContenders();
        }
        Path png = folder.resolve(name(file, table));
        Files.createDirectories(png.getParent());
        ImageIO.write(BitmapEncoder.getBufferedImage(chart.chart), "png", png.toFile());
        return true;
    }

    private String reference() {
        return table.ours().get(0);
    }

    private void addContenders() {
        List<String> rows = new ArrayList<>(table.rows());
        for (String contender : table.contenders()) {
            chart.addSeries(
                    contender,
                    rows,
                    rows.stream().map(row -> speed(row, contender)).toList());
        }
    }

    private void addRows() {
        for (String row : table.rows()) {
            chart.addSeries(
                    row,
                    table.contenders(),
                    table.contenders().stream()
                            .map(contender -> speed(row, contender))
                            .toList());
        }
    }

    /** Zero, which is no bar, if it was not measured or nothing could be. */
    private double speed(String row, String contender) {
        Optional<Score> ours = table.score(row, reference());
        Optional<Score> score = table.score(row, contender);
        double speed = ours.isPresent() && score.isPresent()
                ? ours.get().value() / score.get().value()
                : 0;
        return Double.isFinite(speed) ? Math.max(0, speed) : 0;
    }
}
