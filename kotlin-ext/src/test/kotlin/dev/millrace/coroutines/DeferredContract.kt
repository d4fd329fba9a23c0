// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskCancelledException
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import java.io.IOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicBoolean

/** What `asDeferred` promises. */
@OptIn(ExperimentalCoroutinesApi::class)
internal fun deferredContract(kind: Kind) = funSpec {
    test("cancelling one awaiter of a view leaves the task and the other awaiters alone") {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val view =
                executor
                    .future {
                        go.awaitSoon()
                        "done"
                    }.asDeferred()
            val other = async(start = CoroutineStart.UNDISPATCHED) { view.await() }
            launch(start = CoroutineStart.UNDISPATCHED) { view.await() }.cancelAndJoin()
            go.countDown()
            other.await() shouldBe "done"
            view.getCompleted() shouldBe "done"
        }
    }

    test("a view cannot be completed from outside") {
        kind.use { executor -> (executor.future { 1 }.asDeferred() is CompletableDeferred<*>) shouldBe false }
    }

    test("a view has the value, null too") {
        kind.use { executor ->
            executor.future { 42 }.asDeferred().await() shouldBe 42
            val nothing: Deferred<String?> = executor.future<String?> { null }.asDeferred()
            nothing.await() shouldBe null
        }
    }

    test("a failing view does not fail the scope that made it") {
        kind.use { executor ->
            val thrown = IOException("disk")
            coroutineScope {
                val view = executor.future { throw thrown }.asDeferred()
                val seen = runCatching { view.await() }.exceptionOrNull()
                seen!!.original(thrown) shouldBeSameInstanceAs thrown
                view.getCompletionExceptionOrNull() shouldBeSameInstanceAs thrown
                isActive shouldBe true
            }
        }
    }

    test("when Java cancels the task every view is cancelled, the cause kept, and awaiters stay active") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val task =
                executor.future {
                    running.countDown()
                    CountDownLatch(1).await()
                }
            running.awaitSoon()
            val views = List(10) { task.asDeferred() }
            val awaiting =
                views.map { view ->
                    async(start = CoroutineStart.UNDISPATCHED) {
                        shouldThrow<CancellationException> { view.await() }
                        isActive
                    }
                }
            task.cancel(true)
            awaiting.awaitAll() shouldBe List(10) { true }
            views.forEach {
                it.isCancelled shouldBe true
                (it.getCompletionExceptionOrNull() is TaskCancelledException) shouldBe true
            }
        }
    }

    test("a view is cancelled as soon as Java has cancelled the task, and complete when the body has ended") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val go = CountDownLatch(1)
            val task =
                executor.future {
                    running.countDown()
                    go.awaitDeaf()
                }
            running.awaitSoon()
            val view = task.asDeferred()
            task.cancel(false)
            view.isCancelled shouldBe true
            view.isActive shouldBe false
            view.isCompleted shouldBe false
            go.countDown()
            view.join()
        }
    }

    test("cancelling a view reaches a pending task").config(enabled = kind.queues) {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val ran = AtomicBoolean()
            val busy = List(2) { executor.future { go.awaitSoon() } }
            val pending = executor.future { ran.set(true) }
            pending.asDeferred().cancelAndJoin()
            pending.isCancelled shouldBe true
            go.countDown()
            busy.forEach { it.await() }
            executor.close()
            ran.get() shouldBe false
        }
    }

    test("cancelAndJoin of a view interrupts the body and returns after its end") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val interrupted = CountDownLatch(1)
            val go = CountDownLatch(1)
            val ended = AtomicBoolean()
            val view =
                executor
                    .future {
                        running.countDown()
                        shouldThrow<InterruptedException> { CountDownLatch(1).await() }
                        interrupted.countDown()
                        go.awaitSoon()
                        ended.set(true)
                    }.asDeferred()
            running.awaitSoon()
            val joining = launch(start = CoroutineStart.UNDISPATCHED) { view.cancelAndJoin() }
            interrupted.awaitSoon()
            joining.isCompleted shouldBe false
            go.countDown()
            joining.join()
            ended.get() shouldBe true
        }
    }

    test("ten thousand views of one future") {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val task =
                executor.future {
                    go.awaitSoon()
                    1
                }
            val views = List(10_000) { task.asDeferred() }
            go.countDown()
            views.awaitAll().sum() shouldBe 10_000
        }
    }

    test("ten thousand views of a cancelled future") {
        kind.use { executor ->
            val go = CountDownLatch(1)
            val task = executor.future { runCatching { go.await() } }
            val views = List(10_000) { task.asDeferred() }
            views[5_000].cancel()
            views.forEach { it.join() }
            views.all { it.isCancelled } shouldBe true
        }
    }
}

/** What `asyncOn` promises. */
internal fun asyncOnContract(kind: Kind) = funSpec {
    test("asyncOn runs the body as a child of the scope, which waits for it") {
        kind.use { executor ->
            val ended = AtomicBoolean()
            coroutineScope { asyncOn(executor) { ended.set(true) } }
            ended.get() shouldBe true
            asyncOn(executor) { 42 }.await() shouldBe 42
        }
    }

    test("asyncOn's failure fails the scope") {
        kind.use { executor ->
            shouldThrow<IOException> {
                coroutineScope { asyncOn(executor) { throw IOException("disk") } }
            }
            currentCoroutineContext().isActive shouldBe true
        }
    }

    test("cancelling the scope of asyncOn interrupts the body and waits for its end") {
        kind.use { executor ->
            val running = CountDownLatch(1)
            val ended = AtomicBoolean()
            val scope =
                launch(start = CoroutineStart.UNDISPATCHED) {
                    asyncOn(executor) {
                        running.countDown()
                        try {
                            CountDownLatch(1).await()
                        } finally {
                            ended.set(true)
                        }
                    }
                }
            running.awaitSoon()
            scope.cancelAndJoin()
            ended.get() shouldBe true
        }
    }

    test("asyncOn in a cancelled scope submits nothing") {
        kind.use { executor ->
            val ran = AtomicBoolean()
            launch {
                currentCoroutineContext()[kotlinx.coroutines.Job]!!.cancel()
                asyncOn(executor) { ran.set(true) }
            }.join()
            executor.close()
            ran.get() shouldBe false
        }
    }

    test("asyncOn after a shutdown fails with the rejection") {
        kind.use { executor ->
            executor.close()
            supervisorScope {
                val refused = asyncOn(executor) { 1 }
                shouldThrow<RejectedExecutionException> { refused.await() }
            }
        }
    }
}
