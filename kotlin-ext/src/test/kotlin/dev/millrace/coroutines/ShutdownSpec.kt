// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import java.io.IOException
import java.util.concurrent.CountDownLatch

class ShutdownSpec :
    FunSpec({
        leavesNothingBehind()

        test("shutdownAndJoin returns when all work has ended") {
            val pool = pool(1)
            val busy = Busy(pool)
            val pending = pool.future { 1 }
            coroutineScope {
                val joining = launch(start = CoroutineStart.UNDISPATCHED) { pool.shutdownAndJoin() }
                pool.isShutdown shouldBe true
                joining.isCompleted shouldBe false
                busy.end()
                joining.join()
            }
            pending.await() shouldBe 1
            pool.isTerminated shouldBe true
        }

        test("shutdownAndJoin with cancelPending cancels what has not begun, and interrupts nothing") {
            val pool = pool(1)
            val busy = Busy(pool)
            val pending = pool.future { 1 }
            coroutineScope {
                val joining =
                    launch(start = CoroutineStart.UNDISPATCHED) { pool.shutdownAndJoin(cancelPending = true) }
                pending.isCancelled shouldBe true
                joining.isCompleted shouldBe false
                busy.end()
                joining.join()
            }
            busy.wasInterrupted shouldBe false
        }

        test("shutdownAndJoin of a pool that has terminated returns at once, also a second time") {
            val pool = pool(1)
            pool.close()
            coroutineScope {
                val joining =
                    async(start = CoroutineStart.UNDISPATCHED) {
                        pool.shutdownAndJoin()
                        pool.shutdownAndJoin(cancelPending = true)
                    }
                joining.isCompleted shouldBe true
            }
        }

        test("a cancelled shutdownAndJoin stops waiting, and the pool goes on to its end") {
            val pool = pool(1)
            val busy = Busy(pool)
            val pending = pool.future { 1 }
            coroutineScope {
                launch(start = CoroutineStart.UNDISPATCHED) { pool.shutdownAndJoin() }.cancelAndJoin()
            }
            pool.isTerminated shouldBe false
            busy.end()
            pending.await() shouldBe 1
            pool.shutdownAndJoin()
            busy.wasInterrupted shouldBe false
        }

        test("useSuspending returns the block's value after all work has ended") {
            val pool = pool(2)
            val ended = CountDownLatch(20)
            pool.useSuspending {
                repeat(20) { _ -> it.future { ended.countDown() } }
                "value"
            } shouldBe "value"
            ended.count shouldBe 0
            pool.isTerminated shouldBe true
        }

        test("useSuspending shuts the pool down when the block throws, and interrupts nothing") {
            val pool = pool(1)
            val busy = Busy(pool)
            shouldThrow<IOException> {
                pool.useSuspending {
                    busy.end()
                    throw IOException("block")
                }
            }.message shouldBe "block"
            pool.isTerminated shouldBe true
            busy.wasInterrupted shouldBe false
        }

        test("a cancelled useSuspending cancels what pends, interrupts what runs, and waits for its end") {
            val pool = pool(1)
            val gauge = Gauge()
            val begun = CountDownLatch(1)
            val running = pool.future { gauge.stay(begun) }
            val pending = pool.future { 1 }
            begun.awaitOrFail()
            coroutineScope {
                launch(start = CoroutineStart.UNDISPATCHED) { pool.useSuspending { awaitCancellation() } }
                    .cancelAndJoin()
            }
            gauge.now shouldBe 0
            running.isDone shouldBe true
            pending.isCancelled shouldBe true
            pool.isTerminated shouldBe true
        }

        test("useSuspending that is cancelled while it waits for the end does the same") {
            val pool = pool(1)
            val gauge = Gauge()
            val begun = CountDownLatch(1)
            val running = pool.future { gauge.stay(begun) }
            val pending = pool.future { 1 }
            begun.awaitOrFail()
            coroutineScope {
                val using = launch(start = CoroutineStart.UNDISPATCHED) { pool.useSuspending { } }
                pool.isShutdown shouldBe true
                using.cancelAndJoin()
            }
            gauge.now shouldBe 0
            running.isDone shouldBe true
            pending.isCancelled shouldBe true
            pool.isTerminated shouldBe true
        }

        test("useSuspending that is cancelled while it waits still throws what its block threw") {
            val pool = pool(1)
            val gauge = Gauge()
            val begun = CountDownLatch(1)
            pool.future { gauge.stay(begun) }
            begun.awaitOrFail()
            var thrown: Throwable? = null
            coroutineScope {
                val using =
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        try {
                            pool.useSuspending { throw IOException("block") }
                        } catch (e: IOException) {
                            thrown = e
                        }
                    }
                using.cancelAndJoin()
            }
            thrown?.message shouldBe "block"
            pool.isTerminated shouldBe true
        }
    })
