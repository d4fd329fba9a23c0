// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.Capabilities
import dev.millrace.MapOptions
import dev.millrace.TaskExecutorService
import dev.millrace.TaskOptions
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldNotBeSameInstanceAs
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import java.io.IOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors

/** Reached by tasks without being taken along. */
private object Signals {
    @Volatile var running = CountDownLatch(1)

    @Volatile var interrupted = CountDownLatch(1)

    fun block() {
        running.countDown()
        try {
            CountDownLatch(1).await()
        } catch (e: InterruptedException) {
            interrupted.countDown()
            throw e
        }
    }
}

private class Passenger : Error("aboard") {
    @Suppress("unused")
    private val passenger = Any()
}

private fun double(n: Int) = 2 * n

/** All that goes to a task and comes from it is serialised, as if it were another JVM's. */
class ElsewhereSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        beforeTest {
            Signals.running = CountDownLatch(1)
            Signals.interrupted = CountDownLatch(1)
        }

        suspend fun elsewhere(block: suspend (TaskExecutorService) -> Unit) {
            val threads = Executors.newFixedThreadPool(2)
            try {
                TaskExecutorService.adapt(threads, Capabilities.elsewhere()).use { block(it) }
            } finally {
                threads.shutdown()
            }
        }

        test("a marked lambda travels with what it captures, and so does its value") {
            elsewhere { cluster ->
                val words = listOf("a", "b")
                val copy = cluster.call(@JvmSerializableLambda { words })
                copy shouldBe words
                copy shouldNotBeSameInstanceAs words
                cluster.future(@JvmSerializableLambda { words.size }).await() shouldBe 2
                cluster.future(TaskOptions.named("n"), @JvmSerializableLambda { words.size }).await() shouldBe 2
                coroutineScope { asyncOn(cluster, @JvmSerializableLambda { words.size }).await() shouldBe 2 }
                cluster.group().use { it.future(@JvmSerializableLambda { words.size }).await() shouldBe 2 }
            }
        }

        test("a lambda that is not marked is refused, with the way out") {
            elsewhere { cluster ->
                shouldThrow<IllegalArgumentException> { cluster.call { 1 } }
                    .message shouldContain "@JvmSerializableLambda"
                shouldThrow<IllegalArgumentException> { cluster.mapFlow(1..3, 1) { it }.toList() }
                    .message shouldContain "@JvmSerializableLambda"
            }
        }

        test("cancelling the coroutine interrupts the body there, and it is gone when the coroutine is") {
            elsewhere { cluster ->
                coroutineScope {
                    val job = launch(Dispatchers.Default) { cluster.call(@JvmSerializableLambda { Signals.block() }) }
                    Signals.running.awaitSoon()
                    job.cancelAndJoin()
                    Signals.interrupted.awaitSoon()
                }
            }
        }

        test("a flow is the same as here, by chunks or not, ordered or not") {
            elsewhere { cluster ->
                val expected = (1..200).map(::double)
                for (chunk in listOf(1, 3, MapOptions.AUTO)) {
                    cluster.mapFlow(1..200, 4, chunk = chunk, transform = ::double).toList() shouldBe expected
                    cluster
                        .mapFlow(1..200, 4, ordered = false, chunk = chunk, transform = ::double)
                        .toList()
                        .sorted() shouldBe expected
                }
            }
        }

        test("a failure comes at its place, after what stands before it in its chunk") {
            elsewhere { cluster ->
                val seen = mutableListOf<Int>()
                val failing = cluster.mapFlow(
                    1..20,
                    concurrency = 2,
                    chunk = 5,
                    transform = @JvmSerializableLambda { if (it == 7) throw IOException("seven") else it },
                )
                shouldThrow<IOException> { failing.collect { seen += it } }.message shouldBe "seven"
                seen shouldContainExactly (1..6).toList()
            }
        }

        test("an element that cannot travel is a failure at its place") {
            elsewhere { cluster ->
                val seen = mutableListOf<Any>()
                val elements: List<Any> = (1..20).toList() + Any() + (21..40).toList()
                val flow = cluster.mapFlow(elements, 3, transform = @JvmSerializableLambda { it })
                shouldThrow<IllegalArgumentException> { flow.collect { seen += it } }
                    .message shouldContain "java.lang.Object"
                seen shouldContainExactly (1..20).toList()
            }
        }

        test("an element that leaves its flag ends nothing") {
            elsewhere { cluster ->
                val flow = cluster.mapFlow(
                    1..20,
                    concurrency = 2,
                    chunk = 5,
                    transform = @JvmSerializableLambda { it.also { Thread.currentThread().interrupt() } },
                )
                flow.toList() shouldBe (1..20).toList()
            }
        }

        test("an error, or what cannot travel back, is a failure at its place") {
            elsewhere { cluster ->
                val seen = mutableListOf<Int>()
                val failing = cluster.mapFlow(
                    1..20,
                    concurrency = 2,
                    chunk = 5,
                    transform = @JvmSerializableLambda { if (it == 7) throw Passenger() else it },
                )
                shouldThrow<IllegalStateException> { failing.collect { seen += it } }.message shouldContain "aboard"
                seen shouldContainExactly (1..6).toList()
            }
        }

        test("a dispatcher is refused: coroutines stay in their JVM") {
            elsewhere { cluster ->
                shouldThrow<IllegalArgumentException> { cluster.asCoroutineDispatcher() }
                    .message shouldContain "cannot leave its JVM"
            }
        }

        test("cancelling the collector interrupts what runs there") {
            elsewhere { cluster ->
                coroutineScope {
                    val collector = async(Dispatchers.Default, CoroutineStart.DEFAULT) {
                        cluster.mapFlow(1..3, 1, transform = @JvmSerializableLambda { Signals.block() }).toList()
                    }
                    Signals.running.awaitSoon()
                    collector.cancelAndJoin()
                    Signals.interrupted.awaitSoon()
                }
            }
        }
    })
