// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines.samples

import dev.millrace.TaskFuture
import dev.millrace.TaskOptions
import dev.millrace.ThreadPool
import dev.millrace.coroutines.asCompletedFlow
import dev.millrace.coroutines.asCoroutineDispatcher
import dev.millrace.coroutines.asDeferred
import dev.millrace.coroutines.asTaskFuture
import dev.millrace.coroutines.asyncOn
import dev.millrace.coroutines.await
import dev.millrace.coroutines.awaitExit
import dev.millrace.coroutines.call
import dev.millrace.coroutines.future
import dev.millrace.coroutines.mapFlow
import dev.millrace.coroutines.mapOn
import dev.millrace.coroutines.shutdownAndJoin
import dev.millrace.coroutines.taskFuture
import dev.millrace.coroutines.useSuspending
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.firstOrNull
import kotlinx.coroutines.flow.fold
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import java.io.File
import java.io.InputStream
import java.time.Duration

// What the KDoc of each public function shows. SamplesSpec calls them.

internal suspend fun readInTime(pool: ThreadPool, file: File): String =
    withTimeout(2_000) { pool.call { file.readText() } } // the limit interrupts the reading

internal suspend fun openOnWorker(pool: ThreadPool, file: File): InputStream =
    pool.call(onUndelivered = { it.close() }) { file.inputStream() }

internal fun readWithin(pool: ThreadPool, file: File, limit: Duration): String =
    pool.future(TaskOptions.named("read").withTimeout(limit)) { file.readText() }.join()

internal fun bothTexts(pool: ThreadPool, one: File, other: File): String = pool.group().use { group ->
    val left = group.future { one.readText() }
    val right = group.future { other.readText() }
    group.join() // throws what failed first
    left.join() + right.join()
}

internal fun firstOfTwo(pool: ThreadPool, near: () -> String, far: () -> String): Any? = pool.group().use { group ->
    group.future(TaskOptions.named("near")) { near() }
    group.future(TaskOptions.named("far")) { far() }
    group.firstSuccess().join() // the other is cancelled
}

internal suspend fun haveSameBytes(pool: ThreadPool, one: File, other: File): Boolean {
    val left = pool.future { one.readBytes() }
    val right = pool.future { other.readBytes() }
    return left.await().contentEquals(right.await())
}

internal suspend fun valueOr(default: String, task: TaskFuture<String>, limit: kotlin.time.Duration): String =
    withTimeoutOrNull(limit) { task.await() } ?: default // too late: the task is cancelled

internal suspend fun cancelAndDelete(writing: TaskFuture<*>, file: File): Boolean {
    writing.cancel(true)
    writing.awaitExit() // until then it may write
    return file.delete()
}

internal suspend fun faster(one: TaskFuture<String>, other: TaskFuture<String>): String {
    val both = listOf(one.asDeferred(), other.asDeferred())
    val first = select { for (each in both) each.onAwait { it } }
    for (each in both) each.cancel()
    return first
}

internal suspend fun totalSize(pool: ThreadPool, files: List<File>): Long = coroutineScope {
    files.map { asyncOn(pool) { it.length() } }.awaitAll().sum() // the first failure cancels the others
}

internal fun showWhenKnown(price: Deferred<Int>, show: (Int) -> Unit) {
    price.asTaskFuture().onDone { show(it.join()) }
}

internal fun stopFromJava(job: Job): Boolean {
    val future = job.asTaskFuture()
    future.cancel(true)
    return future.awaitExit(Duration.ofSeconds(5)) // whether it has ended by then
}

internal fun priceForJava(scope: CoroutineScope, fetch: suspend () -> Int): TaskFuture<Int> =
    scope.taskFuture { withTimeout(2_000) { fetch() } }

internal suspend fun countWithoutLock(pool: ThreadPool): Int {
    var count = 0
    withContext(pool.limited(1).asCoroutineDispatcher()) {
        repeat(100) { launch { count++ } } // one at a time
    }
    return count
}

internal suspend fun saveAll(pool: ThreadPool, texts: Map<File, String>) {
    for ((file, text) in texts) pool.future { file.writeText(text) }
    pool.shutdownAndJoin() // all are written
}

internal suspend fun countLines(file: File): Int = ThreadPool.of(1).useSuspending { pool ->
    pool.call { file.readLines().size }
}

internal fun checksums(pool: ThreadPool, files: Flow<File>): Flow<Int> =
    files.filter { it.isFile }.mapOn(pool, concurrency = 8) { it.readBytes().contentHashCode() }

internal suspend fun anyText(pool: ThreadPool, files: List<File>, word: String): String? = pool
    .mapFlow(files, concurrency = 8, ordered = false) { it.readText() }
    .firstOrNull { word in it } // the rest is cancelled

internal suspend fun sizeBelow(pool: ThreadPool, folder: File): Long = pool
    .mapFlow(folder.walk().filter { it.isFile }, concurrency = 8) { it.length() }
    .fold(0L, Long::plus)

internal suspend fun showAsDone(tasks: List<TaskFuture<String>>, show: (String) -> Unit) {
    tasks.asCompletedFlow().collect { show(it.await()) }
}
