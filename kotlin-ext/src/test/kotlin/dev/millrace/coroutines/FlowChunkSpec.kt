// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.MapOptions
import dev.millrace.TaskFuture
import dev.millrace.ThreadPool
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.comparables.shouldBeLessThanOrEqualTo
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.util.Collections
import java.util.IdentityHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger

/** Mapped flows whose elements go to the workers in chunks. */
class FlowChunkSpec :
    FunSpec({
        leavesNothingBehind()

        for (kind in Backing.entries) {
            for (chunk in listOf(1, 7, 5_000, MapOptions.AUTO)) {
                test("$kind, chunk $chunk: every element comes once, in order if that is wanted") {
                    kind.use(2) { executor ->
                        val items = List(3_000) { it }
                        executor.mapFlow(items, 3, chunk = chunk) { it + 1 }.toList() shouldBe items.map { it + 1 }
                        executor
                            .mapFlow(items.asSequence(), 3, ordered = false, chunk = chunk) { it + 1 }
                            .toList()
                            .sorted() shouldBe items.map { it + 1 }
                    }
                }
            }
        }

        test("a chunk is one task, and the last one goes though it is not full") {
            ThreadPool.of(2).use { pool ->
                val tasks = pool.mapFlow(0 until 10, 2, chunk = 4) { TaskFuture.current()!! }.toList()
                tasks.groupBy { System.identityHashCode(it) }.values.map { it.size }.shouldContainExactly(4, 4, 2)
            }
        }

        test("an element that leaves its flag in a pool that finishes its work does not end the flow") {
            ThreadPool.of(1).use { pool ->
                val results =
                    pool.mapFlow(0..2, 1, chunk = 3) {
                        if (it == 0) {
                            pool.shutdown()
                            Thread.currentThread().interrupt()
                        }
                        it
                    }
                results.toList().shouldContainExactly(0, 1, 2)
            }
        }

        test("AUTO sends what is long alone, and what is short together") {
            ThreadPool.of(2).use { pool ->
                suspend fun tasks(elements: Int, work: () -> Unit): Int {
                    val tasks = Collections.newSetFromMap(IdentityHashMap<TaskFuture<*>, Boolean>())
                    pool
                        .mapFlow(0 until elements, 2, chunk = MapOptions.AUTO) {
                            work()
                            TaskFuture.current()!!
                        }.collect { tasks += it }
                    return tasks.size
                }
                tasks(20) { Thread.sleep(1) } shouldBe 20
                tasks(20_000) { } shouldBeLessThan 10_000
            }
        }

        test("no more than concurrency chunks run, and no more than theirs are read ahead") {
            ThreadPool.of(8).use { pool ->
                val running = AtomicInteger()
                val most = AtomicInteger()
                var read = 0
                var emitted = 0
                val upstream = flow {
                    repeat(3_000) {
                        // Those of the chunk that is being emitted count, too.
                        (++read - emitted) shouldBeLessThanOrEqualTo 3 * 10 + 10
                        emit(it)
                    }
                }
                upstream
                    .mapOn(pool, 3, chunk = 10) {
                        most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
                        Thread.yield()
                        running.decrementAndGet()
                    }.collect { emitted++ }
                most.get() shouldBeLessThanOrEqualTo 3
            }
        }

        for (ordered in listOf(true, false)) {
            test(
                "what a chunk did before an element failed is emitted, what follows is not called, ordered: $ordered",
            ) {
                ThreadPool.of(1).use { pool ->
                    val called = ConcurrentLinkedQueue<Int>()
                    val emitted = ArrayList<Int>()
                    shouldThrow<IllegalStateException> {
                        pool
                            .mapFlow(0 until 10, 1, ordered, chunk = 10) {
                                called += it
                                check(it != 3) { "three" }
                                it
                            }.collect { emitted += it }
                    }.message shouldBe "three"
                    emitted.shouldContainExactly(0, 1, 2)
                    called.shouldContainExactly(0, 1, 2, 3)
                }
            }

            test("an interrupt flag that an element leaves behind is not seen by the next, ordered: $ordered") {
                ThreadPool.of(1).use { pool ->
                    pool
                        .mapFlow(0 until 10, 1, ordered, chunk = 10) {
                            Thread.currentThread().isInterrupted.also { Thread.currentThread().interrupt() }
                        }.toList() shouldBe List(10) { false }
                }
            }

            test("a cancelled chunk ends with the element that it is at, ordered: $ordered") {
                ThreadPool.of(2).use { pool ->
                    val second = CountDownLatch(1)
                    val called = ConcurrentLinkedQueue<Int>()
                    // The first chunk is 0 and 1, the second hangs at 2.
                    pool
                        .mapFlow(0 until 4, 2, ordered, chunk = 2) {
                            called += it
                            if (it == 0) second.awaitOrFail()
                            if (it == 2) {
                                second.countDown()
                                // Swallows the interrupt: that the chunk is over must be seen without.
                                runCatching { CountDownLatch(1).await() }
                            }
                            it
                        }.first() shouldBe 0
                    called.sorted().shouldContainExactly(0, 1, 2)
                }
            }
        }

        test("ordered, what upstream gave before it failed is emitted, though the chunk is not full") {
            ThreadPool.of(1).use { pool ->
                val upstream = flow {
                    emit(1)
                    emit(2)
                    error("upstream")
                }
                val caught = ArrayList<String?>()
                upstream
                    .mapOn(pool, 1, chunk = 10) { it }
                    .catch { caught += it.message }
                    .toList()
                    .shouldContainExactly(1, 2)
                caught.shouldContainExactly("upstream")
            }
        }

        test("each element of a chunk sees the coroutine's context as it was") {
            val local = ThreadLocal.withInitial { "none" }
            ThreadPool.of(1).use { pool ->
                withContext(local.asContextElement("mine")) {
                    pool.mapFlow(0 until 5, 1, chunk = 5) { local.get().also { local.set("other") } }.toList()
                } shouldBe List(5) { "mine" }
            }
        }

        test("take reads no more chunks than it needs") {
            ThreadPool.of(2).use { pool ->
                var read = 0
                generateSequence(0) { it + 1 }
                    .onEach { read++ }
                    .let { pool.mapFlow(it, 2, chunk = 10) { it } }
                    .take(15)
                    .toList() shouldBe List(15) { it }
                read shouldBeLessThanOrEqualTo 50
            }
        }

        test("a collector that does not hear of its cancellation does not keep what runs from being interrupted") {
            ThreadPool.of(2).use { pool ->
                val interrupted = CountDownLatch(1)
                val running = CountDownLatch(1)
                coroutineScope {
                    val collecting = launch(start = CoroutineStart.UNDISPATCHED) {
                        pool
                            .mapFlow(0..1, 2) {
                                if (it == 1) {
                                    running.countDown()
                                    try {
                                        CountDownLatch(1).await()
                                    } catch (_: InterruptedException) {
                                        interrupted.countDown()
                                    }
                                }
                            }.onEach { withContext(NonCancellable) { pool.call { interrupted.awaitOrFail() } } }
                            .toList()
                    }
                    pool.call { running.awaitOrFail() }
                    collecting.cancel()
                }
            }
        }

        for (chunk in listOf(0, -1, Int.MIN_VALUE + 1)) {
            test("a chunk of $chunk is refused at once, and named") {
                ThreadPool.of(1).use { pool ->
                    shouldThrow<IllegalArgumentException> { pool.mapFlow(listOf(1), 1, chunk = chunk) { it } }
                        .message shouldBe "chunk must be at least 1, or MapOptions.AUTO: $chunk"
                }
            }
        }
    })
