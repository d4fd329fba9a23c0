// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** How a recording is written; the file's name tells. */
interface Format {
    /**
     * Finds the format.
     *
     * @throws IllegalArgumentException if there is none for such a name
     */
    static Format of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".html")) {
            return new Page();
        }
        if (name.endsWith(".json")) {
            return new ChromeTrace();
        }
        throw new IllegalArgumentException("a timeline's file must end in .html or .json: " + file);
    }

    void write(Recording recording, Appendable out) throws IOException;
}
