// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines.samples

import dev.millrace.TaskPromise
import dev.millrace.ThreadPool
import dev.millrace.coroutines.Tidy
import dev.millrace.coroutines.future
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.toJavaDuration

/** What the KDoc shows does what it says. */
class SamplesSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        val folder = tempdir()
        val file = folder.resolve("one").apply { writeText("the race\nthe mill") }
        val other = folder.resolve("other").apply { writeText("the dam") }
        fun onPool(name: String, block: suspend (ThreadPool) -> Unit) =
            test(name) { ThreadPool.of(4).use { block(it) } }

        onPool("call") { pool ->
            readInTime(pool, file) shouldBe "the race\nthe mill"
        }

        onPool("call with onUndelivered") { pool ->
            openOnWorker(pool, other).use { it.readBytes().decodeToString() } shouldBe "the dam"
        }

        onPool("future") { pool ->
            haveSameBytes(pool, file, file) shouldBe true
            haveSameBytes(pool, file, other) shouldBe false
        }

        onPool("future with options") { pool ->
            readWithin(pool, file, 1.minutes.toJavaDuration()) shouldBe "the race\nthe mill"
        }

        onPool("future of a group") { pool ->
            bothTexts(pool, file, other) shouldBe "the race\nthe millthe dam"
        }

        onPool("future of a group with options") { pool ->
            firstOfTwo(pool, { error("down") }, { "far" }) shouldBe "far"
        }

        onPool("await") { pool ->
            valueOr("none", pool.future { "text" }, 1.minutes) shouldBe "text"
            val never = TaskPromise<String>().future()
            valueOr("none", never, Duration.ZERO) shouldBe "none"
        }

        onPool("awaitExit") { pool ->
            val partial = folder.resolve("partial")
            cancelAndDelete(pool.future { partial.writeText("text") }.also { it.join() }, partial) shouldBe true
            partial.exists() shouldBe false
        }

        onPool("asDeferred") { pool ->
            val slow = TaskPromise<String>()
            faster(slow.future(), pool.future { "fast" }) shouldBe "fast"
            slow.future().isCancelled shouldBe true
            slow.exited()
        }

        onPool("asyncOn") { pool ->
            totalSize(pool, listOf(file, other)) shouldBe file.length() + other.length()
        }

        test("Deferred.asTaskFuture") {
            val shown = ArrayList<Int>()
            val price = CompletableDeferred<Int>()
            showWhenKnown(price) { shown += it }
            price.complete(42)
            shown.shouldContainExactly(42)
        }

        test("Job.asTaskFuture") {
            val job = CompletableDeferred<Unit>()
            stopFromJava(job) shouldBe true
            job.isCancelled shouldBe true
        }

        test("taskFuture") {
            priceForJava(CoroutineScope(Dispatchers.Default)) { 42 }.join() shouldBe 42
        }

        onPool("asCoroutineDispatcher") { pool ->
            countWithoutLock(pool) shouldBe 100
        }

        test("shutdownAndJoin") {
            val texts = listOf("a", "b", "c").associateBy { folder.resolve(it) }
            val own = ThreadPool.of(2)
            saveAll(own, texts)
            own.isTerminated shouldBe true
            texts.keys.map { it.readText() }.shouldContainExactly("a", "b", "c")
        }

        test("useSuspending") {
            countLines(file) shouldBe 2
        }

        onPool("mapOn") { pool ->
            checksums(pool, flowOf(file, folder, other)).toList() shouldBe
                listOf(file, other).map { it.readBytes().contentHashCode() }
        }

        onPool("mapFlow of an Iterable") { pool ->
            anyText(pool, listOf(file, other), "dam") shouldBe "the dam"
            anyText(pool, listOf(file, other), "river") shouldBe null
        }

        onPool("mapFlow of a Sequence") { pool ->
            val sizes = folder.resolve("sizes").apply { mkdir() }
            listOf("a", "bb", "ccc").forEach { sizes.resolve(it).writeText(it) }
            sizeBelow(pool, sizes) shouldBe 6
        }

        onPool("asCompletedFlow") { pool ->
            val shown = ArrayList<String>()
            val slow = TaskPromise<String>()
            val fast = pool.future { "fast" }
            showAsDone(listOf(slow.future(), fast)) {
                shown += it
                slow.succeed("slow")
            }
            shown.shouldContainExactly("fast", "slow")
        }
    })
