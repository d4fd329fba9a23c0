// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import dev.millrace.TaskFuture
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.withContext
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.EmptyCoroutineContext

/**
 * A view of this task as a [Deferred], which cannot be completed from outside.
 *
 * Cancelling the view cancels the task, pending or running, and the view is complete only when the body has ended; so
 * `cancelAndJoin` waits for that. Awaiting it shares: cancelling an awaiting coroutine leaves the task and the other
 * awaiters alone. A task that is cancelled from elsewhere cancels the view, with the
 * [dev.millrace.TaskCancelledException] as its cause. A failure is thrown by `await` and goes nowhere else.
 *
 * @sample dev.millrace.coroutines.samples.faster
 */
@OptIn(DelicateCoroutinesApi::class) // it lives as long as the task, and belongs to no scope
public fun <T> TaskFuture<T>.asDeferred(): Deferred<T> =
    GlobalScope.async(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) {
        try {
            await()
        } catch (e: CancellationException) {
            // Cancelled, the view or the task: the view is so at once, but not over before the code has left.
            currentCoroutineContext().cancel(e)
            withContext(NonCancellable) { awaitExit() }
            throw e
        }
    }

/**
 * Runs the blocking [body] on [executor] as a child of this scope: `async` for blocking code.
 *
 * The body is submitted by this call. Cancelling the scope or the [Deferred] cancels the task, interrupts a running body,
 * and waits for its end; a failure fails the scope, as that of `async` does. See [call] for the rest.
 *
 * @sample dev.millrace.coroutines.samples.totalSize
 */
public fun <T> CoroutineScope.asyncOn(executor: TaskExecutorService, body: () -> T): Deferred<T> =
    asyncBeside { executor.call(body) }

/**
 * Starts [block] here and now, as a child of this scope, and lets it go on wherever it is resumed: whoever awaits it goes on
 * in a dispatcher of its own. Only a scope without one gets the default one, or its coroutine would stay on a worker.
 */
internal fun <T> CoroutineScope.asyncBeside(block: suspend () -> T): Deferred<T> {
    val hasDispatcher = coroutineContext[ContinuationInterceptor] != null
    val context = if (hasDispatcher) Dispatchers.Unconfined else EmptyCoroutineContext
    return async(context, CoroutineStart.UNDISPATCHED) { block() }
}
