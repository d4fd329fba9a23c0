// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SideFilesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.jar.sha1",
                "a.jar.md5",
                "a.jar.sha256",
                "a.jar.sha512",
                "a.jar.asc",
                "a.jar.asc.sha1",
                "a.jar.lastUpdated",
                "a.jar.part",
                "_remote.repositories",
                "_maven.repositories",
                "resolver-status.properties",
                "maven-metadata.xml",
                "maven-metadata-central.xml"
            })
    void checksumsSignaturesAndNotesOfMaven(String name) {
        assertTrue(SideFiles.isSideFile(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jar", "a.pom", "a.module", "a.xml", "sha1", "maven-metadata-tools.jar"})
    void notWhatSomebodyPublished(String name) {
        assertFalse(SideFiles.isSideFile(name));
    }
}
