/**
 * A thread pool with a real future: bounded submit, cancellation that reaches the code, nested waits that cannot
 * deadlock, failures that cannot get lost.
 *
 * <p>Start at {@link dev.millrace.ThreadPool}; what a submit gives back is a {@link dev.millrace.TaskFuture}.
 */
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
