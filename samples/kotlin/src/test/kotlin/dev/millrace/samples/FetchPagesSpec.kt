// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.ThreadPool
import dev.millrace.coroutines.useSuspending
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.withTimeout
import java.io.IOException
import java.net.URI
import java.util.Collections
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds

class FetchPagesSpec :
    FunSpec({
        val never = CountDownLatch(1)

        /** Servers of these pages, by their addresses. */
        suspend fun serving(vararg pages: () -> String, block: suspend (List<URI>) -> Unit) {
            val threads = ThreadPool.of(pages.size)
            val servers = pages.map { serve(threads, it) }
            try {
                block(servers.map { it.uri })
            } finally {
                servers.forEach { it.stop(0) }
                threads.shutdownNow()
                threads.close()
            }
        }

        afterTest { noPoolThreadIsLeft() }

        test("the first answer wins, and the other requests have been interrupted when it is there") {
            val slowOnesAsked = CountDownLatch(2)
            val slow = {
                slowOnesAsked.countDown()
                never.await()
                "slow"
            }
            val fast = {
                slowOnesAsked.await()
                "fast"
            }
            serving(slow, fast, slow) { addresses ->
                val interrupted = Collections.synchronizedList(mutableListOf<URI>())
                ThreadPool.of(3).useSuspending { pool ->
                    firstPage(pool, addresses) { address ->
                        try {
                            fetch(address)
                        } catch (e: InterruptedException) {
                            interrupted += address
                            throw e
                        }
                    } shouldBe "fast"
                    interrupted shouldContainExactlyInAnyOrder listOf(addresses[0], addresses[2])
                }
            }
        }

        test("a server that fails does not count") {
            val failed = CountDownLatch(1)
            val patient = {
                failed.await()
                "patient"
            }
            serving({ throw IOException("down") }, patient) { addresses ->
                ThreadPool.of(2).useSuspending { pool ->
                    firstPage(pool, addresses) { address ->
                        try {
                            fetch(address)
                        } catch (e: IOException) {
                            failed.countDown()
                            throw e
                        }
                    } shouldBe "patient"
                }
            }
        }

        test("when the time is up no request runs on") {
            val hanging = {
                never.await()
                "never"
            }
            serving(hanging, hanging) { addresses ->
                val running = AtomicInteger()
                ThreadPool.of(2).useSuspending { pool ->
                    shouldThrow<TimeoutCancellationException> {
                        withTimeout(300.milliseconds) {
                            firstPage(pool, addresses) { address ->
                                running.incrementAndGet()
                                try {
                                    fetch(address)
                                } finally {
                                    running.decrementAndGet()
                                }
                            }
                        }
                    }
                    running.get() shouldBe 0
                }
            }
        }

        test("the program prints the fast server's page") {
            runProgram("FetchPages") shouldBe "the page, from server 1"
        }
    })
