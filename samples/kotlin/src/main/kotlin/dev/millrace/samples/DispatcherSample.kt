// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.ThreadPool
import dev.millrace.coroutines.asCoroutineDispatcher
import dev.millrace.coroutines.useSuspending
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/** Runs a thousand coroutines on two threads, and has one lane for what must not run at the same time. */
fun main() = runBlocking {
    // At its end the pool is shut down, and waited for without blocking a thread.
    val (steps, threads) = ThreadPool.of(2).useSuspending { pool -> count(pool.asCoroutineDispatcher()) }
    println("$steps steps, counted without a lock, on $threads")
}

/** How many steps were counted, and on which threads. */
suspend fun count(dispatcher: CoroutineDispatcher): Pair<Int, Set<String>> {
    val lane = dispatcher.limitedParallelism(1)
    val threads = sortedSetOf<String>()
    var steps = 0
    coroutineScope {
        repeat(1_000) {
            launch(dispatcher) {
                val thread = Thread.currentThread().name
                // One after the other, so that plain variables will do.
                withContext(lane) {
                    steps++
                    threads += thread
                }
            }
        }
    }
    return steps to threads
}
