// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.ThreadPool
import dev.millrace.coroutines.useSuspending
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldMatch
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.time.Duration
import java.util.concurrent.CountDownLatch

class ResourceSpec :
    FunSpec({
        afterTest { noPoolThreadIsLeft() }

        test("a connection that somebody waits for is used and closed") {
            val connections = Connections()
            ThreadPool.of(1).useSuspending { pool -> useConnection(pool, connections::open) }
            connections.toString() shouldBe "1 opened, 1 used, 1 closed"
        }

        test("one that opens in spite of the cancellation is closed") {
            val connections = Connections()
            val opening = CountDownLatch(1)
            ThreadPool.of(1).useSuspending { pool ->
                runBlocking {
                    val caller = launch(start = CoroutineStart.UNDISPATCHED) {
                        useConnection(pool) {
                            opening.countDown()
                            untilInterrupted()
                            connections.open()
                        }
                    }
                    opening.await()
                    caller.cancelAndJoin()
                    connections.toString() shouldBe "1 opened, 0 used, 1 closed"
                }
            }
        }

        test("one that is open, but has not reached its caller, is closed") {
            val connections = Connections()
            ThreadPool.of(1).useSuspending { pool ->
                runBlocking {
                    val caller = launch(start = CoroutineStart.UNDISPATCHED) { useConnection(pool, connections::open) }
                    // The caller cannot go on: this is its thread.
                    pool.awaitQuiescence(Duration.ofSeconds(60)) shouldBe true
                    caller.cancelAndJoin()
                    connections.toString() shouldBe "1 opened, 0 used, 1 closed"
                }
            }
        }

        test("one that nobody wants any more is not opened") {
            val connections = Connections()
            val busy = CountDownLatch(1)
            ThreadPool.of(1).useSuspending { pool ->
                pool.execute { busy.await() }
                runBlocking {
                    val caller = launch(start = CoroutineStart.UNDISPATCHED) { useConnection(pool, connections::open) }
                    caller.cancelAndJoin()
                }
                busy.countDown()
            }
            connections.toString() shouldBe "0 opened, 0 used, 0 closed"
        }

        test("of a thousand impatient callers none leaves a connection open") {
            val counts = Regex("(\\d+) opened, (\\d+) used, (\\d+) closed")
            val printed = runProgram("Resource")
            printed shouldMatch counts
            val (opened, _, closed) = counts.matchEntire(printed)!!.destructured
            closed shouldBe opened
        }
    })

private fun untilInterrupted() {
    try {
        CountDownLatch(1).await()
    } catch (_: InterruptedException) {
        // As a library does that opens nevertheless.
    }
}
