// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskFuture
import java.io.IOException
import java.util.Random
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.cancellation.CancellationException

/** Blocking code in a storm, which keeps its books. What it does was decided when it was made. */
internal class StormBody private constructor(
    private val act: Act,
    private val nanos: Long,
    private val place: StormPlace,
    private val report: (String) -> Unit,
) {
    private val runs = AtomicInteger()
    private val running = AtomicInteger()
    private val returns = AtomicInteger()
    private val delivered = AtomicInteger()
    private val undelivered = AtomicInteger()

    /** What it runs inside itself; made before, as it is counted with the others. */
    private val inner = if (act == Act.NEST && place.nests) StormBody(Act.RETURN, 0, place, report) else null

    constructor(random: Random, place: StormPlace, report: (String) -> Unit) :
        this(Act.entries[random.nextInt(Act.entries.size)], random.nextInt(300_000).toLong(), place, report)

    @Volatile
    private var hasEnded = false

    @Volatile
    private var thrown: Throwable? = null

    fun run(): Int {
        val flag = Thread.currentThread().isInterrupted
        running.incrementAndGet()
        try {
            if (runs.incrementAndGet() > 1) report("$this runs again")
            if (hasEnded) report("$this begins after its end")
            if (flag) ensureMeant("begins with")
            perform()
            returns.incrementAndGet()
            return hashCode()
        } catch (thrown: Throwable) {
            if (thrown is InterruptedException) ensureMeant("gets")
            this.thrown = thrown
            throw thrown
        } finally {
            running.decrementAndGet()
        }
    }

    /** Who cancels a body, or stops its executor, says so before the interrupt. */
    private fun ensureMeant(how: String) {
        if (TaskFuture.current()?.isDone != true && !place.isStopping) report("$this $how an interrupt of others")
    }

    private fun perform() {
        when (act) {
            Act.RETURN -> {}
            Act.SLEEP -> TimeUnit.NANOSECONDS.sleep(nanos)
            Act.WAIT -> CountDownLatch(1).await(10 * nanos, TimeUnit.NANOSECONDS)
            Act.SPIN -> System.nanoTime().let { start -> while (System.nanoTime() - start < nanos) Thread.onSpinWait() }
            Act.INTERRUPT -> if (!place.runsInCaller) Thread.currentThread().interrupt()
            Act.NEST -> inner?.let { place.executor.future(it::run).join() }
            Act.FAIL -> throw IOException("asked for")
            Act.FAIL_HARD -> throw StormError()
            Act.FAIL_AS_CANCELLED -> throw CancellationException("asked for")
        }
    }

    /** Who waited for the end goes on: from now on it must not begin, nor still be running. */
    fun end() {
        hasEnded = true
        if (running.get() != 0) report("$this still runs")
    }

    fun deliver(value: Int) {
        delivered.incrementAndGet()
        if (value != hashCode() || runs.get() != 1) report("$this returned $value")
    }

    fun takeBack(value: Int) {
        undelivered.incrementAndGet()
        if (value != hashCode()) report("$this gives $value back")
    }

    fun isFailedBy(failure: Throwable) = thrown?.let { failure.original(it) } != null

    /** What came out where its value was asked for: its own exception, or that it was cancelled or refused. */
    fun fail(failure: Throwable) {
        if (!isFailedBy(failure) && failure !is CancellationException && failure !is RejectedExecutionException) {
            report("$this: somebody else's $failure")
        }
    }

    /** At the end of the round. */
    fun account() {
        inner?.account()
        if (runs.get() > 1 || running.get() != 0) report("$this has run ${runs.get()} times, ${running.get()} still do")
    }

    /** Of one whose value is handed to somebody, whatever happens. */
    fun accountForValue() {
        if (delivered.get() + undelivered.get() != returns.get()) {
            report("$this returned ${returns.get()}, delivered ${delivered.get()}, gave back ${undelivered.get()}")
        }
    }

    override fun toString() = "body $act@${hashCode()}"

    private enum class Act { RETURN, SLEEP, WAIT, SPIN, INTERRUPT, NEST, FAIL, FAIL_HARD, FAIL_AS_CANCELLED }
}

internal class StormError : Error("asked for")
