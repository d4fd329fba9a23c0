// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskFuture
import dev.millrace.TaskStatus
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * Waits for this task without blocking a thread and returns its value.
 *
 * What the task threw comes out as it was thrown. If the task was cancelled, by whomever, this throws
 * [dev.millrace.TaskCancelledException], and the calling coroutine stays active. The awaiter owns the task: when the
 * calling coroutine is cancelled, the task is cancelled too (pending, it never runs; running, it is interrupted), and the
 * coroutine goes on at once. If both happen together, one of the two wins, and the other has no effect.
 *
 * @throws dev.millrace.TaskCancelledException if the task was cancelled
 * @sample dev.millrace.coroutines.samples.valueOr
 */
public suspend fun <T> TaskFuture<T>.await(): T {
    awaitDone()
    return outcome()
}

/** [await] without the outcome: throws only if the calling coroutine is cancelled. */
internal suspend fun TaskFuture<*>.awaitDone() {
    if (!isDone) {
        suspendCancellableCoroutine { continuation ->
            val registration = onDone { continuation.goOn() }
            continuation.invokeOnCancellation {
                // Taken back first: a future that lives long must not hold a coroutine that has gone.
                registration.remove()
                cancel(true)
            }
        }
    }
}

/**
 * Waits until the code of this task runs nowhere any more, without blocking a thread. Neither throws what the task threw
 * nor cancels it, also when the calling coroutine is cancelled: that one goes on at once.
 *
 * @sample dev.millrace.coroutines.samples.cancelAndDelete
 */
public suspend fun TaskFuture<*>.awaitExit() {
    if (!hasExited()) {
        suspendCancellableCoroutine { continuation ->
            val registration = onExit { continuation.goOn() }
            continuation.invokeOnCancellation { registration.remove() }
        }
    }
}

/** The value, or what the task threw, unwrapped. Only of a task that is done. */
internal fun <T> TaskFuture<T>.outcome(): T {
    if (status() == TaskStatus.FAILED) throw exceptionNow()
    return join()
}
