// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import dev.millrace.ThreadPool;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import kotlin.Unit;
import kotlinx.coroutines.Dispatchers;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long a pool takes in a new JVM from {@code main} to its first result, its classes being loaded: the least, the
 * median and the most of several runs, the peers taking turns. And how large its jars are, with those that it needs.
 */
@Command(name = "Cold")
public final class Cold implements Callable<Integer> {
    @Mixin
    private Rows rows;

    @Option(names = "--runs", description = "JVMs for each peer (default: ${DEFAULT-VALUE})")
    private int runs = 11;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Cold()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<Peer> peers = new ArrayList<>(Rows.peers());
        if (Peer.VIRTUAL.isHere()) {
            peers.add(Peer.VIRTUAL);
        }
        List<List<Double>> millis = new ArrayList<>();
        peers.forEach(peer -> millis.add(new ArrayList<>()));
        for (int run = 0; run < (rows.quick ? 1 : runs); run++) {
            for (int i = 0; i < peers.size(); i++) {
                millis.get(i).add(firstResultMillis(peers.get(i)));
            }
        }
        for (int i = 0; i < peers.size(); i++) {
            List<Double> sorted = millis.get(i).stream().sorted().toList();
            String name = peers.get(i).name();
            rows.add("Cold.firstResultLeast", name, sorted.get(0), "ms");
            rows.add("Cold.firstResultMedian", name, sorted.get(sorted.size() / 2), "ms");
            rows.add("Cold.firstResultMost", name, sorted.get(sorted.size() - 1), "ms");
        }
        for (Peer peer : peers) {
            addJars(peer);
        }
        rows.write();
        return 0;
    }

    private static double firstResultMillis(Peer peer) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FirstResult.class.getName(),
                        peer.name())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        int status = process.waitFor();
        if (status != 0) {
            throw new IllegalStateException(peer + " ended with " + status + ": " + output);
        }
        return Long.parseLong(output.substring(output.lastIndexOf('\n') + 1)) / 1e6;
    }

    private void addJars(Peer peer) throws IOException, URISyntaxException {
        double bytes = 0;
        for (Class<?> inJar : inJars(peer)) {
            Path jar = Path.of(
                    inJar.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (!Files.isRegularFile(jar)) {
                return; // run from folders
            }
            bytes += Files.size(jar);
        }
        if (bytes > 0) {
            rows.add("Cold.jars", peer.name(), bytes / 1_000, "kB");
        }
    }

    /** A class from each jar that the peer needs; none is the JDK's own. */
    private static List<Class<?>> inJars(Peer peer) {
        return switch (peer) {
            case MILLRACE -> List.of(ThreadPool.class);
            case GUAVA -> List.of(MoreExecutors.class, InternalFutureFailureAccess.class);
            case JETTY -> List.of(QueuedThreadPool.class, LoggerFactory.class);
            case KOTLINX_DEFAULT -> List.of(Dispatchers.class, Unit.class);
            default -> List.of();
        };
    }
}
