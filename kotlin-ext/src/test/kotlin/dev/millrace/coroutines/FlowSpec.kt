// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskFuture
import dev.millrace.TaskPromise
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.lang.ref.WeakReference
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CountDownLatch
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger

class FlowSpec :
    FunSpec({
        leavesNothingBehind()

        for (kind in Backing.entries) {
            test("$kind: results come in the order of the elements, whichever is done first") {
                kind.use(4) { executor ->
                    val ends = List(40) { CountDownLatch(1) }
                    val results =
                        executor.mapFlow(0 until 40, 4) { i ->
                            // Of each four the last ends first.
                            if (i % 4 < 3) ends[i + 1].awaitOrFail()
                            ends[i].countDown()
                            i * 10
                        }
                    results.toList() shouldBe List(40) { it * 10 }
                }
            }

            test("$kind: unordered, a slow head holds nobody back") {
                kind.use(4) { executor ->
                    val go = CountDownLatch(1)
                    val seen = ArrayList<Int>()
                    val results =
                        executor.mapFlow(0 until 40, 4, ordered = false) { i ->
                            if (i == 0) go.awaitOrFail()
                            i
                        }
                    results.collect {
                        seen += it
                        if (seen.size == 39) go.countDown()
                    }
                    seen shouldContainExactlyInAnyOrder List(40) { it }
                    seen.last() shouldBe 0
                }
            }

            for (ordered in listOf(true, false)) {
                test("$kind: the concurrency is reached and never exceeded, ordered: $ordered") {
                    kind.use(6) { executor ->
                        val gauge = Gauge()
                        val three = CyclicBarrier(3)
                        val results =
                            executor.mapFlow(0 until 300, 3, ordered) { i ->
                                gauge.count { three.await(30, TimeUnit.SECONDS) }
                                i
                            }
                        results.toList() shouldContainExactlyInAnyOrder List(300) { it }
                        gauge.most shouldBe 3
                    }
                }

                test("$kind: fifty thousand elements, with fewer threads than concurrency, ordered: $ordered") {
                    kind.use(2) { executor ->
                        val results = executor.mapFlow(0 until 50_000, 64, ordered) { it }.toList()
                        (if (ordered) results else results.sorted()) shouldBe List(50_000) { it }
                    }
                }
            }
        }

        for (ordered in listOf(true, false)) {
            test("no more than concurrency are between upstream and collector, ordered: $ordered") {
                pool(4).use { pool ->
                    runBlocking {
                        var read = 0
                        var collected = 0
                        var most = 0
                        val upstream =
                            flow {
                                repeat(500) {
                                    read++
                                    most = maxOf(most, read - collected)
                                    emit(it)
                                }
                            }
                        upstream.mapOn(pool, 4, ordered) { it }.collect {
                            collected++
                            yield()
                        }
                        most shouldBe 4
                        collected shouldBe 500
                    }
                }
            }

            test("a slow collector holds upstream and submission back, ordered: $ordered") {
                pool(2).use { pool ->
                    runBlocking {
                        var read = 0
                        val ran = AtomicInteger()
                        val arrived = CompletableDeferred<Unit>()
                        val goOn = CompletableDeferred<Unit>()
                        val upstream = flow { repeat(100) { emit(read++) } }
                        val collecting =
                            launch(start = CoroutineStart.UNDISPATCHED) {
                                upstream.mapOn(pool, 2, ordered) { ran.incrementAndGet() }.collect {
                                    arrived.complete(Unit)
                                    goOn.await()
                                }
                            }
                        arrived.await()
                        // Upstream runs on this thread: now as far as it can.
                        repeat(100) { yield() }
                        read shouldBeLessThanOrEqual 3
                        ran.get() shouldBeLessThanOrEqual 3
                        goOn.complete(Unit)
                        collecting.join()
                        ran.get() shouldBe 100
                    }
                }
            }

            test("an endless input is read only as far as needed, ordered: $ordered") {
                pool(2).use { pool ->
                    var read = 0
                    val endless = generateSequence(0) { it + 1 }.onEach { read++ }
                    runBlocking {
                        pool.mapFlow(endless, 2, ordered) { it }.take(10).count() shouldBe 10
                        read shouldBeLessThanOrEqual 12
                        pool.mapFlow(endless.asIterable(), 2, ordered) { it }.take(10).count() shouldBe 10
                        read shouldBeLessThanOrEqual 24
                    }
                }
            }

            test("nothing happens before it is collected, and all of it each time, ordered: $ordered") {
                pool(2).use { pool ->
                    val ran = AtomicInteger()
                    var asked = 0
                    val items =
                        Iterable {
                            asked++
                            listOf(1, 2, 3).iterator()
                        }
                    val results = pool.mapFlow(items, 2, ordered) { ran.incrementAndGet() }
                    asked shouldBe 0
                    results.count() shouldBe 3
                    results.count() shouldBe 3
                    asked shouldBe 2
                    ran.get() shouldBe 6
                }
            }

            test("upstream and collector stay in the collector's context, bodies run on workers, ordered: $ordered") {
                pool(2).use { pool ->
                    runBlocking(CoroutineName("collector")) {
                        val here = Thread.currentThread()
                        val strangers = ConcurrentHashMap.newKeySet<String>()

                        suspend fun look(where: String) {
                            if (Thread.currentThread() != here) strangers += where
                            if (currentCoroutineContext()[CoroutineName]?.name !=
                                "collector"
                            ) {
                                strangers += "$where's name"
                            }
                        }
                        val upstream =
                            flow {
                                repeat(200) {
                                    look("upstream")
                                    emit(it)
                                }
                            }
                        upstream
                            .mapOn(pool, 4, ordered) { if (!onWorker()) strangers += "body" }
                            .collect { look("collector") }
                        strangers shouldBe emptySet()
                    }
                }
            }

            test("nulls pass, ordered: $ordered") {
                pool(2).use { pool ->
                    val nothing: List<String?> = flowOf<String?>("a", null, null).mapOn(pool, 2, ordered) {
                        it
                    }.toList()
                    nothing shouldContainExactlyInAnyOrder listOf("a", null, null)
                }
            }

            test("an empty upstream ends at once, ordered: $ordered") {
                pool(1).use { pool -> pool.mapFlow(emptyList<Int>(), 2, ordered) { it }.toList() shouldBe emptyList() }
            }

            test("it may be collected on the pool itself, by its only worker, ordered: $ordered") {
                pool(1).use { pool ->
                    withContext(pool.asCoroutineDispatcher()) {
                        pool.mapFlow(0 until 1_000, 4, ordered) { if (onWorker()) it else -1 }.toList() shouldBe
                            List(1_000) { it }
                    }
                }
            }
        }

        for (ordered in listOf(true, false)) {
            test("a million elements leave nothing behind, ordered: $ordered") {
                val number = 1_000_000
                pool(2).use { pool ->
                    var first: WeakReference<Any>? = null
                    var held = true
                    val items =
                        sequence {
                            repeat(number) {
                                val element = Any()
                                if (it == 1_000) first = WeakReference(element)
                                yield(element)
                            }
                        }
                    var seen = 0
                    pool.mapFlow(items, 16, ordered) { it }.collect {
                        if (++seen == number - 1_000) {
                            System.gc()
                            held = first!!.get() != null
                        }
                    }
                    seen shouldBe number
                    held shouldBe false
                }
            }
        }

        test("a concurrency below one is refused at once, and named") {
            pool(1).use { pool ->
                val refusals =
                    listOf(
                        shouldThrow<IllegalArgumentException> { flowOf(1).mapOn(pool, 0) { it } },
                        shouldThrow<IllegalArgumentException> { pool.mapFlow(listOf(1), 0) { it } },
                        shouldThrow<IllegalArgumentException> {
                            pool.mapFlow(sequenceOf(1), 0, ordered = false) { it }
                        },
                    )
                refusals.map { it.message } shouldBe List(3) { "concurrency must be at least 1: 0" }
            }
        }

        for (ordered in listOf(true, false)) {
            test("the last elements are not lost when upstream ends beside them, ordered: $ordered") {
                pool(3).use { pool ->
                    withContext(Dispatchers.Default) {
                        repeat(5_000) { pool.mapFlow(0 until 8, 5, ordered) { it }.count() shouldBe 8 }
                    }
                }
            }
        }

        test("mapped flows may be chained on one pool with one worker") {
            pool(1).use { pool ->
                val chained = (0 until 1_000).asFlow().mapOn(pool, 3) { it + 1 }.mapOn(pool, 3, ordered = false) {
                    it *
                        2
                }
                chained.toList().sorted() shouldBe List(1_000) { (it + 1) * 2 }
            }
        }

        test("asCompletedFlow: first what is done, then the others as they finish, each once") {
            pool(3).use { pool ->
                val gates = List(2) { CountDownLatch(1) }
                val slow = pool.future { gates[0].awaitOrFail() }
                val failing =
                    pool.future<Unit> {
                        gates[1].awaitOrFail()
                        error("body")
                    }
                val done = pool.future { }
                done.awaitExit()
                val seen = ArrayList<Any>()
                listOf(slow, failing, done, slow).asCompletedFlow().collect {
                    it.isDone shouldBe true
                    seen += it
                    gates[2 - seen.size.coerceAtMost(2)].countDown()
                }
                seen shouldBe listOf(done, failing, slow)
            }
        }

        test("asCompletedFlow: those that finish while it registers come once each, too") {
            repeat(5_000) { round ->
                val promises = List(4) { TaskPromise<Int>() }
                coroutineScope {
                    launch(Dispatchers.Default) { promises.forEachIndexed { place, promise -> promise.succeed(place) } }
                    repeat(round % 50) { Thread.onSpinWait() }
                    val values = promises.map { it.future() }.asCompletedFlow().map { it.join() }
                    values.toList().sorted() shouldBe listOf(0, 1, 2, 3)
                }
            }
        }

        test("asCompletedFlow: a cancelled collector cancels no task") {
            pool(1).use { pool ->
                val go = CountDownLatch(1)
                val task = pool.future { go.awaitOrFail() }
                runBlocking {
                    launch(start = CoroutineStart.UNDISPATCHED) {
                        listOf(task).asCompletedFlow().collect()
                    }.cancelAndJoin()
                }
                task.isDone shouldBe false
                go.countDown()
                task.await()
            }
        }

        test("asCompletedFlow: of none is empty") {
            emptyList<TaskFuture<Int>>().asCompletedFlow().toList() shouldBe emptyList()
        }
    })
