// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import dev.millrace.ThreadPool
import dev.millrace.WhenFull
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

/** Every thread that a test's executor starts has it in front of its name. */
private const val PREFIX = "spec"

/** As long as a test waits for what must come. */
private const val PATIENCE_SECONDS = 30L

/** The executors that all must do the same. */
internal enum class Backing {
    POOL,
    VIEW,
    BOUNDED,
    ADAPTER,
    ;

    /** On which up to [atOnce] bodies run at a time. It is closed afterwards. */
    suspend fun use(atOnce: Int, block: suspend (TaskExecutorService) -> Unit) {
        when (this) {
            POOL -> {
                pool(atOnce).use { block(it) }
            }

            VIEW -> {
                pool(atOnce + 2).use { pool -> block(pool.limited(atOnce)) }
            }

            BOUNDED -> {
                full(atOnce, WhenFull.BLOCK).use { block(it) }
            }

            ADAPTER -> {
                val threads = Executors.newFixedThreadPool(atOnce) { work ->
                    thread(false, name = PREFIX) { work.run() }
                }
                TaskExecutorService.adapt(threads).use { block(it) }
            }
        }
    }
}

internal fun pool(workers: Int): ThreadPool = ThreadPool
    .builder()
    .name(PREFIX)
    .maxWorkers(workers)
    .build()

/** A pool that takes no more than its workers can do at once. */
internal fun full(workers: Int, whenFull: WhenFull): ThreadPool = ThreadPool
    .builder()
    .name(PREFIX)
    .maxWorkers(workers)
    .boundedQueue(0, whenFull)
    .build()

internal fun onWorker(): Boolean = Thread.currentThread().name.startsWith(PREFIX)

/** After each test no worker is left, and nothing was thrown that nobody caught. */
internal fun FunSpec.leavesNothingBehind() {
    val uncaught = CopyOnWriteArrayList<Throwable>()
    var before: Thread.UncaughtExceptionHandler? = null
    timeout = TimeUnit.MINUTES.toMillis(2)
    beforeTest {
        before = Thread.getDefaultUncaughtExceptionHandler()
        uncaught.clear()
        Thread.setDefaultUncaughtExceptionHandler { _, thrown -> uncaught.add(thrown) }
    }
    afterTest {
        val workers = Thread.getAllStackTraces().keys.filter { it.name.startsWith(PREFIX) }
        // One that its pool has taken off its books may need a moment to end.
        workers.forEach { it.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)) }
        Thread.setDefaultUncaughtExceptionHandler(before)
        workers.filter { it.isAlive }.shouldBeEmpty()
        uncaught.shouldBeEmpty()
    }
}

internal fun CountDownLatch.awaitOrFail() {
    await(PATIENCE_SECONDS, TimeUnit.SECONDS) shouldBe true
}

/** How many bodies run, and have run at most at the same time. */
internal class Gauge {
    private val running = AtomicInteger()
    private val highest = AtomicInteger()
    private val interrupts = AtomicInteger()

    val now: Int get() = running.get()
    val most: Int get() = highest.get()
    val interrupted: Int get() = interrupts.get()

    fun <T> count(body: () -> T): T {
        highest.accumulateAndGet(running.incrementAndGet(), ::maxOf)
        try {
            return body()
        } finally {
            running.decrementAndGet()
        }
    }

    /** A body that does not end but by an interrupt, which it throws; not at once. */
    fun stay(begun: CountDownLatch): Int = count {
        begun.countDown()
        try {
            CountDownLatch(1).await()
            error("nobody lets it go")
        } catch (e: InterruptedException) {
            // Who does not wait for the end of this body sees it in [now].
            val soon = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20)
            while (System.nanoTime() < soon) Thread.onSpinWait()
            interrupts.incrementAndGet()
            throw e
        }
    }
}

internal fun Throwable.causes(): List<Throwable> = generateSequence(this) { it.cause }.take(10).toList()

/** A body that occupies one worker until [end]. */
internal class Busy(executor: TaskExecutorService) {
    private val begun = CountDownLatch(1)
    private val go = CountDownLatch(1)

    @Volatile
    var wasInterrupted = false
        private set

    private val body =
        executor.future {
            begun.countDown()
            while (true) {
                try {
                    go.awaitOrFail()
                    break
                } catch (_: InterruptedException) {
                    wasInterrupted = true
                }
            }
        }

    init {
        begun.awaitOrFail()
    }

    fun end() = go.countDown()
}
