// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumFileTest {
    private static final String SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d";

    @ParameterizedTest
    @ValueSource(
            strings = {
                SHA1,
                SHA1 + "\n",
                SHA1 + "\r\n",
                SHA1 + "  \t \n",
                "\n  \r\n" + SHA1,
                "  " + SHA1,
                SHA1 + "  abc.jar\n",
                SHA1 + " *abc.jar\r\n",
                SHA1 + "\tabc.jar",
                SHA1 + "  /home/of someone/abc.jar",
                SHA1 + "  abc.jar\n0000000000000000000000000000000000000000  other.jar\n",
                "A9993E364706816ABA3E25717850C26C9CD0D89D",
                "A9993E364706816ABA3E25717850C26C9CD0D89D  ABC.JAR",
                "\uFEFF" + SHA1 + "\r\n",
                "SHA1(abc.jar)= " + SHA1,
                "SHA1 (abc.jar) = " + SHA1,
            })
    void readsTheFormatsOfTheWild(String content) {
        assertEquals(Optional.of(SHA1), of(content).sha1());
    }

    @Test
    void readsUtf16WithAByteOrderMark() {
        String content = "\uFEFF" + SHA1 + "\r\n";
        assertEquals(
                Optional.of(SHA1),
                ChecksumFile.of(content.getBytes(StandardCharsets.UTF_16LE)).sha1());
        assertEquals(
                Optional.of(SHA1),
                ChecksumFile.of(content.getBytes(StandardCharsets.UTF_16BE)).sha1());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n \r\n",
                "<html>404 Not Found</html>",
                "a9993e364706816aba3e25717850c26c9cd0d89",
                "a9993e364706816aba3e25717850c26c9cd0d89d0",
                "g9993e364706816aba3e25717850c26c9cd0d89d",
                "abc.jar a9993e364706816aba3e25717850c26c9cd0d89d",
                "d41d8cd98f00b204e9800998ecf8427e",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            })
    void findsNoSha1WhereThereIsNone(String content) {
        assertEquals(Optional.empty(), of(content).sha1());
    }

    @Test
    void excerptIsOneShortLine() {
        assertEquals("a?b", of("\n a\u0007b \nc").excerpt());
        assertEquals("x".repeat(60) + "...", of("x".repeat(100_000)).excerpt());
    }

    private static ChecksumFile of(String content) {
        return ChecksumFile.of(content.getBytes(StandardCharsets.UTF_8));
    }
}
