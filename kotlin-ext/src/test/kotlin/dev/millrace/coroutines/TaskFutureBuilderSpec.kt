// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskStatus
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import java.io.IOException
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch

class TaskFutureBuilderSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        test("the future has the coroutine's value, null too") {
            coroutineScope {
                taskFuture { 42 }.await() shouldBe 42
                taskFuture<String?> { null }.await() shouldBe null
                async { 42 }.asTaskFuture().await() shouldBe 42
                launch { }.asTaskFuture().await() shouldBe Unit
            }
        }

        test("Java's get blocks until the coroutine is done") {
            coroutineScope { taskFuture(Dispatchers.Default) { 42 }.get() shouldBe 42 }
        }

        test("a lazy start is refused") {
            coroutineScope {
                shouldThrow<IllegalArgumentException> { taskFuture(start = CoroutineStart.LAZY) { 1 } }
            }
        }

        listOf(true, false).forEach { interrupt ->
            test("cancel($interrupt) cancels the coroutine, which cleans up, before the callbacks hear of it") {
                val events = ConcurrentLinkedQueue<String>()
                coroutineScope {
                    lateinit var job: Job
                    val future =
                        taskFuture(Dispatchers.Unconfined) {
                            job = coroutineContext[Job]!!
                            try {
                                awaitCancellation()
                            } finally {
                                events += "cleaned up"
                            }
                        }
                    future.onDone { events += "done, coroutine cancelled: ${job.isCancelled}" }
                    future.onExit { events += "exited" }
                    future.cancel(interrupt) shouldBe true
                    future.status() shouldBe TaskStatus.CANCELLED
                    future.awaitExit()
                }
                events shouldContain "done, coroutine cancelled: true"
                events shouldContain "cleaned up"
                events.last() shouldBe "exited"
            }
        }

        test("cancelled by Java it is CANCELLED at once, and has exited when the coroutine and its children have") {
            coroutineScope {
                val go = CompletableDeferred<Unit>()
                val future =
                    taskFuture(start = CoroutineStart.UNDISPATCHED) {
                        launch(start = CoroutineStart.UNDISPATCHED) { withContext(NonCancellable) { go.await() } }
                        awaitCancellation()
                    }
                future.cancel(false)
                future.status() shouldBe TaskStatus.CANCELLED
                val exit = launch(start = CoroutineStart.UNDISPATCHED) { future.awaitExit() }
                exit.isCompleted shouldBe false
                future.hasExited() shouldBe false
                go.complete(Unit)
                exit.join()
                future.hasExited() shouldBe true
            }
        }

        test("the future is done only when the children are") {
            coroutineScope {
                val go = CompletableDeferred<Unit>()
                val future =
                    taskFuture(start = CoroutineStart.UNDISPATCHED) {
                        launch(start = CoroutineStart.UNDISPATCHED) { go.await() }
                        42
                    }
                future.isDone shouldBe false
                go.complete(Unit)
                future.await() shouldBe 42
            }
        }

        test("a cancelled scope shows as a cancelled future") {
            val scope = CoroutineScope(Dispatchers.Unconfined)
            val future = scope.taskFuture { awaitCancellation() }
            scope.cancel()
            future.awaitExit()
            future.status() shouldBe TaskStatus.CANCELLED
            scope.taskFuture { 1 }.status() shouldBe TaskStatus.CANCELLED
        }

        test("a failure reaches Java and the parent, as that of async does") {
            val thrown = IOException("disk")
            val seen = CompletableDeferred<Throwable>()
            shouldThrow<IOException> {
                coroutineScope {
                    val future = taskFuture<Int> { throw thrown }
                    future.onDone { seen.complete(it.exceptionNow()) }
                }
            }
            seen.await() shouldBeSameInstanceAs thrown
        }

        test("under a supervisor a failure reaches Java alone") {
            val thrown = IOException("disk")
            supervisorScope {
                val future = taskFuture<Int> { throw thrown }
                runCatching { future.await() }.exceptionOrNull()!!.original(thrown) shouldBeSameInstanceAs thrown
                isActive shouldBe true
            }
        }

        test("a failure after Java's cancellation crashes nothing") {
            supervisorScope {
                val future =
                    taskFuture(start = CoroutineStart.UNDISPATCHED) {
                        try {
                            awaitCancellation()
                        } finally {
                            throw IOException("while cleaning up")
                        }
                    }
                future.cancel(true)
                future.awaitExit()
                future.status() shouldBe TaskStatus.CANCELLED
                isActive shouldBe true
            }
        }

        test("a coroutine that returns although Java cancelled it leaves the future cancelled, and it exits") {
            coroutineScope {
                val future =
                    taskFuture(start = CoroutineStart.UNDISPATCHED) {
                        runCatching { awaitCancellation() }
                        42
                    }
                future.cancel(true)
                future.awaitExit()
                future.status() shouldBe TaskStatus.CANCELLED
            }
        }

        test("cancelling a view of a running call interrupts the body, and exits after it") {
            Kind.POOL.use { pool ->
                val running = CountDownLatch(1)
                val events = ConcurrentLinkedQueue<String>()
                val future =
                    taskFuture(Dispatchers.Unconfined) {
                        pool.call {
                            running.countDown()
                            try {
                                CountDownLatch(1).await()
                            } finally {
                                events += "body ended"
                            }
                        }
                    }
                future.onExit { events += "exited" }
                running.awaitSoon()
                future.cancel(true)
                future.awaitExit()
                events.shouldContainExactly("body ended", "exited")
            }
        }

        test("a chain of views passes cancellation through, from either end") {
            Kind.POOL.use { pool ->
                repeat(2) { end ->
                    val running = CountDownLatch(1)
                    val task =
                        pool.future {
                            running.countDown()
                            CountDownLatch(1).await()
                        }
                    running.awaitSoon()
                    val last =
                        task
                            .asDeferred()
                            .asTaskFuture()
                            .asDeferred()
                            .asTaskFuture()
                    if (end == 0) last.cancel(true) else task.cancel(true)
                    last.awaitExit()
                    task.status() shouldBe TaskStatus.CANCELLED
                    task.hasExited() shouldBe true
                    last.status() shouldBe TaskStatus.CANCELLED
                }
            }
        }

        test("a long chain of views passes a value and a cancellation through") {
            val source = CompletableDeferred<Int>()
            source.chain().also { source.complete(42) }.await() shouldBe 42
            val other = CompletableDeferred<Int>()
            other.chain().cancel()
            other.isCancelled shouldBe true
        }

        test("ten thousand views of one Deferred") {
            val source = CompletableDeferred<Int>()
            val views = List(10_000) { source.asTaskFuture() }
            source.complete(1)
            views.sumOf { it.join() } shouldBe 10_000
        }

        test("a race of Java's cancellation and the coroutine's end has one outcome, and always an exit") {
            repeat(5_000) {
                val source = CompletableDeferred<Int>()
                val future = source.asTaskFuture()
                coroutineScope {
                    val won = async(Dispatchers.Default) { future.cancel(true) }
                    source.complete(1)
                    (future.status() == TaskStatus.CANCELLED) shouldBe won.await()
                    future.awaitExit()
                }
            }
        }
    })

private fun Deferred<Int>.chain(): Deferred<Int> {
    var last = this
    repeat(1_000) { last = last.asTaskFuture().asDeferred() }
    return last
}
