// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in a {@code .sha1} file. The wild ones hold {@code hash}, {@code hash  name}, {@code hash *name} or
 * {@code SHA1(name)= hash}, in either case, with blanks behind, with CRLF, with a byte order mark. The first line that
 * is not blank counts.
 */
final class ChecksumFile {
    static final String SUFFIX = ".sha1";

    /** Nobody writes a longer one; what is behind it is not read. */
    private static final int MAX_BYTES = 8 * 1024;

    private static final Pattern LINE = Pattern.compile("(?:.*=\\s*)?([0-9a-fA-F]{40})(?:\\s.*)?");

    private final String text;

    private ChecksumFile(String text) {
        this.text = text;
    }

    /** Where the checksum of a file is, if it has one. */
    static Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + SUFFIX);
    }

    static ChecksumFile read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in.readNBytes(MAX_BYTES));
        }
    }

    static ChecksumFile of(byte[] content) {
        String text = new String(content, charsetOf(content));
        return new ChecksumFile(text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    /** The SHA-1 in lower case, or empty if the file holds none. */
    Optional<String> sha1() {
        return firstLine().map(LINE::matcher).filter(Matcher::matches).map(line -> line.group(1)
                .toLowerCase(Locale.ROOT));
    }

    /** The beginning of what it holds, for a message: one short line without control characters. */
    String excerpt() {
        String line = firstLine().orElse("").replaceAll("\\p{Cntrl}", "?");
        return line.length() > 60 ? line.substring(0, 60) + "..." : line;
    }

    private Optional<String> firstLine() {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst();
    }

    /** Windows PowerShell writes UTF-16 with a byte order mark. */
    private static Charset charsetOf(byte[] content) {
        if (content.length < 2) {
            return StandardCharsets.UTF_8;
        }
        int mark = ((content[0] & 0xFF) << 8) | (content[1] & 0xFF);
        return mark == 0xFEFF || mark == 0xFFFE ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    }
}
