// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.millrace.pages.Shown;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines of a test source that a page shows: the first program, or what {@link Shown} tells. */
final class Excerpt {
    private static final Path SOURCES = Path.of("src/test/java");
    private static final Path PAGES = SOURCES.resolve("dev/millrace/pages");
    private static final String BEGIN = "// shown";
    private static final String END = "shown();";
    private static final Pattern METHOD = Pattern.compile(" {4}(?:static )?\\S+ (\\w+)\\(\\).* \\{");

    final String text;
    private final String className;
    private final String method;

    private Excerpt(String className, String method, String text) {
        this.className = className;
        this.method = method;
        this.text = text;
    }

    static List<Excerpt> all() throws IOException {
        List<Excerpt> all = new ArrayList<>();
        String hello = Files.readString(SOURCES.resolve("Hello.java"));
        all.add(new Excerpt("Hello", "main", hello.replaceFirst("// SPDX-License-Identifier: .*\n", "")));
        for (Path source : sources(PAGES)) {
            addMarked(source, all);
        }
        return all;
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private static String className(Path source) {
        return SOURCES.relativize(source).toString().replace(".java", "").replace('/', '.');
    }

    private static void addMarked(Path source, List<Excerpt> all) throws IOException {
        String method = null;
        StringBuilder open = null;
        for (String line : Files.readAllLines(source)) {
            Matcher declaration = METHOD.matcher(line);
            if (declaration.matches()) {
                method = declaration.group(1);
            }
            if (line.strip().equals(BEGIN)) {
                assertNotNull(method, "no method without arguments above the mark in " + source);
                open = new StringBuilder();
            } else if (open != null && line.strip().equals(END)) {
                all.add(new Excerpt(
                        className(source),
                        method,
                        open.toString().stripTrailing().stripIndent() + "\n"));
                open = null;
            } else if (open != null) {
                open.append(line).append('\n');
            }
        }
        assertEquals(null, open, "a mark without an end in " + source);
    }

    /** What stands in the folder of the pages: each method without arguments, in which lines are marked, or words shown true. */
    static List<Method> code() throws Exception {
        List<Method> code = new ArrayList<>();
        for (Path source : sources(PAGES)) {
            for (Method method : Class.forName(className(source)).getDeclaredMethods()) {
                int modifiers = method.getModifiers();
                if (!Modifier.isStatic(modifiers) && !Modifier.isPrivate(modifiers)) {
                    code.add(method);
                }
            }
        }
        return code;
    }

    /** The first program of README: its test says what it prints. */
    boolean isProgram() {
        return method.equals("main");
    }

    /** Whether the lines stand in that method. */
    boolean isOf(Method code) {
        return className.equals(code.getDeclaringClass().getName()) && method.equals(code.getName());
    }

    @Override
    public String toString() {
        return className + "." + method;
    }
}
