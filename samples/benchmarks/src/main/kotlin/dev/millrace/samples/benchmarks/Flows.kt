// SPDX-License-Identifier: Apache-2.0
@file:JvmName("Flows")

package dev.millrace.samples.benchmarks

import dev.millrace.TaskExecutorService
import dev.millrace.coroutines.mapFlow
import dev.millrace.coroutines.mapOn
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.flow.flatMapMerge
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Semaphore
import java.util.function.IntUnaryOperator

fun mapOn(pool: TaskExecutorService, items: List<Int>, concurrency: Int, ordered: Boolean, work: IntUnaryOperator) =
    sum(items.asFlow().mapOn(pool, concurrency, ordered) { work.applyAsInt(it) })

fun mapFlow(pool: TaskExecutorService, items: List<Int>, concurrency: Int, work: IntUnaryOperator) =
    sum(pool.mapFlow(items, concurrency) { work.applyAsInt(it) })

/** In no order. */
@OptIn(ExperimentalCoroutinesApi::class)
fun flatMapMerge(items: List<Int>, concurrency: Int, work: IntUnaryOperator) =
    sum(items.asFlow().flatMapMerge(concurrency) { flow { emit(work.applyAsInt(it)) } }.flowOn(Dispatchers.Default))

/** In order. */
fun asyncWindow(items: List<Int>, concurrency: Int, work: IntUnaryOperator): Long = runBlocking {
    val window = ArrayDeque<Deferred<Int>>(concurrency)
    var sum = 0L
    for (item in items) {
        if (window.size == concurrency) sum += window.removeFirst().await()
        window += async(Dispatchers.Default) { work.applyAsInt(item) }
    }
    for (last in window) sum += last.await()
    sum
}

/** In no order. */
fun channelWithSemaphore(items: List<Int>, concurrency: Int, work: IntUnaryOperator) = sum(
    channelFlow {
        val permits = Semaphore(concurrency)
        for (item in items) {
            permits.acquire()
            launch(Dispatchers.Default) {
                try {
                    send(work.applyAsInt(item))
                } finally {
                    permits.release()
                }
            }
        }
    },
)

private fun sum(results: Flow<Int>): Long = runBlocking {
    var sum = 0L
    results.collect { sum += it }
    sum
}
