// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is measured, and against whom.
 *
 * @param yardsticks contenders that a target names: each gets a column of ratios of its own
 * @param outsiders contenders that are no peers, such as an ideal: shown, but not the best peer
 * @param ideals figures that are not measured, by their contender
 */
record Cell(
        int number,
        String title,
        List<String> yardsticks,
        Set<String> outsiders,
        Map<String, Double> ideals,
        List<Suite> suites,
        List<Program> programs) {
    private static final Map<String, List<String>> SMALL_GRID = Map.of("workers", List.of("1", "2", "8"));
    private static final Map<String, List<String>> GRID =
            Map.of("producers", List.of("1", "2"), "workers", List.of("1", "2", "8"));
    private static final List<String> PEERS = List.of(
            "MILLRACE",
            "THREAD_POOL",
            "THREAD_POOL_LTQ",
            "FORK_JOIN",
            "FORK_JOIN_ASYNC",
            "GUAVA",
            "JETTY",
            "KOTLINX_DEFAULT",
            "VIRTUAL");
    private static final List<String> FEW_PEERS = List.of("MILLRACE", "THREAD_POOL", "FORK_JOIN");

    /**
     * Benchmark methods, run once for each combination of the grid's values, each contender after the other.
     *
     * @param axis the parameter that names the contender
     * @param secondsPerFork about, for the estimate
     */
    record Suite(
            Class<?> benchmark,
            List<String> methods,
            String axis,
            List<String> contenders,
            Map<String, List<String>> grid,
            double secondsPerFork,
            boolean allocation) {
        /** What all benchmarks but {@link SleepBenchmark} ask for, and the start of a JVM. */
        private static final double USUAL_SECONDS = 7 * 0.25 + 0.5;

        static Suite of(Class<?> benchmark, String axis, List<String> contenders, Map<String, List<String>> grid) {
            return new Suite(benchmark, List.of(""), axis, contenders, grid, USUAL_SECONDS, false);
        }

        Suite methods(String... names) {
            return new Suite(benchmark, List.of(names), axis, contenders, grid, secondsPerFork, allocation);
        }

        Suite secondsPerFork(double seconds) {
            return new Suite(benchmark, methods, axis, contenders, grid, seconds, allocation);
        }

        /** Of interest is what is allocated for each of {@link SubmitBenchmark}'s tasks, not the time. */
        Suite forAllocation() {
            return new Suite(benchmark, methods, axis, contenders, grid, secondsPerFork, true);
        }

        double seconds(int forks) {
            int combinations = methods.size() * contenders.size();
            for (List<String> values : grid.values()) {
                combinations *= values.size();
            }
            return combinations * forks * secondsPerFork;
        }
    }

    /** A main class that writes {@link Rows}, in a JVM of its own. */
    record Program(Class<?> main, List<String> jvmFlags, double secondsPerFork) {}

    static List<Cell> all() {
        List<Cell> cells = new ArrayList<>();
        cells.add(cell(1, "`submit` 1,000 no-op callables, then `get` all")
                .against("THREAD_POOL")
                .measuring(Suite.of(SubmitBenchmark.class, "executor", PEERS, GRID)));
        cells.add(cell(2, "`execute` 1,000 no-ops until counted down")
                .against("THREAD_POOL")
                .measuring(Suite.of(ExecuteBenchmark.class, "executor", PEERS, GRID)));
        cells.add(cell(3, "Round trip: `submit(x).get()`")
                .measuring(Suite.of(RoundTripBenchmark.class, "executor", PEERS, SMALL_GRID)
                        .methods("oneCaller", "fourCallers")));
        cells.add(cell(4, "1,000 tasks with work to do")
                .measuring(Suite.of(
                        WorkBenchmark.class,
                        "executor",
                        PEERS,
                        Map.of("taskMicros", List.of("1", "50"), "workers", List.of("2", "8")))));
        cells.add(cell(5, "Nested: Fibonacci 18 by submit and get")
                .against("FORK_JOIN")
                .outside("RECURSIVE_TASK")
                .measuring(Suite.of(
                        NestedBenchmark.class,
                        "way",
                        List.of("MILLRACE", "FORK_JOIN", "FORK_JOIN_ASYNC", "VIRTUAL", "RECURSIVE_TASK"),
                        Map.of())));
        cells.add(cell(6, "Map of 100,000 items of about 100 ns")
                .against("PARALLEL_STREAM", "SUBMIT_ALL")
                .outside("PLAIN_LOOP")
                .measuring(Suite.of(MapBenchmark.class, "way", names(MapBenchmark.Way.values()), Map.of())
                        .secondsPerFork(6 * 0.5 + 1))
                .measuring(Suite.of(FlowMapBenchmark.class, "way", names(FlowMapBenchmark.Way.values()), Map.of())
                        .secondsPerFork(6 * 0.5 + 1)));
        cells.add(cell(7, "A coroutine's call")
                .measuring(Suite.of(CallBenchmark.class, "way", names(CallBenchmark.Way.values()), Map.of())
                        .methods("oneCoroutine", "manyCoroutines")));
        cells.add(cell(8, "2,000 tasks that each sleep 2 ms, on 64 workers")
                .against("IDEAL", "BARE_THREADS")
                .outside("IDEAL", "BARE_THREADS")
                .ideal("IDEAL", 2_000 / 64.0 * 2_000)
                .measuring(Suite.of(
                                SleepBenchmark.class,
                                "executor",
                                List.of(
                                        "MILLRACE",
                                        "THREAD_POOL",
                                        "THREAD_POOL_LTQ",
                                        "FORK_JOIN",
                                        "FORK_JOIN_ASYNC",
                                        "GUAVA",
                                        "JETTY",
                                        "KOTLINX_IO",
                                        "BARE_THREADS"),
                                Map.of())
                        .secondsPerFork(15 * 0.08 + 1)));
        cells.add(cell(9, "Memory: bytes held, and bytes allocated per submit")
                .running(new Program(
                        Memory.class, List.of("-XX:+UseSerialGC", "-XX:MarkSweepDeadRatio=0", "-Xms1g", "-Xmx1g"), 20))
                .measuring(Suite.of(
                                SubmitBenchmark.class,
                                "executor",
                                PEERS,
                                Map.of("producers", List.of("1"), "workers", List.of("2")))
                        .forAllocation()));
        cells.add(cell(10, "Idle: eight workers for 10 s; parks in a steady burst")
                .outside("NO_POOL")
                .running(new Program(Idle.class, List.of(), 105)));
        cells.add(cell(11, "Cold: from `main` to the first result; jars")
                .running(new Program(Cold.class, List.of(), 30)));
        cells.add(cell(12, "Growth: producers and workers, pending tasks, views")
                .measuring(Suite.of(
                        SubmitBenchmark.class,
                        "executor",
                        FEW_PEERS,
                        Map.of("producers", List.of("1", "8", "64"), "workers", List.of("1", "8", "64"))))
                .measuring(Suite.of(PendingBenchmark.class, "executor", FEW_PEERS, Map.of())
                        .methods("pending100", "pending10000", "pending1000000")
                        .secondsPerFork(8))
                .measuring(Suite.of(
                        ViewsBenchmark.class,
                        "executor",
                        List.of("MILLRACE", "GUAVA", "KOTLINX_DEFAULT"),
                        Map.of("views", List.of("1", "10", "100", "1000")))));
        cells.add(cell(13, "Seen: `submit`, then `get`, while somebody looks at the pool")
                .against("NOBODY")
                .measuring(Suite.of(
                                SeenBenchmark.class,
                                "by",
                                names(SeenBenchmark.By.values()),
                                Map.of("workers", List.of("1", "2")))
                        .methods("submitAndGet", "roundTrip")));
        return cells;
    }

    double seconds(int forks) {
        return suites.stream().mapToDouble(suite -> suite.seconds(forks)).sum()
                + programs.stream()
                        .mapToDouble(program -> program.secondsPerFork() * forks)
                        .sum();
    }

    private static List<String> names(Enum<?>[] values) {
        List<String> names = new ArrayList<>();
        for (Enum<?> value : values) {
            names.add(value.name());
        }
        return names;
    }

    static Cell cell(int number, String title) {
        return new Cell(number, title, List.of(), Set.of(), Map.of(), List.of(), List.of());
    }

    Cell against(String... contenders) {
        return new Cell(number, title, List.of(contenders), outsiders, ideals, suites, programs);
    }

    Cell outside(String... contenders) {
        return new Cell(number, title, yardsticks, Set.of(contenders), ideals, suites, programs);
    }

    Cell ideal(String contender, double value) {
        return new Cell(number, title, yardsticks, outsiders, Map.of(contender, value), suites, programs);
    }

    private Cell measuring(Suite suite) {
        List<Suite> more = new ArrayList<>(suites);
        more.add(suite);
        return new Cell(number, title, yardsticks, outsiders, ideals, more, programs);
    }

    private Cell running(Program program) {
        return new Cell(number, title, yardsticks, outsiders, ideals, suites, List.of(program));
    }
}
