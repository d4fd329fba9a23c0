// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.pages.Shown;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What README and the guides show is true. Their Kotlin is tested by kotlin-ext's {@code PagesSpec}. */
@ExtendWith(NoThreadsLeft.class)
class PagesTest {
    @Test
    void whatThePagesShowIsWhatIsMarkedInTheTestsEachOnce() throws Exception {
        List<String> shown = new ArrayList<>();
        for (Page page : Page.all()) {
            shown.addAll(page.snippets("java"));
        }
        List<String> marked =
                Excerpt.all().stream().map(excerpt -> excerpt.text).collect(Collectors.toList());
        shown.sort(null);
        marked.sort(null);
        assertEquals(String.join("\n", marked), String.join("\n", shown));
        assertEquals(new HashSet<>(shown).size(), shown.size(), "some lines are shown twice");
    }

    @Test
    void whatIsMarkedStandsInCodeThatRuns() throws Exception {
        List<Method> code = Excerpt.code();
        for (Excerpt excerpt : Excerpt.all()) {
            assertTrue(excerpt.isProgram() || code.stream().anyMatch(excerpt::isOf), excerpt::toString);
        }
    }

    static List<Method> code() throws Exception {
        return Excerpt.code();
    }

    @ParameterizedTest
    @MethodSource("code")
    void theCodeRunsAllThatIsMarkedInIt(Method code) throws Exception {
        long marked =
                Excerpt.all().stream().filter(excerpt -> excerpt.isOf(code)).count();
        var maker = code.getDeclaringClass().getDeclaredConstructor();
        maker.setAccessible(true);
        code.setAccessible(true);
        int before = Shown.count();
        code.invoke(maker.newInstance());
        assertEquals(marked, Shown.count() - before, "how often shown() was reached");
    }

    @Test
    void eachPageShowsCode() throws Exception {
        for (Page page : Page.all()) {
            assertFalse(
                    page.snippets("java").isEmpty() && page.snippets("kotlin").isEmpty(), page::toString);
        }
    }

    @Test
    void eachLinkLeadsToAFile() throws Exception {
        for (Page page : Page.all()) {
            for (Path link : page.links()) {
                assertTrue(Files.exists(link), () -> page + " links to " + link);
            }
        }
    }

    @Test
    void readmeListsEachGuide() throws Exception {
        Page readme = Page.readme();
        for (Page page : Page.all()) {
            assertTrue(page.file.equals(readme.file) || readme.links().contains(page.file), page::toString);
        }
    }

    @Test
    void theFirstProgramPrintsWhatItSays() throws Exception {
        assertTrue(Page.readme().snippets("java").get(0).startsWith("import dev.millrace.*;"));
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Method main = Class.forName("Hello").getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(stdout);
        }
        assertEquals(
                "8 3 4 4 6 3 4",
                printed.toString(StandardCharsets.UTF_8).lines().collect(Collectors.joining(" ")));
    }

    @Test
    void everyNameThatTheTableFromPythonShowsIsPublic() throws Exception {
        String api = Files.readString(Path.of("api.txt"));
        List<String> rows = Page.guide("from-python.md")
                .text
                .lines()
                .filter(line -> line.startsWith("|"))
                .skip(2)
                .toList();
        int names = 0;
        for (String row : rows) {
            Matcher name = Pattern.compile("([a-z][A-Za-z]+)\\(").matcher(row.split("\\|")[2]);
            while (name.find()) {
                // "fn" is the function of who calls.
                if (!name.group(1).equals("fn")) {
                    assertTrue(api.contains(" fun " + name.group(1) + " ("), name.group(1) + " in: " + row);
                    names++;
                }
            }
        }
        assertTrue(names > 20, "names found: " + names);
    }

    @Test
    void theVersionsToCopyAreThatOfThePom() throws Exception {
        Path root = Path.of("..");
        Matcher revision =
                Pattern.compile("<revision>(.*)</revision>").matcher(Files.readString(root.resolve("pom.xml")));
        assertTrue(revision.find());
        String shown = Page.readme().text + Files.readString(root.resolve("samples/android/README.md"));
        Matcher dependency = Pattern.compile("<artifactId>(millrace-\\w+)</artifactId>\\s*<version>([^<]+)"
                        + "|dev\\.millrace:(millrace-\\w+):([^\"]+)")
                .matcher(shown);
        int found = 0;
        while (dependency.find()) {
            String version = dependency.group(2) == null ? dependency.group(4) : dependency.group(2);
            assertEquals(revision.group(1), version, dependency.group());
            found++;
        }
        assertEquals(4, found, "dependencies shown by the READMEs");
    }
}
