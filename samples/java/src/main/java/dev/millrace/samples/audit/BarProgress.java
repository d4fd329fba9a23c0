// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.io.PrintStream;
import java.util.concurrent.atomic.LongAdder;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;

/** A bar of the files that are done, and how much was read; it has an end once the walk has found all files. */
final class BarProgress implements Progress {
    private static final long MB = 1_000_000;
    // It is tempting to ask the library for the terminal's width. Don't: its JLine then gives Ctrl-C back to the
    // system, which ends the JVM without its shutdown hooks.
    private static final int COLUMNS = 79;

    private final LongAdder bytesRead = new LongAdder();
    private final ProgressBar bar;

    BarProgress(PrintStream out) {
        bar = ProgressBar.builder()
                .setTaskName("SHA-1")
                .setInitialMax(-1)
                .setUnit(" files", 1)
                .setUpdateIntervalMillis(100)
                .setConsumer(new ConsoleProgressBarConsumer(out, COLUMNS))
                .showSpeed()
                .build();
    }

    @Override
    public void read(long bytes) {
        bytesRead.add(bytes);
        bar.setExtraMessage(" " + bytesRead.sum() / MB + " MB");
    }

    @Override
    public void done(long files) {
        bar.stepTo(files);
    }

    @Override
    public void foundAll(long files) {
        bar.maxHint(files);
    }

    @Override
    public void close() {
        bar.close();
    }
}
