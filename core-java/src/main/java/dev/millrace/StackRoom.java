// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/**
 * Looks whether there is stack left for what must not stop half-way: to run a task on top of another, to call a worker,
 * to cancel, to shut down. If there is not, the {@code StackOverflowError} comes here, before anything has changed: a task that is
 * claimed and never run would be lost, and so would a worker that is on the books and was never started.
 */
final class StackRoom {
    /** Several times as deep as the pool's own calls around a task go. Costs 0.15 µs. */
    private static final int FRAMES = 100;
    /** To take the lock, look around, and give it back: a lock that is kept is the end of the pool. Costs 0.02 µs. */
    private static final int FRAMES_FOR_LOCK = 20;

    /** What itself does several things that look: none of those may overflow when the first are done. */
    private static final int FRAMES_FOR_MANY = 3 * FRAMES;

    private StackRoom() {}

    static void ensure() {
        descend(FRAMES, 0, 0, 0);
    }

    static void ensureForMany() {
        descend(FRAMES_FOR_MANY, 0, 0, 0);
    }

    static void ensureForLock() {
        descend(FRAMES_FOR_LOCK, 0, 0, 0);
    }

    private static long descend(int frames, long a, long b, long c) {
        return frames == 0 ? a + b + c : descend(frames - 1, b + frames, c + a, a ^ b) + frames;
    }
}
