// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.Dispatchers
import kotlin.coroutines.ContinuationInterceptor

/**
 * Resumes, from a callback on a worker. A coroutine without a dispatcher, as in `suspend fun main`, would go on right here:
 * it would keep the worker, and could not close the pool, whose thread it runs on. It goes on where `launch` would.
 */
internal fun CancellableContinuation<Unit>.goOn() {
    if (context[ContinuationInterceptor] != null) {
        resumeWith(Result.success(Unit))
    } else {
        Dispatchers.Default.dispatch(context) { resumeWith(Result.success(Unit)) }
    }
}
