// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** What {@code submit} and {@code execute} do when all workers are busy and the bounded queue is full. */
public enum WhenFull {
    /**
     * The submitter waits for room, in turn with the others that wait. An interrupt ends the wait with a
     * {@link java.util.concurrent.RejectedExecutionException}, as does a shutdown. A task that submits to its own
     * full pool does not wait: it runs the new task in place or, if that is for a view which is at its limit, leaves
     * it there beyond the bound.
     */
    BLOCK,
    /** The submitter gets a {@link java.util.concurrent.RejectedExecutionException} at once. */
    REJECT,
    /**
     * The submitter's own thread runs the task before {@code submit} returns. Where that would break the limit or the
     * order of a view, the submitter waits for room, as with {@link #BLOCK}.
     */
    RUN_IN_CALLER
}
