// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.ThreadContextElement
import kotlin.coroutines.CoroutineContext

/** Runs [body] with the thread-context elements of this context set on the thread, and takes them back, however it ends. */
internal fun <T> CoroutineContext.inThread(body: () -> T): T {
    val element = fold<ThreadContextElement<*>?>(null) { first, next -> first ?: next as? ThreadContextElement<*> }
    return if (element == null) body() else element.inThread(minusKey(element.key), this, body)
}

/** Sets one and leaves the others to the inside. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
private fun <S, T> ThreadContextElement<S>.inThread(
    rest: CoroutineContext,
    whole: CoroutineContext,
    body: () -> T,
): T {
    @Suppress("UNCHECKED_CAST") // a copy has the state of its original
    val own = if (this is CopyableThreadContextElement<S>) copyForChild() else this
    val before = own.updateThreadContext(whole)
    try {
        return rest.inThread(body)
    } finally {
        own.restoreThreadContext(whole, before)
    }
}
