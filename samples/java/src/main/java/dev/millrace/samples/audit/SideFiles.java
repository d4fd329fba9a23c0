// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.util.List;
import java.util.Set;

/**
 * Files of a Maven repository that nobody expects to have a checksum: checksums and signatures of other files, and the
 * notes that Maven itself keeps. One that has a {@code .sha1} beside it all the same is verified like any other.
 */
final class SideFiles {
    private static final List<String> CHECKSUMS_AND_SIGNATURES = List.of(
            ".sha1", ".md5", ".sha224", ".sha256", ".sha384", ".sha512", ".asc", ".sig", ".sigstore", ".sigstore.json");
    private static final List<String> TEMPORARY = List.of(".lastUpdated", ".part", ".lock", ".tmp");
    private static final Set<String> NOTES =
            Set.of("_remote.repositories", "_maven.repositories", "resolver-status.properties");

    private SideFiles() {}

    static boolean isSideFile(String name) {
        return NOTES.contains(name)
                || (name.startsWith("maven-metadata") && name.endsWith(".xml"))
                || CHECKSUMS_AND_SIGNATURES.stream().anyMatch(name::endsWith)
                || TEMPORARY.stream().anyMatch(name::endsWith);
    }
}
