// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.MapOptions
import dev.millrace.TaskExecutorService
import dev.millrace.TaskFuture
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.flow

/**
 * Calls the blocking [transform] for each element on [executor], [concurrency] of them at a time, and emits the results:
 * in the order of the elements, or, if not [ordered], as they get done.
 *
 * Cold. Elements are taken from upstream only as results are emitted: at most [concurrency] are between the two, and a
 * slow collector holds upstream back. Upstream and collector stay in the collector's context. If [transform] fails, that
 * is thrown at its place, after everything before it; unordered, at once, as is a failure of upstream. Then, as after
 * `take`, a cancellation, or a failure of upstream or collector, the rest is cancelled, what runs is interrupted, and has
 * ended when `collect` returns.
 *
 * For short transforms, some microseconds or less, several elements can go to a worker together: [chunk] of them, or as
 * many as [MapOptions.AUTO] finds good. Each worker then has a chunk where it had an element, and the elements of a chunk
 * are emitted together. A chunk waits until it is full or upstream has ended, so leave it at one where upstream trickles.
 * To an executor elsewhere ([dev.millrace.Capabilities]) elements and [transform] travel: a function's reference does, a
 * lambda if it is a `@JvmSerializableLambda`.
 *
 * @throws IllegalArgumentException if [concurrency] or [chunk] is less than one; at once
 * @sample dev.millrace.coroutines.samples.checksums
 */
public fun <A, B> Flow<A>.mapOn(
    executor: TaskExecutorService,
    concurrency: Int,
    ordered: Boolean = true,
    chunk: Int = 1,
    transform: (A) -> B,
): Flow<B> {
    require(concurrency >= 1) { "concurrency must be at least 1: $concurrency" }
    require(chunk >= 1 || chunk == MapOptions.AUTO) { "chunk must be at least 1, or MapOptions.AUTO: $chunk" }
    return flow {
        val chunks = Chunks(executor, concurrency, chunk, currentCoroutineContext(), transform)
        if (ordered) chunks.emitInOrder(this@mapOn, this) else chunks.emitAsDone(this@mapOn, this)
    }
}

/**
 * [mapOn] over [items], which are read lazily, in order, in the collector's context.
 *
 * @sample dev.millrace.coroutines.samples.anyText
 */
public fun <A, B> TaskExecutorService.mapFlow(
    items: Iterable<A>,
    concurrency: Int,
    ordered: Boolean = true,
    chunk: Int = 1,
    transform: (A) -> B,
): Flow<B> = items.asFlow().mapOn(this, concurrency, ordered, chunk, transform)

/**
 * [mapOn] over [items], which are read lazily, in order, in the collector's context.
 *
 * @sample dev.millrace.coroutines.samples.sizeBelow
 */
public fun <A, B> TaskExecutorService.mapFlow(
    items: Sequence<A>,
    concurrency: Int,
    ordered: Boolean = true,
    chunk: Int = 1,
    transform: (A) -> B,
): Flow<B> = items.asFlow().mapOn(this, concurrency, ordered, chunk, transform)

/**
 * The futures as they get done: first those that are done when the flow is collected, then the others in the order of
 * finishing; one that stands there twice comes once. A failed or cancelled one comes like the others, and throws nothing.
 * Cancelling the collector cancels no task.
 *
 * @sample dev.millrace.coroutines.samples.showAsDone
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
