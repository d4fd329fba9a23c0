package dev.millrace;

/**
 * Looks whether there is stack left to run a task on top of another. If there is not, the {@code StackOverflowError}
 * comes here, out of the wait, before anything has been claimed: a task that is claimed and never run would be lost.
 */
final class StackRoom {
    /** Several times as deep as the pool's own calls around a task go. */
    private static final int FRAMES = 100;

    private StackRoom() {}

    static void ensure() {
        descend(FRAMES, 0, 0, 0);
    }

    private static long descend(int frames, long a, long b, long c) {
        return frames == 0 ? a + b + c : descend(frames - 1, b + frames, c + a, a ^ b) + frames;
    }
}
