// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskCancelledException
import dev.millrace.TaskFuture
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import java.io.IOException
import java.util.concurrent.CompletionException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger

/** What `await` and `awaitExit` promise. */
internal fun awaitContract(kind: Kind) = funSpec {
    test("await returns the value, null too") {
        kind.use { executor ->
            executor.future { 42 }.await() shouldBe 42
            val nothing: TaskFuture<String?> = executor.future { null }
            nothing.await() shouldBe null
        }
    }

    listOf(
        IOException("disk"),
        StackOverflowError("an error"),
        ExecutionException("only looks like a wrapper", IOException("inside")),
        CompletionException("only looks like a wrapper", IOException("inside")),
        CancellationException("the body's own"),
    ).forEach { thrown ->
        test("await throws what the task threw, as it was: ${thrown.javaClass.name}") {
            kind.use { executor ->
                val seen = runCatching { executor.future { throw thrown }.await() }.exceptionOrNull()
                seen!!.original(thrown) shouldBeSameInstanceAs thrown
                currentCoroutineContext().isActive shouldBe true
            }
        }
    }

    test("a cancelled awaiter cancels its pending task, which never runs").config(enabled = kind.queues) {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val ran = AtomicBoolean()
            val busy = List(2) { executor.future { go.awaitSoon() } }
            val pending = executor.future { ran.set(true) }
            launch(start = CoroutineStart.UNDISPATCHED) { pending.await() }.cancelAndJoin()
            pending.isCancelled shouldBe true
            go.countDown()
            busy.forEach { it.await() }
            executor.close()
            ran.get() shouldBe false
        }
    }

    test("a cancelled awaiter interrupts its running task and does not wait for it") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val interrupted = CountDownLatch(1)
            val go = CountDownLatch(1)
            val task =
                executor.future {
                    running.countDown()
                    shouldThrow<InterruptedException> { CountDownLatch(1).await() }
                    interrupted.countDown()
                    go.awaitSoon()
                }
            running.awaitSoon()
            launch(start = CoroutineStart.UNDISPATCHED) { task.await() }.cancelAndJoin()
            interrupted.awaitSoon()
            task.hasExited() shouldBe false
            go.countDown()
            task.awaitExit()
            task.hasExited() shouldBe true
        }
    }

    test("all awaiters of a task that Java cancels get a CancellationException and stay active") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val task =
                executor.future {
                    running.countDown()
                    CountDownLatch(1).await()
                }
            running.awaitSoon()
            val awaiting =
                List(10) {
                    async(start = CoroutineStart.UNDISPATCHED) {
                        shouldThrow<TaskCancelledException> { task.await() }
                        isActive
                    }
                }
            task.cancel(true) shouldBe true
            awaiting.awaitAll() shouldBe List(10) { true }
        }
    }

    test("cancel(false) never interrupts") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val go = CountDownLatch(1)
            val interrupted = AtomicBoolean()
            val task =
                executor.future {
                    running.countDown()
                    go.awaitSoon()
                    interrupted.set(Thread.interrupted())
                }
            running.awaitSoon()
            val awaiting =
                async(start = CoroutineStart.UNDISPATCHED) { shouldThrow<TaskCancelledException> { task.await() } }
            task.cancel(false)
            awaiting.await()
            go.countDown()
            task.awaitExit()
            interrupted.get() shouldBe false
        }
    }

    test("awaitExit waits for the end of a body that failed, and throws nothing") {
        kind.use { executor ->
            val task = executor.future { throw IOException("disk") }
            task.awaitExit()
            task.hasExited() shouldBe true
            task.exceptionNow().message shouldBe "disk"
        }
    }

    test("a cancelled awaitExit leaves the task alone") {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val task =
                executor.future {
                    go.awaitSoon()
                    "done"
                }
            launch(start = CoroutineStart.UNDISPATCHED) { task.awaitExit() }.cancelAndJoin()
            go.countDown()
            task.await() shouldBe "done"
        }
    }

    test("ten thousand awaiters of one future") {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val task =
                executor.future {
                    go.awaitSoon()
                    1
                }
            val awaiting =
                List(10_000) { async(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) { task.await() } }
            go.countDown()
            awaiting.awaitAll().sum() shouldBe 10_000
        }
    }

    test("a race of completion, cancellation and await has one outcome, the same for all") {
        kind.use { executor ->
            val bodies = AtomicInteger()
            repeat(2_000) {
                coroutineScope {
                    val task = executor.future { bodies.incrementAndGet() }
                    val seen = async(Dispatchers.Default) { runCatching { task.await() } }
                    val other = async(Dispatchers.Default) { runCatching { task.await() } }
                    repeat(it % 50) { Thread.onSpinWait() }
                    val won = task.cancel(true)
                    seen.await().isFailure shouldBe won
                    other.await().getOrNull() shouldBe seen.await().getOrNull()
                    task.awaitExit()
                }
            }
        }
    }
}
