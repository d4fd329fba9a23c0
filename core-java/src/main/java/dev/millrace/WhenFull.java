package dev.millrace;

/** What {@code submit} and {@code execute} do when all workers are busy and the bounded queue is full. */
public enum WhenFull {
    /**
     * The submitter waits for room, in turn with the others that wait. An interrupt ends the wait with a
     * {@link java.util.concurrent.RejectedExecutionException}, as does a shutdown. A task that submits to its own
     * full pool does not wait: it runs the new task in place.
     */
    BLOCK,
    /** The submitter gets a {@link java.util.concurrent.RejectedExecutionException} at once. */
    REJECT,
    /** The submitter's own thread runs the task before {@code submit} returns. */
    RUN_IN_CALLER
}
