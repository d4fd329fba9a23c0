// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.ThreadPool
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext

/**
 * Shuts this pool down and waits, without blocking a thread, until all its work has ended; with [cancelPending], what
 * has not begun is cancelled. The last thread ends a moment later. When the calling coroutine is cancelled it stops
 * waiting, and the pool goes on to its end. A coroutine that runs on this pool itself ([asCoroutineDispatcher]) is
 * cancelled when the pool has ended, as there is no worker left for it: call this from another dispatcher.
 *
 * @sample dev.millrace.coroutines.samples.saveAll
 */
public suspend fun ThreadPool.shutdownAndJoin(cancelPending: Boolean = false) {
    if (cancelPending) shutdownAndCancelPending() else shutdown()
    suspendCancellableCoroutine { continuation ->
        val registration = onTermination { continuation.goOn() }
        continuation.invokeOnCancellation { registration.remove() }
    }
}

/**
 * Calls [block] with this pool, then shuts it down and waits, without blocking a thread, until all its work has ended, also
 * if [block] throws. If the calling coroutine is cancelled, in [block] or while it waits, what pends is cancelled and what
 * runs is interrupted first.
 *
 * @sample dev.millrace.coroutines.samples.countLines
 */
public suspend fun <R> ThreadPool.useSuspending(block: suspend (ThreadPool) -> R): R {
    try {
        return block(this)
    } finally {
        try {
            shutdownAndJoin()
        } catch (_: CancellationException) {
            // Before or just now; what the block returned or threw goes on.
            shutdownNow()
            withContext(NonCancellable) { shutdownAndJoin() }
        }
    }
}
