// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.core.listeners.AfterTestListener
import io.kotest.core.listeners.BeforeTestListener
import io.kotest.core.test.TestCase
import io.kotest.engine.test.TestResult
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** After each test no thread that it started is left, and nothing has reached the handler of uncaught exceptions. */
internal class Tidy :
    BeforeTestListener,
    AfterTestListener {
    private val uncaught = ConcurrentLinkedQueue<Throwable>()
    private var before = emptySet<Thread>()
    private var handler: Thread.UncaughtExceptionHandler? = null

    override suspend fun beforeTest(testCase: TestCase) {
        before = threads()
        handler = Thread.getDefaultUncaughtExceptionHandler()
        // A coroutine without a handler of its own hands its exception to this one, too.
        Thread.setDefaultUncaughtExceptionHandler { _, thrown -> uncaught += thrown }
    }

    override suspend fun afterTest(testCase: TestCase, result: TestResult) {
        Thread.setDefaultUncaughtExceptionHandler(handler)
        val left = (threads() - before).onEach { it.join(PATIENCE_MILLIS) }.filter { it.isAlive }
        val seen = uncaught.toList().also { uncaught.clear() }
        left.shouldBeEmpty()
        seen.shouldBeEmpty()
    }

    /** Daemons come and go by themselves: those of the dispatchers, of timers, of Kotest. */
    private fun threads() = Thread
        .getAllStackTraces()
        .keys
        .filter { !it.isDaemon && !it.name.startsWith("pool-") }
        .toSet()

    private companion object {
        const val PATIENCE_MILLIS = 5_000L
    }
}

/** Waits for what is under way; where it never comes the test fails. */
internal fun CountDownLatch.awaitSoon() {
    await(30, TimeUnit.SECONDS) shouldBe true
}

/** As [awaitSoon], for a body that is cancelled and must not hear of it. */
internal fun CountDownLatch.awaitDeaf() {
    var interrupted = false
    while (true) {
        try {
            awaitSoon()
            break
        } catch (_: InterruptedException) {
            interrupted = true
        }
    }
    if (interrupted) Thread.currentThread().interrupt()
}

/** The exception itself, where kotlinx has thrown a copy with the caller's stack trace. */
internal fun Throwable.original(among: Throwable) = generateSequence(this) { it.cause }.firstOrNull { it === among }
