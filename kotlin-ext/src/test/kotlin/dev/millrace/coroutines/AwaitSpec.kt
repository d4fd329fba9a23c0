// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskCancelledException
import dev.millrace.TaskPromise
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import java.lang.ref.WeakReference

class AwaitSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        test("an awaiter of a task that Java cancels stays active") {
            val promise = TaskPromise<Int>()
            coroutineScope {
                val awaiting =
                    async(start = CoroutineStart.UNDISPATCHED) {
                        shouldThrow<TaskCancelledException> { promise.future().await() }
                        isActive
                    }
                promise.future().cancel(false)
                awaiting.await() shouldBe true
            }
        }

        test("a race of completion and cancellation ends in exactly one outcome") {
            repeat(5_000) {
                val promise = TaskPromise<Int>()
                coroutineScope {
                    val awaiting =
                        async(Dispatchers.Default, start = CoroutineStart.UNDISPATCHED) { promise.future().await() }
                    val completing = launch(Dispatchers.Default) { promise.succeed(1) }
                    awaiting.cancelAndJoin()
                    completing.join()
                }
                promise.future().isDone shouldBe true
            }
        }

        test("a long-lived future does not hold ten thousand cancelled awaiters") {
            val promise = TaskPromise<Int>()
            val view = promise.future().asDeferred()
            val held = ArrayList<WeakReference<Any>>()
            repeat(5_000) {
                held += cancelledAwaiter { view.await() }
                held += cancelledAwaiter { promise.future().awaitExit() }
            }
            held.shouldBecomeUnreachable()
            promise.future().isDone shouldBe false
            promise.succeed(1)
            view.await() shouldBe 1
        }

        test("a future that was cancelled while it ran, and runs on, does not hold its cancelled awaiters") {
            val promise = TaskPromise<Int>()
            val held = List(1_000) { cancelledAwaiter { promise.future().await() } }
            held.shouldBecomeUnreachable()
            promise.future().hasExited() shouldBe false
        }
    })

/** Something that only the coroutine holds. */
private suspend fun cancelledAwaiter(wait: suspend () -> Unit): WeakReference<Any> {
    val reference: WeakReference<Any>
    coroutineScope {
        var own: Any? = Any()
        reference = WeakReference(own!!)
        val awaiting =
            launch(start = CoroutineStart.UNDISPATCHED) {
                val mine = own
                own = null
                wait()
                check(mine != null)
            }
        awaiting.cancelAndJoin()
    }
    return reference
}

private fun List<WeakReference<Any>>.shouldBecomeUnreachable() {
    var rounds = 0
    while (any { it.get() != null } && rounds++ < 100) System.gc()
    count { it.get() != null } shouldBe 0
}
