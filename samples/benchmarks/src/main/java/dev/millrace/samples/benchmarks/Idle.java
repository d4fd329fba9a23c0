// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What eight workers cost while they have nothing to do: processor time of the pool's threads, and of the whole process
 * beside that of one without a pool. And how often they go to sleep while one producer executes tasks without a pause:
 * the voluntary context switches of the pool's threads, which Linux counts. A worker that waits for a lock of the queue
 * counts, too; it must be woken as well.
 */
@Command(name = "Idle")
public final class Idle implements Callable<Integer> {
    private static final int WORKERS = 8;
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Mixin
    private Rows rows;

    @Option(names = "--seconds", description = "how long the pools idle (default: ${DEFAULT-VALUE})")
    private double seconds = 10;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Idle()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Duration idle = Duration.ofMillis(rows.quick ? 100 : (long) (seconds * 1_000));
        rows.add("Idle.process", "NO_POOL", idleProcess(idle), "ms");
        for (Peer peer : Rows.peers()) {
            measure(peer, idle);
        }
        rows.write();
        return 0;
    }

    private void measure(Peer peer, Duration idle) throws Exception {
        Set<Long> othersThreads = Set.copyOf(threadIds());
        Set<Path> othersTasks = tasks();
        ExecutorService pool = peer.open(WORKERS);
        try {
            // All workers at once, so that each has a thread.
            Gate.hold(pool, peer.threads(WORKERS)).open();
            burst(pool, 20_000);
            if (Files.isDirectory(TASKS)) {
                int tasks = rows.quick ? 20_000 : 500_000;
                long before = switches(othersTasks);
                burst(pool, tasks);
                double switches = switches(othersTasks) - before;
                rows.add("Idle.parks", peer.name(), switches / (tasks / 1_000.0), "per 1,000 tasks");
            }

            Thread.sleep(rows.quick ? 10 : 1_000);
            Map<Long, Long> before = threadNanos(othersThreads);
            rows.add("Idle.process", peer.name(), idleProcess(idle), "ms");
            long spent = 0;
            for (Map.Entry<Long, Long> after : threadNanos(othersThreads).entrySet()) {
                spent += after.getValue() - before.getOrDefault(after.getKey(), 0L);
            }
            rows.add("Idle.poolThreads", peer.name(), spent / 1e6, "ms");
        } finally {
            Peer.close(pool);
        }
    }

    /** Executes so many without waiting for any, then waits for the last. */
    private static void burst(ExecutorService pool, int tasks) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(tasks);
        Runnable task = done::countDown;
        for (int i = 0; i < tasks; i++) {
            pool.execute(task);
        }
        done.await();
    }

    /** Milliseconds of processor time that this process takes while it does nothing. */
    private static double idleProcess(Duration idle) throws InterruptedException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long before = system.getProcessCpuTime();
        Thread.sleep(idle.toMillis());
        return (system.getProcessCpuTime() - before) / 1e6;
    }

    private static Set<Long> threadIds() {
        Set<Long> ids = new HashSet<>();
        for (long id : THREADS.getAllThreadIds()) {
            ids.add(id);
        }
        return ids;
    }

    /** Processor time so far, by thread, of those that live. */
    private static Map<Long, Long> threadNanos(Set<Long> others) {
        Map<Long, Long> nanos = new HashMap<>();
        for (long id : threadIds()) {
            long spent = THREADS.getThreadCpuTime(id);
            if (!others.contains(id) && spent >= 0) {
                nanos.put(id, spent);
            }
        }
        return nanos;
    }

    private static Set<Path> tasks() throws IOException {
        if (!Files.isDirectory(TASKS)) {
            return Set.of();
        }
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.collect(Collectors.toSet());
        }
    }

    /** Of all threads but the others and the JVM's own, which come and go. */
    private static long switches(Set<Path> others) throws IOException {
        long sum = 0;
        for (Path task : tasks()) {
            if (!others.contains(task)) {
                sum += switches(task);
            }
        }
        return sum;
    }

    private static long switches(Path task) throws IOException {
        try {
            String name = Files.readString(task.resolve("comm"));
            if (Stream.of("C1 ", "C2 ", "G1 ", "GC ", "VM ").anyMatch(name::startsWith)) {
                return 0;
            }
            List<String> status = Files.readAllLines(task.resolve("status"));
            String line = status.stream()
                    .filter(entry -> entry.startsWith("voluntary_ctxt_switches:"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no voluntary_ctxt_switches in " + task));
            return Long.parseLong(line.substring(line.indexOf(':') + 1).trim());
        } catch (NoSuchFileException e) {
            return 0; // it has ended
        }
    }
}
