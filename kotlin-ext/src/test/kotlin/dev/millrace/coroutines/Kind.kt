// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import dev.millrace.ThreadPool
import dev.millrace.WhenFull
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.coroutineScope
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors

/** The kinds of executor that keep the bridge's contract. */
internal enum class Kind(
    /** Whether a task can pend: a fresh thread for each lets none. */
    val queues: Boolean = true,
    private val open: (Int) -> Opened,
) {
    POOL(open = { Opened(subject(it).build()) }),
    BOUNDED(open = { Opened(subject(it).boundedQueue(1, WhenFull.BLOCK).build()) }),
    VIEW(
        open = {
            val beneath = subject(it + 2).build()
            Opened(beneath.limited(it), beneath)
        },
    ),
    ADAPTED(open = { Opened(TaskExecutorService.adapt(Executors.newFixedThreadPool(it, ::named))) }),
    ADAPTED_VIEW(
        open = {
            val beneath = TaskExecutorService.adapt(Executors.newFixedThreadPool(it + 2, ::named))
            Opened(beneath.limited(it), beneath)
        },
    ),
    VIRTUAL(queues = false, open = { Opened(TaskExecutorService.adapt(virtualThreads())) }),
    ;

    /** Whether this JDK has it. */
    val exists get() = this != VIRTUAL || Runtime.version().feature() >= 21

    /** Opens one with so many workers for [block], and closes it, which waits for its tasks and threads. */
    suspend fun use(workers: Int = 2, block: suspend CoroutineScope.(TaskExecutorService) -> Unit) {
        val opened = open(workers)
        try {
            coroutineScope { block(opened.executor) }
        } finally {
            opened.executor.close()
            opened.beneath?.close()
        }
    }

    private class Opened(val executor: TaskExecutorService, val beneath: TaskExecutorService? = null)
}

private fun subject(workers: Int) = ThreadPool.builder().name("subject").maxWorkers(workers)

private fun named(code: Runnable) = Thread(code, "subject of a JDK pool")

private fun virtualThreads() =
    Executors::class.java.getMethod("newVirtualThreadPerTaskExecutor").invoke(null) as ExecutorService
