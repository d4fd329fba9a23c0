// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.ThreadPool
import dev.millrace.WhenFull
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.isActive
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import java.net.SocketTimeoutException
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException

/** `call` on a pool that is full. What every executor owes is in [callContract]. */
class CallSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        test("on a full pool callers suspend, in turn, and block no thread") {
            full(WhenFull.BLOCK) { pool, go ->
                val order = ConcurrentLinkedQueue<Int>()
                // All ten are started on this very thread, which is free to go on.
                val calls = List(10) { launch(start = CoroutineStart.UNDISPATCHED) { pool.call { order += it } } }
                order.isEmpty() shouldBe true
                go.countDown()
                calls.joinAll()
                order.shouldContainExactly(List(10) { it })
            }
        }

        test("a caller that is cancelled while it waits for room leaves the line") {
            full(WhenFull.BLOCK) { pool, go ->
                val order = ConcurrentLinkedQueue<Int>()
                val calls = List(10) { launch(start = CoroutineStart.UNDISPATCHED) { pool.call { order += it } } }
                calls[0].cancelAndJoin()
                calls[5].cancelAndJoin()
                calls[9].cancelAndJoin()
                go.countDown()
                calls.joinAll()
                order.shouldContainExactly(1, 2, 3, 4, 6, 7, 8)
            }
        }

        test("cancelled while it pends, its place is given back at once") {
            ThreadPool.builder().maxWorkers(1).boundedQueue(1, WhenFull.REJECT).build().use { pool ->
                val go = CountDownLatch(1)
                coroutineScope {
                    val running = CountDownLatch(1)
                    val busy =
                        launch(start = CoroutineStart.UNDISPATCHED) {
                            pool.call {
                                running.countDown()
                                go.awaitSoon()
                            }
                        }
                    running.awaitSoon()
                    repeat(100) {
                        launch(start = CoroutineStart.UNDISPATCHED) { pool.call { } }.cancelAndJoin()
                    }
                    val next = pool.future { 1 }
                    go.countDown()
                    next.await() shouldBe 1
                    busy.join()
                }
            }
        }

        test("a pool that runs in its submitters runs no body in the caller") {
            full(WhenFull.RUN_IN_CALLER) { pool, go ->
                val here = Thread.currentThread()
                val calls =
                    List(10) { async(start = CoroutineStart.UNDISPATCHED) { pool.call { Thread.currentThread() } } }
                go.countDown()
                calls.awaitAll().forEach { it shouldNotBe here }
            }
        }

        test("a shutdown reaches those who wait for room, and those who pend, and they stay active") {
            full(WhenFull.BLOCK) { pool, go ->
                supervisorScope {
                    val calls =
                        List(3) {
                            async(start = CoroutineStart.UNDISPATCHED) {
                                runCatching { pool.call { it } }.exceptionOrNull() to isActive
                            }
                        }
                    pool.shutdownNow()
                    go.countDown()
                    calls.awaitAll().forEach { (thrown, active) ->
                        thrown shouldNotBe null
                        active shouldBe true
                    }
                    shouldThrow<RejectedExecutionException> { pool.call { } }
                }
            }
        }

        test("a time-out of the body's own after the cancellation is a failure, not an echo of it") {
            ThreadPool.of(1).use { pool ->
                val running = CountDownLatch(1)
                var thrown: Throwable? = null
                coroutineScope {
                    val calling = launch(start = CoroutineStart.UNDISPATCHED) {
                        try {
                            pool.call {
                                running.countDown()
                                runCatching { CountDownLatch(1).await() }
                                throw SocketTimeoutException("the server is slow")
                            }
                        } catch (e: SocketTimeoutException) {
                            thrown = e
                        }
                    }
                    running.awaitSoon()
                    calling.cancel()
                }
                thrown shouldNotBe null
            }
        }
    })

/** A pool whose only worker is busy until the latch opens, and which has no room for one more. */
private suspend fun full(whenFull: WhenFull, block: suspend CoroutineScope.(ThreadPool, CountDownLatch) -> Unit) {
    ThreadPool.builder().maxWorkers(1).boundedQueue(0, whenFull).build().use { pool ->
        val running = CountDownLatch(1)
        val go = CountDownLatch(1)
        pool.future {
            running.countDown()
            go.awaitDeaf()
        }
        running.awaitSoon()
        try {
            coroutineScope { block(pool, go) }
        } finally {
            go.countDown()
        }
    }
}
