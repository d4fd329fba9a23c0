// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.nio.file.Path;

/** What the audit says about one file. */
sealed interface Verdict {
    /** Relative to the directory that is audited. */
    Path path();

    /** The file is what its checksum says. */
    record Verified(Path path) implements Verdict {}

    /** The file is something else. */
    record Mismatch(Path path, String expected, String found) implements Verdict {}

    /** Nobody can say: the file or its checksum cannot be read, or is not there. */
    record Problem(Path path, String reason) implements Verdict {}
}
