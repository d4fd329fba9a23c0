// SPDX-License-Identifier: Apache-2.0
@file:JvmName("Calls")

package dev.millrace.samples.benchmarks

import dev.millrace.TaskExecutorService
import dev.millrace.coroutines.call
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withContext
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.concurrent.atomic.AtomicInteger

private inline fun inCoroutines(coroutines: Int, times: Int, crossinline call: suspend () -> Int): Int {
    val sum = AtomicInteger()
    runBlocking {
        repeat(coroutines) {
            launch {
                var mine = 0
                repeat(times) { mine += call() }
                sum.addAndGet(mine)
            }
        }
    }
    return sum.get()
}

fun poolCall(pool: TaskExecutorService, coroutines: Int, times: Int): Int =
    inCoroutines(coroutines, times) { pool.call { 1 } }

fun withContextOf(dispatcher: CoroutineDispatcher, coroutines: Int, times: Int): Int =
    inCoroutines(coroutines, times) { withContext(dispatcher) { 1 } }

fun withContextIo(coroutines: Int, times: Int): Int = withContextOf(Dispatchers.IO, coroutines, times)

fun interruptible(dispatcher: CoroutineDispatcher, coroutines: Int, times: Int): Int =
    inCoroutines(coroutines, times) { runInterruptible(dispatcher) { 1 } }

fun completableFuture(executor: Executor, coroutines: Int, times: Int): Int =
    inCoroutines(coroutines, times) { CompletableFuture.supplyAsync({ 1 }, executor).await() }
