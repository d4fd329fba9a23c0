// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import dev.millrace.TaskFuture
import dev.millrace.TaskGroup
import dev.millrace.TaskOptions
import dev.millrace.TaskStatus
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import java.io.InterruptedIOException
import java.net.SocketTimeoutException
import java.nio.channels.ClosedByInterruptException

/**
 * Runs the blocking [body] on a worker of this executor and returns its value, without blocking the calling thread. The
 * coroutine goes on in its own dispatcher; where it has none, in the default one, never on a worker.
 *
 * What [body] throws comes out as it was thrown. On a full pool this suspends until there is room, in turn with others.
 * When the calling coroutine is cancelled, a pending body never runs, and a running one is interrupted; the coroutine
 * goes on only after the body has ended, so nothing of it runs on. If the body then fails for another reason than the
 * interrupt, that failure is thrown instead of the cancellation. A coroutine that is cancelled by then submits nothing.
 * The body sees the `ThreadContextElement`s of the coroutine. An adapted executor that runs a body in the thread that
 * submits it, as with `CallerRunsPolicy`, does so here too: it blocks that thread, and the body hears of no cancellation.
 * To an executor elsewhere ([dev.millrace.Capabilities]) the body travels, if it is a `@JvmSerializableLambda`: without the
 * context, and a cancelled coroutine goes on when the interrupt has been sent.
 *
 * @throws java.util.concurrent.RejectedExecutionException if the executor is shut down, or is an adapted one that refuses;
 *     the coroutine stays active
 * @sample dev.millrace.coroutines.samples.readInTime
 */
public suspend fun <T> TaskExecutorService.call(body: () -> T): T = callHere(null, body)

/**
 * [call] for a body that opens something: a value that no caller gets, because the coroutine was cancelled while the body
 * ran or before it could go on, is handed to [onUndelivered], once, before this throws, in the coroutine's dispatcher. What
 * that throws is thrown.
 *
 * @sample dev.millrace.coroutines.samples.openOnWorker
 */
public suspend fun <T> TaskExecutorService.call(onUndelivered: (T) -> Unit, body: () -> T): T =
    callHere(onUndelivered, body)

/**
 * Submits the blocking [body], as `submit` does. Its name is another because Kotlin would take a lambda for a `Runnable`.
 *
 * On a full pool this blocks, refuses, or runs the body in the calling thread, as the pool is told to.
 *
 * @throws java.util.concurrent.RejectedExecutionException if the executor does not accept it
 * @sample dev.millrace.coroutines.samples.haveSameBytes
 */
public fun <T> TaskExecutorService.future(body: () -> T): TaskFuture<T> = submit(Body(body))

/**
 * [future] with a name, a time limit, or a taker for what the body still does after its end.
 *
 * @throws java.util.concurrent.RejectedExecutionException if the executor does not accept it
 * @sample dev.millrace.coroutines.samples.readWithin
 */
public fun <T> TaskExecutorService.future(options: TaskOptions, body: () -> T): TaskFuture<T> =
    submit(Body(body), options)

/**
 * Submits the blocking [body] as a task of this group, as its `submit` does, for blocking code that waits for the group;
 * among coroutines a scope with [asyncOn] does what a group does.
 *
 * @throws java.util.concurrent.RejectedExecutionException if the group is closed, or the executor does not accept it
 * @sample dev.millrace.coroutines.samples.bothTexts
 */
public fun <T> TaskGroup.future(body: () -> T): TaskFuture<T> = submit(Body(body))

/**
 * `future` of a group with a name, a time limit, or a taker for what the body still does after its end.
 *
 * @throws java.util.concurrent.RejectedExecutionException if the group is closed, or the executor does not accept it
 * @sample dev.millrace.coroutines.samples.firstOfTwo
 */
public fun <T> TaskGroup.future(options: TaskOptions, body: () -> T): TaskFuture<T> = submit(Body(body), options)

private suspend fun <T> TaskExecutorService.callHere(onUndelivered: ((T) -> Unit)?, body: () -> T): T {
    val context = currentCoroutineContext()
    context.ensureActive()
    val late = LateOutcome<T>()
    val task: TaskFuture<T> =
        submitWhenRoom(
            codeOf(context, body),
            TaskOptions.onLateOutcome { value, thrown -> late.take(value, thrown) },
        )
    try {
        task.untilExitOrCancelled()
    } catch (cancelled: CancellationException) {
        withContext(NonCancellable) { task.awaitExit() }
        if (task.status() != TaskStatus.CANCELLED) late.takeFrom(task)
        late.settle(cancelled, onUndelivered)
    }
    return task.outcome()
}

/** As [awaitExit], but a cancelled coroutine cancels the task, from the thread that cancels it. */
private suspend fun TaskFuture<*>.untilExitOrCancelled() {
    suspendCancellableCoroutine { continuation ->
        val registration = onExit { continuation.goOn() }
        continuation.invokeOnCancellation {
            registration.remove()
            cancel(true)
        }
    }
}

/** What the body of a cancelled call still produced. Written by the worker before the exit, read after it. */
private class LateOutcome<T> {
    private var result: Result<T>? = null

    @Suppress("UNCHECKED_CAST") // what a body of that type returned
    fun take(value: Any?, thrown: Throwable?) {
        result = if (thrown == null) Result.success(value as T) else Result.failure(thrown)
    }

    /** The body had ended before the cancellation came. */
    fun takeFrom(task: TaskFuture<T>) {
        result = runCatching { task.outcome() }
    }

    fun settle(cancelled: CancellationException, onUndelivered: ((T) -> Unit)?): Nothing {
        result?.fold(
            { value -> onUndelivered?.invoke(value) },
            { thrown -> if (!thrown.isEcho()) throw thrown },
        )
        throw cancelled
    }

    /** Whether it is only how the body heard of the cancellation. */
    private fun Throwable.isEcho() = this is InterruptedException ||
        this is CancellationException ||
        (this is InterruptedIOException && this !is SocketTimeoutException) ||
        this is ClosedByInterruptException
}
