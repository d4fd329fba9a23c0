// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.throwables.shouldThrowAny
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.consumeAsFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.io.IOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger

/** Whatever ends a collection early: the rest is interrupted, and has ended when `collect` returns. */
class FlowEndSpec :
    FunSpec({
        leavesNothingBehind()

        for (kind in Backing.entries) {
            for (ordered in listOf(true, false)) {
                val how = "$kind, ordered: $ordered"

                test("$how: take") {
                    kind.use(3) { executor ->
                        val gauge = Gauge()
                        val begun = CountDownLatch(2)
                        val one =
                            executor
                                .mapFlow(generateSequence(0) { it + 1 }, 3, ordered) { i ->
                                    if (i == 0) begun.awaitOrFail() else gauge.stay(begun)
                                    i
                                }.take(1)
                                .toList()
                        one shouldBe listOf(0)
                        gauge.now shouldBe 0
                        (gauge.interrupted >= 2) shouldBe true
                    }
                }

                test("$how: the collector's exception") {
                    kind.use(3) { executor ->
                        val gauge = Gauge()
                        val begun = CountDownLatch(2)
                        val results =
                            executor.mapFlow(generateSequence(0) { it + 1 }, 3, ordered) { i ->
                                if (i == 0) begun.awaitOrFail() else gauge.stay(begun)
                            }
                        val failure = shouldThrow<IOException> { results.collect { throw IOException("collector") } }
                        failure.message shouldBe "collector"
                        gauge.now shouldBe 0
                    }
                }

                test("$how: the collector is cancelled") {
                    kind.use(3) { executor ->
                        val gauge = Gauge()
                        val begun = CountDownLatch(3)
                        runBlocking {
                            var inside = -1
                            val collecting =
                                launch {
                                    try {
                                        executor.mapFlow(0..9, 3, ordered) { gauge.stay(begun) }.collect()
                                    } finally {
                                        inside = gauge.now
                                        Thread.currentThread().isInterrupted shouldBe false
                                    }
                                }
                            // Upstream needs this thread.
                            while (begun.count > 0) yield()
                            collecting.cancelAndJoin()
                            inside shouldBe 0
                        }
                        gauge.interrupted shouldBe 3
                    }
                }

                test("$how: a time limit") {
                    kind.use(3) { executor ->
                        val gauge = Gauge()
                        val begun = CountDownLatch(1)
                        withTimeoutOrNull(20) {
                            executor.mapFlow(0..9, 3, ordered) { gauge.stay(begun) }.collect()
                        } shouldBe
                            null
                        gauge.now shouldBe 0
                    }
                }

                test("$how: a failing body") {
                    kind.use(3) { executor ->
                        val gauge = Gauge()
                        val begun = CountDownLatch(2)
                        val seen = ArrayList<Int>()
                        val results =
                            executor.mapFlow(generateSequence(0) { it + 1 }, 3, ordered) { i ->
                                if (i == 0) {
                                    begun.awaitOrFail()
                                    throw IOException("body")
                                }
                                gauge.stay(begun)
                            }
                        val failure = shouldThrow<IOException> { results.collect { seen += it } }
                        failure.message shouldBe "body"
                        gauge.now shouldBe 0
                        gauge.interrupted shouldBe 2
                    }
                }

                test("$how: a body that throws CancellationException fails the flow") {
                    kind.use(3) { executor ->
                        val results =
                            executor.mapFlow(0..9, 3, ordered) { i ->
                                if (i == 5) throw CancellationException("body")
                                i
                            }
                        val failure = shouldThrow<CancellationException> { results.collect() }
                        failure.causes().map { it.message } shouldContain "body"
                        currentCoroutineContext().isActive shouldBe true
                    }
                }

                test("$how: a failing upstream") {
                    kind.use(3) { executor ->
                        val upstream =
                            flow {
                                emit(0)
                                emit(1)
                                throw IOException("upstream")
                            }
                        val failure = shouldThrow<IOException> { upstream.mapOn(executor, 3, ordered) { it }.collect() }
                        failure.message shouldBe "upstream"
                    }
                }
            }

            test("$kind: unordered, a failing upstream interrupts what runs, and is what comes out") {
                kind.use(3) { executor ->
                    val gauge = Gauge()
                    val begun = CountDownLatch(2)
                    val upstream =
                        flow {
                            emit(0)
                            emit(1)
                            begun.awaitOrFail()
                            throw IOException("upstream")
                        }
                    val results = upstream.mapOn(executor, 3, ordered = false) { gauge.stay(begun) }
                    val failure = shouldThrow<IOException> { results.collect() }
                    failure.message shouldBe "upstream"
                    gauge.now shouldBe 0
                    gauge.interrupted shouldBe 2
                }
            }

            test("$kind: ordered, everything before a failing body is emitted") {
                kind.use(4) { executor ->
                    val failed = CountDownLatch(1)
                    val seen = ArrayList<Int>()
                    val results =
                        executor.mapFlow(0..99, 4) { i ->
                            when (i) {
                                // Two slow ones before the one that fails first.
                                2, 3 -> {
                                    failed.awaitOrFail()
                                }

                                4 -> {
                                    failed.countDown()
                                    throw IOException("body")
                                }
                            }
                            i
                        }
                    shouldThrow<IOException> { results.collect { seen += it } }.message shouldBe "body"
                    seen shouldBe listOf(0, 1, 2, 3)
                }
            }

            test("$kind: ordered, everything before a failure of upstream is emitted") {
                kind.use(4) { executor ->
                    val failed = CountDownLatch(1)
                    val seen = ArrayList<Int>()
                    val upstream =
                        flow {
                            repeat(3) { emit(it) }
                            failed.countDown()
                            throw IOException("upstream")
                        }
                    val results =
                        upstream.mapOn(executor, 4) {
                            failed.awaitOrFail()
                            it
                        }
                    shouldThrow<IOException> { results.collect { seen += it } }.message shouldBe "upstream"
                    seen shouldBe listOf(0, 1, 2)
                }
            }
        }

        for (ordered in listOf(true, false)) {
            test("a body that ignores interrupts is waited for, ordered: $ordered") {
                pool(2).use { pool ->
                    val begun = CountDownLatch(1)
                    val go = CountDownLatch(1)
                    val left = AtomicInteger()
                    val results =
                        pool.mapFlow(0..1, 2, ordered) { i ->
                            if (i == 0) {
                                begun.awaitOrFail()
                            } else {
                                begun.countDown()
                                while (true) {
                                    try {
                                        go.awaitOrFail()
                                        break
                                    } catch (_: InterruptedException) {
                                        go.countDown()
                                    }
                                }
                                left.incrementAndGet()
                            }
                        }
                    results.first()
                    left.get() shouldBe 1
                }
            }

            test("upstream cleans up before collect returns, ordered: $ordered") {
                pool(2).use { pool ->
                    val upstream = Channel<Int>(Channel.UNLIMITED)
                    repeat(10) { upstream.trySend(it) }
                    var cleaned = false
                    val watched =
                        flow {
                            try {
                                upstream.consumeAsFlow().collect { emit(it) }
                            } finally {
                                cleaned = true
                            }
                        }
                    runBlocking { watched.mapOn(pool, 2, ordered) { it }.take(2).toList().size shouldBe 2 }
                    cleaned shouldBe true
                }
            }

            test("a shutdown during collection ends it with an exception, ordered: $ordered") {
                val pool = pool(2)
                val seen = ArrayList<Int>()
                shouldThrow<RejectedExecutionException> {
                    pool.mapFlow(generateSequence(0) { it + 1 }, 2, ordered) { it }.collect {
                        seen += it
                        if (seen.size == 5) pool.shutdown()
                    }
                }
                seen.shouldNotBeEmpty()
                pool.close()
            }

            test("shutdownNow during collection ends it with an exception, ordered: $ordered") {
                val pool = pool(2)
                val gauge = Gauge()
                val begun = CountDownLatch(1)
                coroutineScope {
                    val ending =
                        launch(Dispatchers.Default) {
                            shouldThrowAny {
                                pool
                                    .mapFlow(generateSequence(0) { it + 1 }, 8, ordered) {
                                        gauge.stay(begun)
                                    }.collect()
                            }
                            currentCoroutineContext().isActive shouldBe true
                        }
                    begun.awaitOrFail()
                    pool.shutdownNow()
                    ending.join()
                }
                gauge.now shouldBe 0
                pool.close()
            }

            test("a pool that is shut down by then ends it with an exception, ordered: $ordered") {
                val pool = pool(1)
                pool.close()
                shouldThrow<RejectedExecutionException> { pool.mapFlow(0..9, 3, ordered) { it }.collect() }
            }
        }
    })
