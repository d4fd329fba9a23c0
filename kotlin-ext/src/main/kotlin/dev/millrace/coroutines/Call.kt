package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import dev.millrace.TaskFuture
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import java.util.concurrent.Callable

/**
 * Runs the blocking [body] on a worker of this executor and returns its value, without blocking the calling thread.
 *
 * What [body] throws comes out as it was thrown. On a full pool this suspends until there is room, in turn with others.
 * When the calling coroutine is cancelled, a pending body never runs, and a running one is interrupted; the coroutine
 * goes on only after the body has ended, so nothing of it runs on. A coroutine that is cancelled by then submits nothing.
 *
 * @throws java.util.concurrent.RejectedExecutionException if the executor is shut down; the coroutine stays active
 */
public suspend fun <T> TaskExecutorService.call(body: () -> T): T {
    currentCoroutineContext().ensureActive()
    val task: TaskFuture<T> = submitWhenRoom(Callable { body() })
    try {
        task.untilExitOrCancelled()
    } catch (cancelled: CancellationException) {
        withContext(NonCancellable) { task.awaitExit() }
        throw cancelled
    }
    return task.outcome()
}

/** As [awaitExit], but a cancelled coroutine cancels the task, from the thread that cancels it. */
private suspend fun TaskFuture<*>.untilExitOrCancelled() {
    suspendCancellableCoroutine { continuation ->
        val registration = onExit { continuation.resumeWith(Result.success(Unit)) }
        continuation.invokeOnCancellation {
            registration.remove()
            cancel(true)
        }
    }
}
