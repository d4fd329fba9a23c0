// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The browser of this machine, without a window. */
record Chromium(Path program) {
    private static final long PATIENCE_SECONDS = 45;

    /** What a page became, and what it said on the console. */
    record Seen(String dom, String console) {}

    static Optional<Chromium> find() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Chromium::new);
    }

    /** Opens the page, lets its script run, and returns the document as it is then. {@code scratch} is written to. */
    Seen open(String url, Path scratch, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--enable-logging=stderr",
                "--user-data-dir=" + scratch.resolve("profile"),
                "--window-size=1200,800",
                "--virtual-time-budget=5000"));
        command.addAll(List.of(flags));
        command.addAll(List.of("--dump-dom", url));
        Path dom = scratch.resolve("dom");
        Path log = scratch.resolve("log");
        Process browser = new ProcessBuilder(command)
                .redirectOutput(dom.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            if (!browser.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the browser has not ended after " + PATIENCE_SECONDS + " s");
            }
        } finally {
            browser.destroyForcibly();
        }
        String console = String.join(
                "\n",
                Files.readAllLines(log).stream()
                        .filter(line -> line.contains("CONSOLE"))
                        .toList());
        return new Seen(Files.readString(dom), console);
    }
}
