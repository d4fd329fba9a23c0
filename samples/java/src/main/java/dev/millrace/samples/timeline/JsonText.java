// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import java.io.IOException;

/** Texts as JSON that is harmless inside an HTML page too. */
final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /** Writes the text in quotes; ASCII only, and no character that could end a {@code <script>} or begin a tag. */
    static void write(String text, Appendable out) throws IOException {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || "\"\\<>&".indexOf(c) >= 0) {
                writeEscaped(c, out);
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static void writeEscaped(char c, Appendable out) throws IOException {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt(c >> shift & 0xf));
        }
    }
}
