// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What the page's script does in a browser. Skipped where there is none. */
@Timeout(60)
class PageInChromiumTest {
    /** The browser's helpers may still write to its profile when it has ended. */
    @TempDir(cleanup = CleanupMode.NEVER)
    private static Path directory;

    private Chromium chromium;

    @BeforeEach
    void findBrowser() {
        Optional<Chromium> found = Chromium.find();
        assumeTrue(found.isPresent(), "no chromium, chromium-browser or google-chrome on the PATH");
        chromium = found.orElseThrow();
    }

    private String seen(Recording recording, String fragment) throws Exception {
        return seen(recording, fragment, "");
    }

    /** With a script that does, half a second later, what hands would do. */
    private String seen(Recording recording, String fragment, String hands) throws Exception {
        Path scratch = Files.createTempDirectory(directory, "chromium");
        Path page = scratch.resolve("page.html");
        try (Writer out = Files.newBufferedWriter(page)) {
            new Page().write(recording, out);
            out.write("<script>setTimeout(() => {" + hands + "}, 500)</script>");
        }
        Chromium.Seen seen = chromium.open(page.toUri() + fragment, scratch);
        assertEquals("", seen.console());
        return seen.dom();
    }

    private static String inside(String dom, String id) {
        Matcher element = Pattern.compile("<(\\w+) id=\"" + id + "\"[^>]*>(.*?)</\\1>", Pattern.DOTALL)
                .matcher(dom);
        assertTrue(element.find(), id);
        return element.group(2);
    }

    @Test
    void theSummaryCountsWhatWasDrawn() throws Exception {
        String dom = seen(PageTest.SMALL, "");

        assertTrue(inside(dom, "summary").startsWith("4 tasks in 4.00 ms · 2 threads, busy 62 % of the time · "), dom);
        String legend = inside(dom, "legend");
        assertTrue(legend.contains("2 succeeded"), legend);
        assertTrue(legend.contains("1 failed"), legend);
        assertTrue(legend.contains("1 cancelled"), legend);
        assertFalse(legend.contains("rejected"), legend);
    }

    @Test
    void aHundredThousandTasksAreDrawn() throws Exception {
        String dom = seen(PageTest.recording(100_000), "#task=99999");

        assertTrue(inside(dom, "summary").startsWith("100,000 tasks in 100 ms · 8 threads, "), inside(dom, "summary"));
        assertTrue(inside(dom, "legend").contains("2,000 failed"), inside(dom, "legend"));
        assertTrue(inside(dom, "details").contains("task 99,999 of 100,000"), inside(dom, "details"));
    }

    @Test
    void theDetailsOfATaskAreShown() throws Exception {
        String details = inside(seen(PageTest.SMALL, "#task=3"), "details");

        assertEquals(
                "<strong>same</strong><div>succeeded</div><div>waited 1.99 ms</div><div>ran 400 µs</div>"
                        + "<div>thread p-1</div><div>inside 1 other task</div><div>submitted at 10.0 µs</div>"
                        + "<div>task 3 of 4</div>",
                details);
    }

    @Test
    void pointingAtATaskShowsItsDetails() throws Exception {
        String dom = seen(PageTest.SMALL, "", """
                const place = placeOf(1), canvasAt = canvas.getBoundingClientRect();
                canvas.dispatchEvent(new PointerEvent("pointermove", {
                  clientX: canvasAt.left + (place.x0 + place.x1) / 2,
                  clientY: canvasAt.top + place.y + place.height / 2}));
                """);

        assertTrue(inside(dom, "details").contains("<div>failed</div><div>waited 1.50 ms</div><div>ran 2.50 ms</div>"));
        assertFalse(Pattern.compile("id=\"details\"[^>]* hidden").matcher(dom).find());
    }

    @Test
    void theWheelZoomsToThePointerAndZeroShowsAll() throws Exception {
        String dom = seen(PageTest.recording(1_000), "", """
                const note = (text) => document.body.append(" [" + text + "]");
                const middle = toNanos(left() + plot() / 2), all = to - from;
                for (let i = 0; i < 10; i++) canvas.dispatchEvent(new WheelEvent("wheel", {deltaY: -120,
                    clientX: canvas.getBoundingClientRect().left + left() + plot() / 2}));
                note("zoomed " + (to - from < all / 10));
                note("stayed " + (Math.abs(toNanos(left() + plot() / 2) - middle) < 2));
                canvas.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight"}));
                note("moved " + (toNanos(left() + plot() / 2) > middle));
                note("drawn " + draw().reduce((a, b) => a + b, 0));
                canvas.dispatchEvent(new KeyboardEvent("keydown", {key: "0"}));
                note("back " + (Math.abs(to - from - all) < 1));
                """);

        for (String expected : List.of("[zoomed true]", "[stayed true]", "[moved true]", "[back true]")) {
            assertTrue(dom.contains(expected + " ") || dom.contains(expected + "<"), expected);
        }
        Matcher drawn = Pattern.compile("\\[drawn (\\d+)]").matcher(dom);
        assertTrue(drawn.find());
        int count = Integer.parseInt(drawn.group(1));
        assertTrue(count > 0 && count < 200, "only what is seen is drawn: " + count);
    }

    @Test
    void aTaskThatNeverRanHasDetailsToo() throws Exception {
        String details = inside(seen(PageTest.SMALL, "#task=4"), "details");

        assertTrue(details.contains("<div>cancelled before it ran</div><div>waited 2.98 ms</div>"), details);
        assertFalse(details.contains("thread"), details);
    }

    @Test
    void aNameIsTextWhateverStandsInIt() throws Exception {
        String dom = seen(PageTest.SMALL, "#task=2");

        assertFalse(dom.contains("<b id"), "no element was made of it");
        assertTrue(inside(dom, "details").startsWith("<strong>&lt;/script&gt;&lt;b id=broken&gt; "), dom);
        assertTrue(inside(dom, "title").startsWith("Timeline of &lt;/script&gt;"), dom);
    }

    @Test
    void aPoolThatDidNothingIsAPageToo() throws Exception {
        Recording nothing = new Recording("nothing", Instant.EPOCH, List.of(), List.of(), 0, 0);

        assertTrue(inside(seen(nothing, ""), "summary").startsWith("0 tasks in 0 ns · 0 threads · "));
    }
}
