// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskFuture
import dev.millrace.TaskStatus
import dev.millrace.ThreadPool
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.future.asDeferred
import kotlinx.coroutines.future.await
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import java.io.IOException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch

/** kotlinx's own functions on what is ours. An explicit import of its `asCoroutineDispatcher`, as above, beats ours. */
class KotlinxSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        test("kotlinx's dispatcher over a pool runs coroutines on its workers, and delay comes back to it") {
            ThreadPool.builder().name("mill").build().use { pool ->
                val theirs = pool.asCoroutineDispatcher()
                theirs.javaClass.name shouldStartWith "kotlinx."
                withContext(theirs) {
                    Thread.currentThread().name shouldStartWith "mill"
                    delay(1)
                    Thread.currentThread().name shouldStartWith "mill"
                }
            }
        }

        test("closing kotlinx's dispatcher shuts the pool down, and a launch on it is cancelled") {
            ThreadPool.of(1).use { pool ->
                val theirs = pool.asCoroutineDispatcher()
                withContext(theirs) { }
                theirs.close()
                pool.isShutdown shouldBe true
                coroutineScope { launch(theirs) { }.apply { join() }.isCancelled shouldBe true }
            }
        }

        for ((how, wait) in theirWaits) {
            test("kotlinx's $how has the value, null too") {
                ThreadPool.of(1).use { pool ->
                    wait(pool.future { 42 }.toCompletableFuture()) shouldBe 42
                    wait(pool.future<Any?> { null }.toCompletableFuture()) shouldBe null
                }
            }

            test("kotlinx's $how throws what the body threw, of a task that is done and of one that runs") {
                ThreadPool.of(1).use { pool ->
                    val thrown = IOException("disk")
                    val done = pool.future<Any?> { throw thrown }.also { it.awaitExit() }
                    shouldThrow<IOException> { wait(done.toCompletableFuture()) }
                        .original(thrown) shouldBeSameInstanceAs thrown
                    supervisorScope {
                        val running = Held(pool) { throw thrown }
                        val waiting = waitFor(running.task, wait)
                        running.go()
                        shouldThrow<IOException> { waiting.await() }.original(thrown) shouldBeSameInstanceAs thrown
                    }
                }
            }

            test("kotlinx's $how throws a CancellationException when Java cancels, and the coroutine stays active") {
                ThreadPool.of(1).use { pool ->
                    val held = Held(pool) { }
                    coroutineScope {
                        val waiting =
                            async(start = CoroutineStart.UNDISPATCHED) {
                                shouldThrow<CancellationException> { wait(held.task.toCompletableFuture()) }
                                isActive
                            }
                        held.task.cancel(true)
                        waiting.await() shouldBe true
                    }
                }
            }
        }

        test("cancelling the coroutine in kotlinx's await cancels the task") {
            ThreadPool.of(1).use { pool ->
                val held = Held(pool) { }
                coroutineScope { waitFor(held.task) { it.await() }.cancelAndJoin() }
                held.task.status() shouldBe TaskStatus.CANCELLED
                held.go()
            }
        }

        test("cancelling kotlinx's Deferred cancels the task") {
            ThreadPool.of(1).use { pool ->
                val held = Held(pool) { }
                held.task
                    .toCompletableFuture()
                    .asDeferred()
                    .cancelAndJoin()
                held.task.status() shouldBe TaskStatus.CANCELLED
                held.go()
            }
        }
    })

private val theirWaits: Map<String, suspend (CompletableFuture<out Any?>) -> Any?> =
    mapOf("await" to { it.await() }, "asDeferred" to { it.asDeferred().await() })

private fun CoroutineScope.waitFor(task: TaskFuture<*>, wait: suspend (CompletableFuture<out Any?>) -> Any?) =
    async(start = CoroutineStart.UNDISPATCHED) { wait(task.toCompletableFuture()) }

/** A task that runs, and ends as [end] does when it is let go. */
private class Held(pool: ThreadPool, end: () -> Any?) {
    private val running = CountDownLatch(1)
    private val gate = CountDownLatch(1)
    val task =
        pool.future {
            running.countDown()
            gate.awaitSoon()
            end()
        }

    init {
        running.awaitSoon()
    }

    fun go() = gate.countDown()
}
