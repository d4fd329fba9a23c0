// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Rounds of everything that can happen to an executor, each with an exact account, until time is over and tasks enough
 * have run. All decisions come from the seed that is printed: {@code -Dstorm.seed=} with the seed of a failed round does
 * that round's deeds first. The timing of the threads is not replayed, so a rare race may need some more rounds.
 */
final class Storm {
    private static final Duration STUCK = Duration.ofMinutes(1);
    private static final int ROUNDS_PER_LOOK_AT_MEMORY = 64;

    private final long seed = Long.getLong("storm.seed", System.nanoTime());
    private final StormTally total = new StormTally();
    private volatile StormRound round;
    private volatile long roundSeed;

    /** What a thread threw that nobody asked for. */
    private volatile Throwable uncaught;

    static void blow(long seconds, long tasks) throws InterruptedException {
        Storm storm = new Storm();
        System.out.println("storm.seed=" + storm.seed);
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        // The storm's failures are not worth a line each.
        Logger logger = Logger.getLogger("dev.millrace");
        Level level = logger.getLevel();
        logger.setLevel(Level.OFF);
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> storm.uncaught(thrown));
        long start = System.nanoTime();
        try (StuckDetector detector = StuckDetector.watch(STUCK, storm)) {
            storm.run(detector, start, seconds, tasks);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(handler);
            logger.setLevel(level);
            StormJob.forgetTravellers();
        }
        long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        System.out.println("storm of " + took + " s: " + storm.total);
    }

    private void run(StuckDetector detector, long start, long seconds, long tasks) throws InterruptedException {
        Random seeds = new Random(seed);
        roundSeed = seed;
        while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds) || total.accepted < tasks) {
            try {
                round = new StormRound(roundSeed);
                total.add(round.run(total.rounds % ROUNDS_PER_LOOK_AT_MEMORY == ROUNDS_PER_LOOK_AT_MEMORY - 1));
                if (uncaught != null) {
                    throw new AssertionError("a thread threw what nobody asked for", uncaught);
                }
            } catch (Throwable fault) {
                throw new AssertionError(
                        "-Dstorm.seed=" + roundSeed + " (" + total + "), " + round + ": " + fault, fault);
            }
            StormJob.forgetTravellers();
            detector.progress();
            roundSeed = seeds.nextLong();
        }
    }

    private void uncaught(Throwable thrown) {
        if (thrown instanceof StormThrown) {
            StormJob job = ((StormThrown) thrown).job;
            if (job != null) {
                job.uncaught();
            }
        } else {
            uncaught = thrown;
        }
    }

    static String describe(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.toString());
        for (StackTraceElement frame : thrown.getStackTrace()) {
            text.append(System.lineSeparator()).append("    at ").append(frame);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return round + ", -Dstorm.seed=" + roundSeed;
    }
}
