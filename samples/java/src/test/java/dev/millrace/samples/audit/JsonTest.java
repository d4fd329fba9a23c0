// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void whatIsWrittenIsReadBack() {
        Map<String, Object> json = Map.of(
                "text",
                "\"quoted\" back\\slash \n\t\u0001 \u00fcml\u00e4ut \ud83d\ude00",
                "numbers",
                List.of(0.0, -1.5, 1.0E-4, 1.0E12),
                "yes",
                true,
                "empty",
                List.of(Map.of(), List.of(), ""));

        assertEquals(json, JsonReader.read(Json.write(json)));
    }

    @Test
    void theTextIsAscii() {
        assertEquals("\"\\u00fc\\u000a\\ud83d\\ude00\"", Json.write("\u00fc\n\ud83d\ude00"));
    }
}
