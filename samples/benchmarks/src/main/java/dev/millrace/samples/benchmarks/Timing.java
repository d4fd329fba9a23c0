package dev.millrace.samples.benchmarks;

/** How long each benchmark is measured: short, because there are hundreds, and three times, in a JVM of its own each. */
public final class Timing {
    public static final int FORKS = 3;
    public static final int WARMUPS = 3;
    public static final int ITERATIONS = 5;
    public static final int MILLIS = 500;

    private Timing() {}
}
