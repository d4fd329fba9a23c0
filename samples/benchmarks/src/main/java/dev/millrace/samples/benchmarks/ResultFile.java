// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The results of one cell on one JDK: JMH's JSON, without what names this machine's folders, and how it came about.
 * A result takes the place of an earlier one of the same benchmark and parameters, so that a cell can be measured in pieces.
 */
final class ResultFile {
    private final JsonObject content;

    private ResultFile(JsonObject content) {
        this.content = content;
    }

    static ResultFile read(Path file) throws IOException {
        return new ResultFile(JsonParser.parseString(Files.readString(file)).getAsJsonObject());
    }

    /** What stands in the file, if it exists, as measured again now, by this command and the JDK that runs. */
    static ResultFile openOrNew(Path file, int cell, String command) throws IOException {
        JsonObject machine = new JsonObject();
        machine.addProperty("processors", Runtime.getRuntime().availableProcessors());
        machine.addProperty("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.addProperty("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        JsonObject content = new JsonObject();
        content.addProperty("cell", cell);
        content.addProperty("jdk", Runtime.version().feature());
        content.addProperty("date", LocalDate.now(ZoneOffset.UTC).toString());
        content.addProperty("command", command);
        content.add("machine", machine);
        content.add("results", Files.exists(file) ? read(file).results() : new JsonArray());
        return new ResultFile(content);
    }

    static Path in(Path folder, int cell) {
        return folder.resolve("jdk" + Runtime.version().feature()).resolve("cell-" + cell + ".json");
    }

    void put(JsonObject result) {
        result.remove("jvm");
        result.remove("jvmArgs");
        // They can be had from the raw data.
        result.getAsJsonObject("primaryMetric").remove("scorePercentiles");
        Score added = Score.of(result);
        JsonArray kept = new JsonArray();
        for (JsonElement old : results()) {
            if (!Score.of(old.getAsJsonObject()).measuresTheSameAs(added)) {
                kept.add(old);
            }
        }
        kept.add(result);
        content.add("results", kept);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, toJson());
    }

    /** One line for each result, so that a change can be read. */
    private String toJson() {
        StringBuilder json = new StringBuilder("{\n");
        for (String key : content.keySet()) {
            if (!key.equals("results")) {
                json.append(new Gson().toJson(key))
                        .append(": ")
                        .append(content.get(key))
                        .append(",\n");
            }
        }
        json.append("\"results\": [\n");
        for (Iterator<JsonElement> each = results().iterator(); each.hasNext(); ) {
            json.append(each.next()).append(each.hasNext() ? ",\n" : "\n");
        }
        return json.append("]\n}\n").toString();
    }

    List<Score> scores() {
        List<Score> scores = new ArrayList<>();
        results().forEach(result -> scores.add(Score.of(result.getAsJsonObject())));
        return scores;
    }

    private JsonArray results() {
        return content.getAsJsonArray("results");
    }

    int cell() {
        return content.get("cell").getAsInt();
    }

    int jdk() {
        return content.get("jdk").getAsInt();
    }

    String date() {
        return content.get("date").getAsString();
    }

    String command() {
        return content.get("command").getAsString();
    }

    /** Such as: 2 processors, Linux amd64, OpenJDK 64-Bit Server VM 17.0.15+6. */
    String machine() {
        JsonObject machine = content.getAsJsonObject("machine");
        return machine.get("processors").getAsInt() + " processors, "
                + machine.get("system").getAsString() + ", "
                + machine.get("jvm").getAsString();
    }
}
