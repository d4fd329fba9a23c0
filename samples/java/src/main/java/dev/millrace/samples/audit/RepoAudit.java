// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import dev.millrace.samples.timeline.Timeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line: what is asked for, in which order it is done, and where the answers go. */
@Command(
        name = "repo-audit",
        description = {
            "Verifies every file that has a .sha1 beside it, on a thread pool.",
            "",
            "The default directory is the local Maven repository: -Dmaven.repo.local of this JVM, or else"
                    + " ~/.m2/repository. Symbolic links are followed, but not in circles.",
            "",
            "A file or checksum that cannot be read, a checksum without a file, and one that holds no SHA-1 are"
                    + " reported as problems. Files without checksum are counted, except checksums and signatures"
                    + " (.sha1, .md5, .sha256, .asc, ...) and Maven's own notes (_remote.repositories, *.lastUpdated,"
                    + " resolver-status.properties, maven-metadata*.xml, *.part, *.lock).",
            ""
        },
        footer = {
            "",
            "Exit code: 0 all files with a checksum are what it says; 1 there are mismatches or problems; 2 bad usage,"
                    + " no such directory, or the timeline cannot be written; 3 a bug of this program; 130 stopped by"
                    + " Ctrl-C, with a report of what was done so far."
        },
        exitCodeOnExecutionException = RepoAudit.BUG)
public final class RepoAudit implements Callable<Integer> {
    static final int CLEAN = 0;
    static final int UNCLEAN = 1;
    static final int BAD_USAGE = 2;
    static final int BUG = 3;
    static final int STOPPED = 130;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "DIRECTORY", description = "What to audit.")
    private Path directory;

    @ArgGroup
    private Mode mode = new Mode();

    /** At most one of them. */
    private static final class Mode {
        @Option(names = "--sequential", description = "One file after the other, without the pool.")
        private boolean sequential;

        @Option(
                names = "--compare",
                description = "Without and with the pool, and how many times as fast the pool is. A first pass, which"
                        + " is not measured, warms the page cache and the JVM for both.")
        private boolean compare;
    }

    @Option(names = "--workers", paramLabel = "N", description = "Threads of the pool; by default one a processor.")
    private Integer workers;

    @Option(
            names = "--timeline",
            paramLabel = "FILE",
            description = "Writes which thread did what and when: a page for any browser if FILE ends in .html, a trace"
                    + " for Perfetto if it ends in .json. With --compare, of the last pass.")
    private Path timelineFile;

    @Option(names = "--json", description = "One JSON object on stdout, and no progress bar.")
    private boolean json;

    @Option(names = "--verbose", description = "List the files without checksum too.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this.")
    @SuppressWarnings("unused") // picocli shows the help when it is set
    private boolean help;

    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile Audit current;

    public static void main(String[] args) {
        System.exit(new RepoAudit().commandLine().execute(args));
    }

    CommandLine commandLine() {
        return new CommandLine(this).setParameterExceptionHandler((e, args) -> {
            String message = e.getMessage().replaceFirst("^Error: ", "").replaceAll("\\s*\\R\\s*", " ");
            e.getCommandLine().getErr().println("repo-audit: " + message + " (see --help)");
            return BAD_USAGE;
        });
    }

    @Override
    public Integer call() throws IOException {
        int threads = poolSize();
        Path root = existing(directory == null ? localMavenRepository() : directory);
        Timeline timeline = timelineFile == null ? null : timeline(threads);
        ShutdownGuard guard = new ShutdownGuard(this::stop, this::reportCurrent);
        try {
            int exitCode = mode.compare ? compare(root, threads, timeline) : single(root, threads, timeline);
            return timeline == null || write(timeline) ? exitCode : BAD_USAGE;
        } finally {
            guard.close();
        }
    }

    /** Ends the command within a moment, with a report of what was done so far. From any thread. */
    void stop() {
        stopped = true;
        Audit running = current;
        if (running != null) {
            running.stop();
        }
    }

    private int single(Path root, int threads, Timeline timeline) {
        say("auditing " + root + ", " + TextReport.who(threads));
        AuditResult result = pass(root, threads, timeline);
        report(report().of(result));
        return exitCode(result.complete(), result.isClean());
    }

    private int compare(Path root, int threads, Timeline timeline) {
        say("auditing " + root + ", to warm up, " + TextReport.who(threads));
        AuditResult last = pass(root, threads, null);
        if (last.complete()) {
            say("auditing " + root + ", " + TextReport.who(0));
            last = pass(root, 0, null);
        }
        if (!last.complete()) {
            report(report().of(last));
            return STOPPED;
        }
        AuditResult sequential = last;
        say("auditing " + root + ", " + TextReport.who(threads));
        AuditResult pool = pass(root, threads, timeline);
        if (!pool.complete()) {
            report(report().of(pool));
            return STOPPED;
        }
        Comparison comparison = new Comparison(sequential, pool);
        report(report().of(comparison));
        return exitCode(true, comparison.isClean());
    }

    /** {@code timeline} records it; null: nobody does. */
    private AuditResult pass(Path root, int threads, Timeline timeline) {
        try (Progress progress = progress()) {
            Audit audit = new Audit(root, threads, verbose, progress, timeline);
            current = audit;
            if (stopped) {
                audit.stop();
            }
            return audit.run();
        }
    }

    private static int exitCode(boolean complete, boolean clean) {
        if (!complete) {
            return STOPPED;
        }
        return clean ? CLEAN : UNCLEAN;
    }

    private Report report() {
        return json ? new JsonReport() : new TextReport();
    }

    private Progress progress() {
        return !json && Terminal.isStderr() ? new BarProgress(System.err) : Progress.NONE;
    }

    private void say(String line) {
        if (!json) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(line);
            out.flush();
        }
    }

    /** Only the first report is printed: the command's own, or the one for a command that hangs. */
    private void report(String text) {
        if (reported.compareAndSet(false, true)) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(text);
            out.flush();
        }
    }

    private void reportCurrent() {
        Audit running = current;
        if (running != null) {
            report(report().of(running.soFar()));
        }
    }

    /** Zero: no pool. */
    private int poolSize() {
        if (workers == null) {
            return mode.sequential ? 0 : Runtime.getRuntime().availableProcessors();
        }
        if (mode.sequential) {
            throw badUsage("--sequential uses no pool, so --workers has no meaning with it: " + workers);
        }
        if (workers < 1) {
            throw badUsage("--workers must be at least 1: " + workers);
        }
        return workers;
    }

    private Timeline timeline(int threads) {
        if (threads == 0) {
            throw badUsage("--sequential uses no pool, so --timeline has no meaning with it: " + timelineFile);
        }
        Path folder = timelineFile.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw badUsage("--timeline: no such directory: " + folder);
        }
        try {
            return Timeline.to(timelineFile, "repo-audit");
        } catch (IllegalArgumentException e) {
            throw badUsage("--timeline: " + e.getMessage());
        }
    }

    /** Returns whether that went well. */
    private boolean write(Timeline timeline) {
        try {
            timeline.close();
            say("timeline: " + timelineFile);
            return true;
        } catch (IOException e) {
            spec.commandLine().getErr().println("repo-audit: cannot write the timeline: " + e);
            return false;
        }
    }

    private Path existing(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw badUsage("no such directory: " + path);
        }
        if (!Files.isDirectory(path)) {
            throw badUsage("not a directory: " + path);
        }
        return path.toRealPath();
    }

    private ParameterException badUsage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static Path localMavenRepository() {
        String configured = System.getProperty("maven.repo.local");
        return configured != null ? Path.of(configured) : Path.of(System.getProperty("user.home"), ".m2", "repository");
    }
}
