package dev.millrace.coroutines

import dev.millrace.ThreadPool
import dev.millrace.WhenFull
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldStartWith
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

class CallSpec :
    FunSpec({
        val pool = ThreadPool.builder().name("call").maxWorkers(2).build()
        afterSpec { pool.close() }

        test("call runs on a worker and resumes in the caller's context") {
            val before = Thread.currentThread().name.substringBefore(" @")
            val worker: String = pool.call { Thread.currentThread().name }
            worker shouldStartWith "call-"
            Thread.currentThread().name.substringBefore(" @") shouldNotBe worker
            before shouldNotBe worker
        }

        test("what the body throws comes out as it was thrown") {
            val thrown = IOException("disk")
            val failure = shouldThrow<IOException> { pool.call { throw thrown } }
            generateSequence<Throwable>(failure) { it.cause }.last() shouldBeSameInstanceAs thrown
        }

        test("an already cancelled coroutine submits nothing") {
            val ran = AtomicBoolean()
            coroutineScope {
                launch(start = CoroutineStart.UNDISPATCHED) {
                    currentCoroutineContext()[Job]!!.cancel()
                    pool.call { ran.set(true) }
                }.join()
            }
            pool.call { }
            ran.get() shouldBe false
        }

        test("cancelled while it runs, the body is interrupted and the caller goes on only after it has ended") {
            val running = CountDownLatch(1)
            val ended = AtomicBoolean()
            val interrupted = AtomicBoolean()
            coroutineScope {
                val calling =
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        try {
                            pool.call {
                                running.countDown()
                                try {
                                    CountDownLatch(1).await()
                                } catch (_: InterruptedException) {
                                    interrupted.set(true)
                                }
                                ended.set(true)
                            }
                        } finally {
                            ended.get() shouldBe true
                            Thread.currentThread().isInterrupted shouldBe false
                        }
                    }
                running.await(30, TimeUnit.SECONDS) shouldBe true
                calling.cancelAndJoin()
            }
            interrupted.get() shouldBe true
        }

        test("a time limit interrupts the body") {
            withTimeoutOrNull(10) { pool.call { CountDownLatch(1).await() } } shouldBe null
        }

        test("cancelled while it pends, the body never runs") {
            val one = ThreadPool.of(1)
            val go = CountDownLatch(1)
            val ran = AtomicBoolean()
            coroutineScope {
                val busy = async(start = CoroutineStart.UNDISPATCHED) { one.call { go.await(30, TimeUnit.SECONDS) } }
                launch(start = CoroutineStart.UNDISPATCHED) { one.call { ran.set(true) } }.cancelAndJoin()
                go.countDown()
                busy.await()
            }
            one.close()
            ran.get() shouldBe false
        }

        test("on a full pool it suspends, and blocks no thread") {
            val full = ThreadPool.builder().maxWorkers(1).boundedQueue(0, WhenFull.BLOCK).build()
            val go = CountDownLatch(1)
            val ran = AtomicInteger()
            coroutineScope {
                val calls =
                    List(10) {
                        async(start = CoroutineStart.UNDISPATCHED) {
                            full.call {
                                go.await(30, TimeUnit.SECONDS)
                                ran.incrementAndGet()
                            }
                        }
                    }
                // All ten were started on this very thread, which is free to come here.
                calls.last().cancelAndJoin()
                go.countDown()
                calls.dropLast(1).forEach { it.await() }
            }
            full.close()
            ran.get() shouldBe 9
        }

        test("after a shutdown the caller gets a rejection and stays active") {
            val closed = ThreadPool.of(1)
            closed.close()
            shouldThrow<RejectedExecutionException> { closed.call { 1 } }
            currentCoroutineContext().isActive shouldBe true
        }

        test("a coroutine that runs on the pool's only thread may call") {
            val one = ThreadPool.of(1)
            val dispatcher = one.asCoroutineDispatcher()
            withContext(dispatcher) { one.call { 1 } + one.call { 2 } } shouldBe 3
            one.close()
        }
    })
