// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskFuture
import dev.millrace.TaskPromise
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * A view of this [Deferred] as a [TaskFuture], for Java.
 *
 * Cancelling the future, with or without an interrupt, cancels the coroutine before the future's callbacks hear of it;
 * the future is CANCELLED at once, and has exited when the coroutine and its children have ended. Otherwise it is done
 * when the coroutine is, children included: a cancelled coroutine makes a cancelled future, and a failure comes as it was
 * thrown. What a coroutine still throws after Java cancelled it is dropped.
 *
 * @sample dev.millrace.coroutines.samples.showWhenKnown
 */
@OptIn(ExperimentalCoroutinesApi::class)
public fun <T> Deferred<T>.asTaskFuture(): TaskFuture<T> = asTaskFuture { getCompleted() }

/**
 * A view of this [Job] as a [TaskFuture] without a value. See [Deferred.asTaskFuture].
 *
 * @sample dev.millrace.coroutines.samples.stopFromJava
 */
public fun Job.asTaskFuture(): TaskFuture<Unit> = asTaskFuture { }

/**
 * Starts [block] as a coroutine of this scope and returns it as a [TaskFuture], for Java. It fails the scope as `async`
 * does. See [Deferred.asTaskFuture] for what passes between the two.
 *
 * @throws IllegalArgumentException if [start] is lazy: nothing on Java's side would start it
 * @sample dev.millrace.coroutines.samples.priceForJava
 */
public fun <T> CoroutineScope.taskFuture(
    context: CoroutineContext = EmptyCoroutineContext,
    start: CoroutineStart = CoroutineStart.DEFAULT,
    block: suspend CoroutineScope.() -> T,
): TaskFuture<T> {
    require(start != CoroutineStart.LAZY) { "start must not be LAZY: nothing on Java's side would start the coroutine" }
    return async(context, start, block).asTaskFuture()
}

private fun <T> Job.asTaskFuture(value: () -> T): TaskFuture<T> {
    val promise = TaskPromise<T>()
    promise.onCancel { cancel(CancellationException("its TaskFuture was cancelled")) }
    invokeOnCompletion { cause ->
        when (cause) {
            null -> {
                promise.succeed(value())
            }

            is CancellationException -> {
                promise.future().cancel(false)
                promise.exited()
            }

            else -> {
                promise.fail(cause)
            }
        }
    }
    return promise.future()
}
