// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** README, or a guide in docs. */
final class Page {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String FENCE = "```";
    private static final Pattern LINK = Pattern.compile("]\\(([^)]+)\\)|<img src=\"([^\"]+)\"");

    final Path file;
    final String text;

    private Page(Path file) throws IOException {
        this.file = file;
        text = Files.readString(file);
    }

    static Page readme() throws IOException {
        return new Page(ROOT.resolve("README.md"));
    }

    static Page guide(String name) throws IOException {
        return new Page(ROOT.resolve("docs").resolve(name));
    }

    /** README and all guides. */
    static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>(List.of(readme()));
        try (var files = Files.list(ROOT.resolve("docs"))) {
            // A picture is no page.
            for (Path file : files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                pages.add(new Page(file));
            }
        }
        return pages;
    }

    /** What stands between fences of that language. Fails on a fence of which nobody knows the language. */
    List<String> snippets(String language) {
        List<String> snippets = new ArrayList<>();
        String open = null;
        StringBuilder code = new StringBuilder();
        for (String line : text.lines().toList()) {
            if (!line.strip().startsWith(FENCE)) {
                code.append(line).append('\n');
            } else if (open == null) {
                open = line;
                assertTrue(Set.of("```java", "```kotlin").contains(open), "what no test would run, in " + this + open);
                code.setLength(0);
            } else {
                assertEquals(FENCE, line, "the end of a snippet of " + this);
                if (open.equals(FENCE + language)) {
                    snippets.add(code.toString());
                }
                open = null;
            }
        }
        assertEquals(null, open, "a snippet without an end in " + this);
        return snippets;
    }

    /** Where its relative links lead. */
    List<Path> links() {
        List<Path> links = new ArrayList<>();
        Matcher link = LINK.matcher(text);
        while (link.find()) {
            String target = link.group(1) != null ? link.group(1) : link.group(2);
            if (!target.startsWith("http") && !target.startsWith("#")) {
                links.add(file.resolveSibling(target).normalize());
            }
        }
        return links;
    }

    @Override
    public String toString() {
        return ROOT.relativize(file).toString();
    }
}
