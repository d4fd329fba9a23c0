// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.WhenFull
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger

@OptIn(InternalCoroutinesApi::class) // why a job was cancelled
class DispatcherSpec :
    FunSpec({
        leavesNothingBehind()

        for (kind in Backing.entries) {
            test("$kind: coroutines run on its workers, no more of them at a time than it has") {
                kind.use(2) { executor ->
                    val gauge = Gauge()
                    withContext(executor.asCoroutineDispatcher()) {
                        List(200) {
                            launch {
                                repeat(5) {
                                    gauge.count { onWorker() shouldBe true }
                                    yield()
                                }
                            }
                        }.joinAll()
                    }
                    gauge.most shouldBeLessThanOrEqual 2
                }
            }

            test("$kind: two views are equal, and there is no second dispatch") {
                kind.use(2) { executor ->
                    val dispatcher = executor.asCoroutineDispatcher()
                    dispatcher shouldBe executor.asCoroutineDispatcher()
                    dispatcher.hashCode() shouldBe executor.asCoroutineDispatcher().hashCode()
                    dispatcher shouldNotBe executor.limited(1).asCoroutineDispatcher()
                    withContext(dispatcher) {
                        val before = Thread.currentThread()
                        withContext(executor.asCoroutineDispatcher()) { Thread.currentThread() } shouldBe before
                    }
                }
            }

            test("$kind: delay and withTimeout come back to it") {
                kind.use(1) { executor ->
                    withContext(executor.asCoroutineDispatcher()) {
                        delay(2)
                        onWorker() shouldBe true
                        shouldThrow<TimeoutCancellationException> { withTimeout(2) { awaitCancellation() } }
                        onWorker() shouldBe true
                    }
                }
            }

            test("$kind: closing it shuts the executor down") {
                kind.use(1) { executor ->
                    executor.asCoroutineDispatcher().close()
                    executor.isShutdown shouldBe true
                    shouldThrow<RejectedExecutionException> { executor.call { } }
                }
            }

            test("$kind: a coroutine that is queued when shutdownNow comes is cancelled and runs its finally blocks") {
                kind.use(1) { executor ->
                    val scope = CoroutineScope(executor.asCoroutineDispatcher() + SupervisorJob())
                    val cleaned = AtomicInteger()
                    val suspended = List(50) { CompletableDeferred<Unit>() }
                    val hooks = CompletableDeferred<Unit>()
                    val jobs =
                        suspended.map {
                            scope.launch {
                                try {
                                    it.complete(Unit)
                                    hooks.await()
                                } finally {
                                    withContext(NonCancellable) { cleaned.incrementAndGet() }
                                }
                            }
                        }
                    suspended.forEach { it.await() }
                    val busy = Busy(executor)
                    // Resumed into the queue, behind what the worker does.
                    hooks.complete(Unit)
                    val neverBegan = List(50) { scope.launch { error("must not run") } }
                    executor.shutdownNow()
                    (jobs + neverBegan).joinAll()
                    (jobs + neverBegan).all { it.isCancelled } shouldBe true
                    cleaned.get() shouldBe 50
                    busy.end()
                }
            }

            test("$kind: a coroutine that is resumed after shutdownNow is cancelled and runs its finally blocks") {
                kind.use(1) { executor ->
                    val hook = CompletableDeferred<Unit>()
                    val suspended = CompletableDeferred<Unit>()
                    var cleaned = false
                    val job =
                        CoroutineScope(executor.asCoroutineDispatcher()).launch {
                            try {
                                suspended.complete(Unit)
                                hook.await()
                                error("must not go on")
                            } finally {
                                cleaned = true
                            }
                        }
                    suspended.await()
                    // There is one thread: when it is free for another, the coroutine has suspended.
                    executor.call { }
                    executor.shutdownNow()
                    hook.complete(Unit)
                    job.join()
                    job.isCancelled shouldBe true
                    cleaned shouldBe true
                }
            }

            test("$kind: on a closed one a launch is cancelled with a cause that says why") {
                kind.use(1) { executor ->
                    val dispatcher = executor.asCoroutineDispatcher()
                    val limited = dispatcher.limitedParallelism(1)
                    dispatcher.close()
                    for (closed in listOf(dispatcher, limited, dispatcher.limitedParallelism(1))) {
                        val job = CoroutineScope(closed + Job()).launch { error("must not run") }
                        job.join()
                        val why = job.getCancellationException().causes()
                        why.last().shouldBeInstanceOf<RejectedExecutionException>()
                        why.last().message!! shouldContain "takes no new tasks"
                    }
                }
            }

            test("$kind: limitedParallelism is a view of it, which keeps its limit") {
                kind.use(4) { executor ->
                    val gauge = Gauge()
                    withContext(executor.asCoroutineDispatcher().limitedParallelism(2)) {
                        List(300) { launch { gauge.count { onWorker() shouldBe true } } }.joinAll()
                    }
                    gauge.most shouldBeLessThanOrEqual 2
                }
            }

            test("$kind: an exception that escapes goes to the coroutine's handler, and the worker lives on") {
                kind.use(1) { executor ->
                    val caught = CompletableDeferred<Throwable>()
                    val handler = CoroutineExceptionHandler { _, thrown -> caught.complete(thrown) }
                    val scope = CoroutineScope(executor.asCoroutineDispatcher() + SupervisorJob() + handler)
                    val worker = scope.async { Thread.currentThread() }.await()
                    scope.launch { throw IOException("escapes") }.join()
                    caught.await().message shouldBe "escapes"
                    val next = scope.async { Thread.currentThread() }.await()
                    // A view's turn may come on another worker of its pool.
                    if (kind != Backing.VIEW) next shouldBe worker
                    worker.isAlive shouldBe true
                }
            }
        }

        for (whenFull in WhenFull.entries) {
            test("a coroutine goes on past the bound of a full pool: $whenFull") {
                val pool = full(1, whenFull)
                val busy = Busy(pool)
                val ran = AtomicInteger()
                val scope = CoroutineScope(pool.asCoroutineDispatcher())
                val here = Thread.currentThread()
                val jobs =
                    List(100) {
                        scope.launch {
                            (Thread.currentThread() == here) shouldBe false
                            ran.incrementAndGet()
                        }
                    }
                ran.get() shouldBe 0
                busy.end()
                jobs.joinAll()
                ran.get() shouldBe 100
                pool.close()
            }
        }

        test("a limit below one is refused, and named") {
            pool(1).use {
                val refusal =
                    shouldThrow<IllegalArgumentException> { it.asCoroutineDispatcher().limitedParallelism(0) }
                refusal.message shouldBe "parallelism must be at least 1: 0"
            }
        }

        test("shutdownNow loses no coroutine that runs, suspends, and is resumed all the time") {
            repeat(100) { round ->
                val pool = pool(2)
                val finished = AtomicInteger()
                val begun = CountDownLatch(1)
                val jobs =
                    List(20) {
                        CoroutineScope(pool.asCoroutineDispatcher()).launch {
                            try {
                                while (true) {
                                    begun.countDown()
                                    yield()
                                }
                            } finally {
                                finished.incrementAndGet()
                            }
                        }
                    }
                begun.awaitOrFail()
                if (round % 2 == 0) pool.shutdownNow() else pool.shutdown()
                withTimeout(30_000) { jobs.joinAll() }
                (finished.get() in 1..20) shouldBe true
                pool.close()
            }
        }

        test("a coroutine that runs while shutdownNow comes ends as it likes, without a suspension") {
            val pool = pool(1)
            val begun = CountDownLatch(1)
            val interrupted =
                CoroutineScope(pool.asCoroutineDispatcher()).async {
                    begun.countDown()
                    try {
                        CountDownLatch(1).await()
                        false
                    } catch (_: InterruptedException) {
                        true
                    }
                }
            begun.awaitOrFail()
            pool.shutdownNow()
            interrupted.await() shouldBe true
            pool.close()
        }

        test("what shutdownNow gives back runs no coroutine a second time") {
            val pool = pool(1)
            val busy = Busy(pool)
            val crashes = ConcurrentLinkedQueue<Throwable>()
            val handler = CoroutineExceptionHandler { _, thrown -> crashes.add(thrown) }
            val jobs =
                List(10) { CoroutineScope(pool.asCoroutineDispatcher() + handler).launch { error("must not run") } }
            val never = pool.shutdownNow()
            never.size shouldBe 10
            jobs.joinAll()
            never.forEach { it.run() }
            jobs.all { it.isCancelled } shouldBe true
            crashes.toList() shouldBe emptyList()
            busy.end()
            pool.close()
        }
    })
