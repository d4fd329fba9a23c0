// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.samples.timeline.Recording.Task;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What stands in the page; {@link PageInChromiumTest} looks at what its script makes of that. */
class PageTest {
    private static final String HARMFUL = "</script><b id=broken> <!-- <script> & \" ' \\ \u2028 ]]>";

    /** Two of one name; one that ran inside another; one that never ran. */
    static final Recording SMALL = new Recording(
            HARMFUL,
            Instant.parse("2026-01-02T03:04:05.678Z"),
            List.of("p-1", "p-2"),
            List.of(
                    new Task("same", 0, true, 1_000, 2_500_000, Outcome.SUCCEEDED, 0, "p-1", 0),
                    new Task(HARMFUL, 500, true, 1_500_000, 4_000_000, Outcome.FAILED, 1, "p-2", 0),
                    new Task("same", 10_000, true, 2_000_000, 2_400_000, Outcome.SUCCEEDED, 0, "p-1", 1),
                    new Task("not run", 20_000, false, 0, 3_000_000, Outcome.CANCELLED, -1, null, 0)),
            4_000_000,
            0);

    record Data(
            String title,
            String began,
            long nanos,
            List<String> lanes,
            List<String> names,
            List<String> threads,
            List<String> outcomes,
            long[] sincePrevious,
            long[] waited,
            long[] ran,
            int[] outcome,
            int[] lane,
            int[] depth,
            int[] name,
            int[] thread) {}

    private static String page(Recording recording) throws IOException {
        StringBuilder page = new StringBuilder();
        new Page().write(recording, page);
        return page.toString();
    }

    private static Data dataOf(String page) {
        Matcher data = Pattern.compile(
                        "<script type=\"application/json\" id=\"recording\">(.*?)</script", Pattern.DOTALL)
                .matcher(page);
        assertTrue(data.find());
        return Trace.read(new StringReader(data.group(1)), Data.class);
    }

    @Test
    void theRecordingStandsInThePageColumnByColumn() throws IOException {
        Data data = dataOf(page(SMALL));

        assertEquals("2026-01-02T03:04:05.678Z", data.began);
        assertEquals(4_000_000, data.nanos);
        assertEquals(List.of("p-1", "p-2"), data.lanes);
        assertEquals(List.of("same", HARMFUL, "not run"), data.names);
        assertEquals(List.of("p-1", "p-2"), data.threads);
        assertEquals(List.of("succeeded", "failed", "cancelled", "rejected", "unfinished"), data.outcomes);
        assertArrayEquals(new long[] {0, 500, 9_500, 10_000}, data.sincePrevious);
        assertArrayEquals(new long[] {1_000, 1_499_500, 1_990_000, 2_980_000}, data.waited);
        assertArrayEquals(new long[] {2_499_000, 2_500_000, 400_000, -1}, data.ran);
        assertArrayEquals(new int[] {0, 1, 0, 2}, data.outcome);
        assertArrayEquals(new int[] {0, 1, 0, -1}, data.lane);
        assertArrayEquals(new int[] {0, 0, 1, 0}, data.depth);
        assertArrayEquals(new int[] {0, 1, 0, 2}, data.name);
        assertArrayEquals(new int[] {0, 1, 0, -1}, data.thread);
    }

    @Test
    void noNameCanEndTheScriptOrBeginATag() throws IOException {
        String page = page(SMALL);

        assertFalse(page.contains("<b id=broken"));
        assertEquals(2, Pattern.compile("</script").matcher(page).results().count(), "the data's and the program's");
        assertEquals(HARMFUL, dataOf(page).title);
    }

    @Test
    void thePageAsksForNothingElse() throws IOException {
        String page = page(SMALL);

        assertFalse(Pattern.compile("https?:|src=|url\\(|@import|fetch\\(|XMLHttp")
                .matcher(page)
                .find());
        assertTrue(page.contains("default-src 'none'"));
    }

    /** A recording of that many tasks on eight threads, one in fifty of which failed. */
    static Recording recording(int count) {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long submit = i * 1_000L;
            long start = submit + 50_000 + i / 2 % 4_000;
            tasks.add(new Task(
                    "task " + i,
                    submit,
                    true,
                    start,
                    start + 3_000,
                    i % 50 == 7 ? Outcome.FAILED : Outcome.SUCCEEDED,
                    i % 8,
                    "p-" + (i % 8 + 1),
                    0));
        }
        List<String> lanes = List.of("p-1", "p-2", "p-3", "p-4", "p-5", "p-6", "p-7", "p-8");
        return new Recording("many", Instant.EPOCH, lanes, tasks, count * 1_000L + 60_000, 0);
    }

    @Test
    void aTaskTakesSomeFiftyBytesOfThePage() throws IOException {
        int bytes = page(recording(100_000)).length() - page(recording(0)).length();

        assertTrue(bytes / 100_000 < 60, bytes + " bytes for 100,000 tasks");
        assertEquals(100_000, dataOf(page(recording(100_000))).waited.length);
    }
}
