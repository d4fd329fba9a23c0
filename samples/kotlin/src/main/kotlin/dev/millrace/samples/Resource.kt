// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.TaskExecutorService
import dev.millrace.ThreadPool
import dev.millrace.coroutines.call
import dev.millrace.coroutines.useSuspending
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlin.time.Duration.Companion.microseconds

/** Opens connections for callers who lose patience at any moment: before, while, and just after one is opened. */
fun main() = runBlocking(Dispatchers.Default) {
    val connections = Connections()
    ThreadPool.of(4).useSuspending { pool ->
        coroutineScope {
            repeat(1_000) {
                val caller = launch { useConnection(pool, connections::open) }
                launch {
                    delay(Random.nextInt(2_000).microseconds)
                    caller.cancel()
                }
            }
        }
    }
    println(connections)
}

/** Whoever opens a connection closes it, unless nobody is left to take it: then the pool does. */
suspend fun useConnection(pool: TaskExecutorService, open: () -> Connection) {
    // Without onUndelivered, one that opens while the caller is cancelled would stay open for ever.
    val connection = pool.call(onUndelivered = { it.close() }) { open() }
    connection.use { it.greet() }
}

interface Connection : AutoCloseable {
    fun greet()
}

/** Counts what happens to them. */
class Connections {
    private val opened = AtomicInteger()
    private val used = AtomicInteger()
    private val closed = AtomicInteger()

    fun open(): Connection {
        opened.incrementAndGet()
        return object : Connection {
            override fun greet() {
                used.incrementAndGet()
            }

            override fun close() {
                closed.incrementAndGet()
            }
        }
    }

    override fun toString() = "$opened opened, $used used, $closed closed"
}
