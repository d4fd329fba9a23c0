// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.IOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext

/** What `call` promises when its caller is cancelled. */
internal fun callCancellationContract(kind: Kind) = funSpec {
    test("NonCancellable shields the body") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val go = CountDownLatch(1)
            val result = CompletableDeferred<String>()
            val calling =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    withContext(NonCancellable) {
                        result.complete(
                            executor.call {
                                running.countDown()
                                go.awaitSoon()
                                "not interrupted"
                            },
                        )
                    }
                }
            running.awaitSoon()
            calling.cancel()
            go.countDown()
            result.await() shouldBe "not interrupted"
        }
    }

    test(
        "cancelled while it pends, the body never runs and the caller resumes at once",
    ).config(enabled = kind.queues) {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val ran = AtomicBoolean()
            val busy = List(2) { async(start = CoroutineStart.UNDISPATCHED) { executor.call { go.awaitSoon() } } }
            launch(start = CoroutineStart.UNDISPATCHED) { executor.call { ran.set(true) } }.cancelAndJoin()
            go.countDown()
            busy.forEach { it.await() }
            executor.close()
            ran.get() shouldBe false
        }
    }

    test("cancelled while it runs, the body is interrupted, and the caller resumes only after its end") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val interrupted = CountDownLatch(1)
            val go = CountDownLatch(1)
            val ended = AtomicBoolean()
            val calling =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    try {
                        executor.call {
                            running.countDown()
                            shouldThrow<InterruptedException> { CountDownLatch(1).await() }
                            interrupted.countDown()
                            go.awaitSoon()
                            ended.set(true)
                        }
                    } finally {
                        ended.get() shouldBe true
                    }
                }
            running.awaitSoon()
            calling.cancel()
            interrupted.awaitSoon()
            calling.isCompleted shouldBe false
            go.countDown()
            calling.join()
        }
    }

    test("a body that ignores interrupts is waited for") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val go = CountDownLatch(1)
            val ended = AtomicBoolean()
            val calling =
                launch(Dispatchers.Unconfined) {
                    executor.call {
                        running.countDown()
                        go.awaitDeaf()
                        ended.set(true)
                    }
                }
            running.awaitSoon()
            calling.cancel()
            calling.isCompleted shouldBe false
            go.countDown()
            calling.join()
            ended.get() shouldBe true
        }
    }

    test("a value returned after the cancellation goes to onUndelivered, once") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val go = CountDownLatch(1)
            val undelivered = LinkedBlockingQueue<String>()
            val calling =
                async(start = CoroutineStart.UNDISPATCHED) {
                    executor.call(undelivered::add) {
                        running.countDown()
                        go.awaitDeaf()
                        "opened"
                    }
                }
            running.awaitSoon()
            calling.cancel()
            go.countDown()
            shouldThrow<CancellationException> { calling.await() }
            calling.join()
            undelivered.toList() shouldBe listOf("opened")
        }
    }

    test("a value that was there before the cancellation, and not taken, goes to onUndelivered, once") {
        kind.use { executor ->
            val undelivered = LinkedBlockingQueue<String>()
            val caller = ByHand()
            // The body ends after the caller has suspended, so that its resumption is dispatched.
            val go = CountDownLatch(1)
            val calling =
                launch(caller, CoroutineStart.UNDISPATCHED) {
                    executor.call(undelivered::add) {
                        go.awaitSoon()
                        "opened"
                    }
                }
            go.countDown()
            val resumption = caller.take()
            calling.cancel()
            resumption.run()
            caller.runUntil { calling.isCompleted }
            calling.isCancelled shouldBe true
            undelivered.toList() shouldBe listOf("opened")
        }
    }

    test("what onUndelivered throws is thrown") {
        kind.use { executor ->
            val caller = ByHand()
            // The body ends after the caller has suspended, so that its resumption is dispatched.
            val go = CountDownLatch(1)
            var seen: Throwable? = null
            val calling =
                launch(caller, CoroutineStart.UNDISPATCHED) {
                    seen =
                        runCatching {
                            executor.call({ throw IOException("closing it") }) { go.awaitSoon() }
                        }.exceptionOrNull()
                }
            go.countDown()
            val resumption = caller.take()
            calling.cancel()
            resumption.run()
            caller.runUntil { calling.isCompleted }
            seen!!.message shouldBe "closing it"
        }
    }

    test("a value is delivered or undelivered, never both, however a cancellation races with it") {
        kind.use { executor ->
            val opened = AtomicInteger()
            val delivered = AtomicInteger()
            val undelivered = AtomicInteger()
            repeat(2_000) {
                coroutineScope {
                    val calling =
                        launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) {
                            executor.call({ undelivered.incrementAndGet() }) { opened.incrementAndGet() }
                            delivered.incrementAndGet()
                        }
                    repeat(it % 50) { Thread.onSpinWait() }
                    calling.cancel()
                }
            }
            delivered.get() + undelivered.get() shouldBe opened.get()
        }
    }

    test("a real failure after the cancellation wins over it") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val thrown = IOException("disk")
            val seen = CompletableDeferred<Throwable?>()
            val calling =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    seen.complete(
                        runCatching {
                            executor.call {
                                running.countDown()
                                runCatching { CountDownLatch(1).await() }
                                throw thrown
                            }
                        }.exceptionOrNull(),
                    )
                }
            running.awaitSoon()
            calling.cancelAndJoin()
            seen.await()!!.original(thrown) shouldBeSameInstanceAs thrown
        }
    }

    test("the interrupt that the cancellation caused does not win over it") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val seen = CompletableDeferred<Throwable?>()
            val calling =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    seen.complete(
                        runCatching {
                            executor.call {
                                running.countDown()
                                CountDownLatch(1).await()
                            }
                        }.exceptionOrNull(),
                    )
                }
            running.awaitSoon()
            calling.cancel(CancellationException("enough"))
            seen.await()!!.message shouldBe "enough"
        }
    }

    test("withTimeout interrupts the body and ends after it") {
        kind.use { executor ->
            val ended = AtomicBoolean()
            shouldThrow<TimeoutCancellationException> {
                withTimeout(10) {
                    executor.call {
                        try {
                            CountDownLatch(1).await()
                        } finally {
                            ended.set(true)
                        }
                    }
                }
            }
            ended.get() shouldBe true
        }
    }

    test("a failing sibling interrupts the body, and the scope ends after it") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val ended = AtomicBoolean()
            shouldThrow<IOException> {
                coroutineScope {
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        executor.call {
                            running.countDown()
                            try {
                                CountDownLatch(1).await()
                            } finally {
                                ended.set(true)
                            }
                        }
                    }
                    running.awaitSoon()
                    throw IOException("the sibling")
                }
            }
            ended.get() shouldBe true
        }
    }

    test("an interrupt reaches neither the coroutine that resumes nor the next body") {
        kind.use(workers = 1) { executor ->
            val strays = AtomicInteger()
            repeat(2_000) {
                coroutineScope {
                    val started = CountDownLatch(1)
                    val calling =
                        launch(Dispatchers.Unconfined) {
                            try {
                                executor.call {
                                    started.countDown()
                                    Thread.onSpinWait()
                                }
                            } finally {
                                if (Thread.currentThread().isInterrupted) strays.incrementAndGet()
                            }
                        }
                    started.awaitSoon()
                    calling.cancel()
                    if (executor.call { Thread.interrupted() }) strays.incrementAndGet()
                }
            }
            strays.get() shouldBe 0
        }
    }
}

/** Runs what is dispatched to it when the test says so. */
private class ByHand : CoroutineDispatcher() {
    private val due = LinkedBlockingQueue<Runnable>()

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        due += block
    }

    fun take(): Runnable = due.poll(30, TimeUnit.SECONDS) ?: error("nothing was dispatched")

    fun runUntil(done: () -> Boolean) {
        while (!done()) take().run()
    }
}
