// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines.pages

import dev.millrace.MapOptions
import dev.millrace.TaskFuture
import dev.millrace.TaskStatus
import dev.millrace.ThreadPool
import dev.millrace.coroutines.asCoroutineDispatcher
import dev.millrace.coroutines.asyncOn
import dev.millrace.coroutines.await
import dev.millrace.coroutines.call
import dev.millrace.coroutines.future
import dev.millrace.coroutines.mapFlow
import dev.millrace.coroutines.mapOn
import dev.millrace.coroutines.taskFuture
import dev.millrace.coroutines.useSuspending
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.File
import java.io.InputStream
import java.util.concurrent.CountDownLatch

internal class FromCoroutines {
    private val urls = listOf("a", "b")
    private val lines = List(100) { "$it" }
    private val path = "pom.xml"
    private val file = File(path)
    private val told = ArrayList<Any>()

    private fun fetch(url: String) = "page of $url"

    private fun parse(line: String) = line.toInt()

    private fun open(path: String): InputStream = File(path).inputStream()

    private fun show(what: Any) {
        told += what
    }

    private fun step() {
        told += Thread.currentThread().name
    }

    fun theFunctions() = runBlocking {
        val scope: CoroutineScope = this
        ThreadPool.builder().name("mill").maxWorkers(1).build().use { pool ->
            // shown
            val text = withTimeout(2_000) { pool.call { file.readText() } } // the limit interrupts the body
            val input = pool.call(onUndelivered = { it.close() }) { open(path) } // what nobody got is handed back
            val size = scope.asyncOn(pool) { file.length() } // async for blocking code
            urls.asFlow().mapOn(pool, concurrency = 8) { fetch(it) }.collect { show(it) } // in order
            pool.mapFlow(urls, concurrency = 8, ordered = false) { fetch(it) }.collect { show(it) } // as done
            pool.mapFlow(lines, concurrency = 2, chunk = MapOptions.AUTO) { parse(it) }.take(10).collect { show(it) }
            withContext(pool.asCoroutineDispatcher()) { step() } // the coroutine itself runs on a worker
            shown()
            input.use { it.readBytes().decodeToString() } shouldBe text
            size.await() shouldBe text.length
        }
        told.take(4).shouldContainExactly("page of a", "page of b", "page of a", "page of b")
        told.drop(4).take(10).shouldContainExactly(List(10) { it })
        (told.last() as String).startsWith("mill-1") shouldBe true
    }

    fun anOwner() = runBlocking {
        // shown
        ThreadPool.builder().name("files").maxWorkers(4).build().useSuspending { pool ->
            show(pool.call { file.length() })
        } // all work has ended; no thread was blocked to wait for it
        shown()
        told.shouldContainExactly(file.length())
    }

    fun bothWays() = runBlocking {
        val scope = CoroutineScope(Dispatchers.Default)
        ThreadPool.of(2).use { pool ->
            // shown
            val page: TaskFuture<String> = pool.future { fetch("a") } // Java may cancel it, wait for it, listen
            show(page.await()) // cancelling this coroutine cancels the task
            val forJava: TaskFuture<String> = scope.taskFuture {
                // Java's cancel cancels the coroutine
                delay(10)
                pool.call { fetch("b") }
            }
            shown()
            show(forJava.await())
        }
        told.shouldContainExactly("page of a", "page of b")
    }

    /** What the page says in words. */
    fun javaCancels() = runBlocking {
        val begun = CompletableDeferred<Unit>()
        val cleanedUp = CountDownLatch(1)
        val future = CoroutineScope(Dispatchers.Default).taskFuture {
            try {
                begun.complete(Unit)
                delay(1_000_000)
            } finally {
                cleanedUp.countDown()
            }
        }
        begun.await()
        future.cancel(false) shouldBe true
        future.status() shouldBe TaskStatus.CANCELLED
        cleanedUp.await()
    }
}
