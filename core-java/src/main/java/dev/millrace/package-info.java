// SPDX-License-Identifier: Apache-2.0
/**
 * A thread pool with a real future: bounded submit, cancellation that reaches the code, tasks that wait for tasks on a
 * pool of any size, failures that are logged if nobody looks at them.
 *
 * <p>Start at {@link dev.millrace.ThreadPool}; what a submit gives back is a {@link dev.millrace.TaskFuture}.
 */
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
