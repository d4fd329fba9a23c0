// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import dev.millrace.ThreadPool
import dev.millrace.WhenFull
import java.time.Duration
import java.util.Random
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.ThreadFactory
import java.util.concurrent.TimeUnit

/** An executor in a storm, with what lies beneath it, and all threads that they started. */
internal class StormPlace(random: Random) {
    private val threads = ConcurrentLinkedQueue<Thread>()
    private val kind = StormKind.entries.filter { it.exists }.let { it[random.nextInt(it.size)] }
    private val beneath: TaskExecutorService
    val executor: TaskExecutorService

    /** Set before the executor is stopped: from then on a body may begin with its interrupt. */
    @Volatile
    var isStopping = false
        private set

    init {
        val workers = 1 + random.nextInt(4)
        val built = kind.open(random, workers, watched(kind.factory()))
        beneath = built
        executor = if (kind.isView) built.limited(1 + random.nextInt(workers)) else built
    }

    /** Bodies may submit to it and wait: the tasks that they wait for run on top of them. */
    val nests get() = beneath is ThreadPool

    /** Where a body may run in the thread of a coroutine, whose flag is its own. */
    val runsInCaller get() = kind == StormKind.RUNNING_IN_CALLER

    private fun watched(factory: ThreadFactory) = ThreadFactory { code ->
        factory.newThread(code).also { threads += it }
    }

    suspend fun shutDown(random: Random) {
        val executor = if (random.nextBoolean()) executor else beneath
        when (random.nextInt(5)) {
            0 -> executor.shutdown()

            1 -> executor.shutdownAndCancelPending()

            2 -> stop(executor)

            3 -> (executor as? ThreadPool)?.shutdownAndJoin(random.nextBoolean())

            // It ends by itself.
            else -> {}
        }
    }

    private fun stop(executor: TaskExecutorService) {
        isStopping = true
        executor.shutdownNow()
    }

    /** All has ended, threads included. */
    fun close() {
        for (each in listOf(executor, beneath)) {
            each.shutdown()
            check(each.awaitTermination(30, TimeUnit.SECONDS)) { "$each does not end" }
            check(each.isTerminated) { "$each has not ended" }
            each.close()
        }
        for (thread in threads) {
            thread.join(TimeUnit.SECONDS.toMillis(30))
            check(!thread.isAlive) { "$thread is left" }
        }
    }

    override fun toString() = "$kind $executor"
}

internal enum class StormKind(val isView: Boolean = false, val isVirtual: Boolean = false) {
    UNBOUNDED,
    BLOCKING,
    REJECTING,
    RUNNING_IN_CALLER,
    VIEW(isView = true),
    ADAPTED,
    ADAPTED_VIEW(isView = true),
    VIRTUAL(isVirtual = true),
    VIRTUAL_WORKERS(isVirtual = true),
    ;

    /** Whether this JDK has it. */
    val exists get() = !isVirtual || Runtime.version().feature() >= 21

    fun factory(): ThreadFactory = if (isVirtual) virtualThreads() else ThreadFactory { Thread(it, "storm") }

    fun open(random: Random, workers: Int, factory: ThreadFactory): TaskExecutorService = when (this) {
        UNBOUNDED, VIEW -> pool(random, workers, factory).build()

        BLOCKING -> pool(random, workers, factory).boundedQueue(random.nextInt(3), WhenFull.BLOCK).build()

        REJECTING -> pool(random, workers, factory).boundedQueue(random.nextInt(3), WhenFull.REJECT).build()

        RUNNING_IN_CALLER ->
            pool(random, workers, factory).boundedQueue(random.nextInt(3), WhenFull.RUN_IN_CALLER).build()

        ADAPTED, ADAPTED_VIEW -> TaskExecutorService.adapt(Executors.newFixedThreadPool(workers, factory))

        VIRTUAL -> TaskExecutorService.adapt(perTask(factory))

        VIRTUAL_WORKERS -> pool(random, workers, factory).maxTasksPerWorker(1).build()
    }

    private fun pool(random: Random, workers: Int, factory: ThreadFactory): ThreadPool.Builder {
        val idle = listOf(Duration.ZERO, Duration.ofNanos(20_000), Duration.ofDays(1))[random.nextInt(3)]
        val builder = ThreadPool.builder().maxWorkers(workers).idleTimeout(idle).threadFactory(factory)
        return if (random.nextInt(4) == 0) builder.maxTasksPerWorker(1 + random.nextInt(3)) else builder
    }

    // Since JDK 21; the tests are compiled for 17.
    private fun virtualThreads(): ThreadFactory {
        val builder = Thread::class.java.getMethod("ofVirtual").invoke(null)
        return Class.forName("java.lang.Thread\$Builder").getMethod("factory").invoke(builder) as ThreadFactory
    }

    private fun perTask(factory: ThreadFactory) = Executors::class.java
        .getMethod("newThreadPerTaskExecutor", ThreadFactory::class.java)
        .invoke(null, factory) as ExecutorService
}
