// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import java.util.logging.Level
import java.util.logging.Logger
import kotlin.concurrent.thread

/** How long a round may take before it counts as stuck. */
private const val PATIENCE_SECONDS = 60L

/**
 * Random coroutines on small executors of every kind, cancelled, timed out and shut down at random moments, and then
 * exact accounting. For longer, or for the same decisions again: `-Dstorm.seconds=60 -Dstorm.seed=1`. The seed replays what
 * each actor does, not how the threads meet.
 */
class StormTrial :
    FunSpec({
        val seconds = Integer.getInteger("storm.seconds", 5)
        val firstSeed = java.lang.Long.getLong("storm.seed", System.nanoTime())
        timeout = TimeUnit.SECONDS.toMillis(seconds + 3 * PATIENCE_SECONDS)

        test("every body runs at most once, every coroutine and every task ends, and no interrupt strays") {
            println("storm of $seconds s, seed $firstSeed")
            val start = System.nanoTime()
            var seed = firstSeed
            val bodies = AtomicInteger()
            quietly { uncaught ->
                do {
                    inTime(seed) {
                        bodies.addAndGet(StormRound(seed).run())
                        uncaught.firstOrNull()?.let { throw AssertionError("uncaught: $it", it) }
                    }
                    seed++
                } while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds.toLong()))
            }
            println("storm of ${seed - firstSeed} rounds, $bodies bodies")
        }
    })

/** Runs a round on a thread of its own, so that one that is stuck can be looked at, and given up. */
private fun inTime(seed: Long, round: () -> Unit) {
    val ended = CompletableFuture<Unit>()
    thread(name = "round", isDaemon = true) { ended.completeWith(round) }
    try {
        ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS)
    } catch (e: ExecutionException) {
        throw AssertionError("-Dstorm.seed=$seed: ${e.cause}", e.cause)
    } catch (e: TimeoutException) {
        dumpThreads()
        throw AssertionError("-Dstorm.seed=$seed: stuck, see the threads on stderr", e)
    }
}

private fun CompletableFuture<Unit>.completeWith(round: () -> Unit) {
    try {
        complete(round())
    } catch (thrown: Throwable) {
        completeExceptionally(thrown)
    }
}

private fun dumpThreads() {
    for ((thread, frames) in Thread.getAllStackTraces()) {
        System.err.println("$thread ${thread.state}" + frames.joinToString("") { "\n    at $it" })
    }
}

/** What is thrown after a cancel is logged: here it is asked for. What nobody catches is gathered. */
private fun quietly(storm: (Collection<Throwable>) -> Unit) {
    val logger = Logger.getLogger("dev.millrace")
    val level = logger.level
    val handler = Thread.getDefaultUncaughtExceptionHandler()
    val uncaught = ConcurrentLinkedQueue<Throwable>()
    logger.level = Level.OFF
    Thread.setDefaultUncaughtExceptionHandler { _, thrown -> uncaught += thrown }
    try {
        storm(uncaught)
    } finally {
        logger.level = level
        Thread.setDefaultUncaughtExceptionHandler(handler)
    }
}
