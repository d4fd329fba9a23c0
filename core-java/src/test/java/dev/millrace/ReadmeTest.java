package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README shows is true. */
class ReadmeTest {
    private final Path root = Path.of("..").toAbsolutePath().normalize();

    @Test
    void theFirstProgramCompilesAndDoesWhatItSays(@TempDir Path folder) throws Exception {
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme());
        assertTrue(block.find());
        Path source = Files.writeString(folder.resolve("Hello.java"), block.group(1));
        assertEquals(
                0,
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                folder.toString(),
                                source.toString()));
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            var main = loader.loadClass("Hello").getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(stdout);
        }
        List<Integer> lengths = printed.toString(StandardCharsets.UTF_8)
                .lines()
                .map(Integer::valueOf)
                .collect(Collectors.toList());
        assertEquals(List.of(8, 3, 4, 4, 6, 3, 4), lengths);
    }

    @Test
    void everyPublicNameThatTheTableFromPythonShowsExists() throws Exception {
        String table = readme().substring(readme().indexOf("## For those who come from Python"));
        table = table.substring(0, table.indexOf("## What is here"));
        String api = Files.readString(root.resolve("core-java/src/main/java/dev/millrace/ThreadPool.java"))
                + Files.readString(root.resolve("core-java/src/main/java/dev/millrace/TaskFuture.java"))
                + Files.readString(root.resolve("core-java/src/main/java/dev/millrace/TaskFutures.java"))
                + Files.readString(root.resolve("core-java/src/main/java/dev/millrace/TaskPromise.java"))
                + Files.readString(root.resolve("core-java/src/main/java/dev/millrace/TaskExecutorService.java"));
        int names = 0;
        for (String row : table.lines().filter(l -> l.startsWith("|")).skip(2).collect(Collectors.toList())) {
            Matcher name = Pattern.compile("([a-z][A-Za-z]+)\\(").matcher(row.split("\\|")[2]);
            while (name.find()) {
                // Options are shown as arguments; their names stand in MapOptions.
                if (!Set.of("fn", "timeout", "withWindow", "unordered", "withChunk")
                        .contains(name.group(1))) {
                    assertTrue(api.contains(" " + name.group(1) + "("), name.group(1) + " in: " + row);
                    names++;
                }
            }
        }
        assertTrue(names > 20, "names found: " + names);
    }

    private String readme() throws Exception {
        return Files.readString(root.resolve("README.md"));
    }
}
