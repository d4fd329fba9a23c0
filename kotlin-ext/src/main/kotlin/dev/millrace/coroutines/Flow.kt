package dev.millrace.coroutines

import dev.millrace.TaskCancelledException
import dev.millrace.TaskExecutorService
import dev.millrace.TaskFuture
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.sync.Semaphore
import java.util.concurrent.RejectedExecutionException

/**
 * Calls the blocking [transform] for each element on [executor], [concurrency] of them at a time, and emits the results:
 * in the order of the elements, or, if not [ordered], as they get done.
 *
 * Cold. Elements are taken from upstream only as results are emitted: at most [concurrency] are between the two, and a
 * slow collector holds upstream back. Upstream and collector stay in the collector's context. If [transform] fails, that
 * is thrown at its place, after everything before it; unordered, at once, as is a failure of upstream. Then, as after `take`, a cancellation, or a
 * failure of upstream or collector, the rest is cancelled, what runs is interrupted, and has ended when `collect` returns.
 *
 * @throws IllegalArgumentException if [concurrency] is less than one; at once
 */
public fun <A, B> Flow<A>.mapOn(
    executor: TaskExecutorService,
    concurrency: Int,
    ordered: Boolean = true,
    transform: (A) -> B,
): Flow<B> {
    require(concurrency >= 1) { "concurrency must be at least 1: $concurrency" }
    return if (ordered) mapInOrder(executor, concurrency, transform) else mapAsDone(executor, concurrency, transform)
}

/** [mapOn] over [items], which are read lazily, in order, in the collector's context. */
public fun <A, B> TaskExecutorService.mapFlow(
    items: Iterable<A>,
    concurrency: Int,
    ordered: Boolean = true,
    transform: (A) -> B,
): Flow<B> = items.asFlow().mapOn(this, concurrency, ordered, transform)

/** [mapOn] over [items], which are read lazily, in order, in the collector's context. */
public fun <A, B> TaskExecutorService.mapFlow(
    items: Sequence<A>,
    concurrency: Int,
    ordered: Boolean = true,
    transform: (A) -> B,
): Flow<B> = items.asFlow().mapOn(this, concurrency, ordered, transform)

/**
 * The futures as they get done: first those that are done by now, then the others in the order of finishing; one that
 * stands there twice comes once. Cancelling the collector cancels no task.
 */
public fun <F : TaskFuture<*>> Iterable<F>.asCompletedFlow(): Flow<F> = flow {
    val futures = toSet()
    val done = Channel<F>(Channel.UNLIMITED)
    val registrations = futures.map { future -> future.onDone { done.trySend(future) } }
    try {
        repeat(futures.size) { emit(done.receive()) }
    } finally {
        registrations.forEach { it.remove() }
    }
}

private fun <A, B> Flow<A>.mapInOrder(executor: TaskExecutorService, concurrency: Int, transform: (A) -> B): Flow<B> =
    flow {
        // A supervisor's: the failure of one must not end those before it.
        supervisorScope {
            val started = Channel<Deferred<B>>(Channel.UNLIMITED)
            val inFlight = Semaphore(concurrency)
            read(started) {
                // Room is made before upstream is asked: what stands in its hands counts, too.
                inFlight.acquire()
                collect { element ->
                    started.send(this@supervisorScope.asyncBeside { executor.callForFlow { transform(element) } })
                    inFlight.acquire()
                }
            }
            for (result in started) {
                val value = result.await()
                inFlight.release()
                emit(value)
            }
        }
    }

private fun <A, B> Flow<A>.mapAsDone(executor: TaskExecutorService, concurrency: Int, transform: (A) -> B): Flow<B> =
    flow {
        supervisorScope {
            val done = Channel<Result<B>>(Channel.UNLIMITED)
            val inFlight = Semaphore(concurrency)
            read(done) {
                // Ends when all that it started have ended.
                supervisorScope {
                    inFlight.acquire()
                    try {
                        collect { element ->
                            // It is tempting to send from the completion handler of asyncOn. Don't: the scope can end
                            // between the completion of a child and its handlers, and the result would be lost.
                            asyncBeside {
                                done.trySend(runCatching { executor.callForFlow { transform(element) } })
                            }
                            inFlight.acquire()
                        }
                    } catch (failure: Throwable) {
                        // Closed first: what runs is cancelled now, and the collector must not take that for the reason.
                        done.close(failure)
                        throw failure
                    }
                }
            }
            for (result in done) {
                val value = result.getOrThrow()
                inFlight.release()
                emit(value)
            }
        }
    }

/** A task that a shutdown cancelled is no cancellation of the collector, which a coroutine would take for its own. */
private suspend fun <B> TaskExecutorService.callForFlow(body: () -> B): B = try {
    call(body)
} catch (cancelled: TaskCancelledException) {
    currentCoroutineContext().ensureActive()
    throw RejectedExecutionException("the flow cannot go on: ${cancelled.message}", cancelled)
}

/** Reads upstream beside the collector, in its context; the end and a failure come out of [channel], at their place. */
private fun CoroutineScope.read(channel: Channel<*>, upstream: suspend () -> Unit) {
    async {
        try {
            upstream()
            channel.close()
        } catch (failure: Throwable) {
            channel.close(failure)
            throw failure
        }
    }
}
