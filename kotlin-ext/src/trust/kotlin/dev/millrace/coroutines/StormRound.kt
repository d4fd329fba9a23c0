// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.MapOptions
import dev.millrace.TaskFuture
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import java.util.Random
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.locks.LockSupport

private const val ACTORS = 3
private const val STEPS = 15

/** One executor, actors that start coroutines on it and cancel them, one that shuts it down, and the accounting. */
internal class StormRound(private val seed: Long) {
    private val place = StormPlace(Random(seed))
    private val executor = place.executor
    private val faults = ConcurrentLinkedQueue<String>()
    private val bodies = ConcurrentLinkedQueue<StormBody>()
    private val tasks = ConcurrentLinkedQueue<Told>()
    private val begun = AtomicInteger()
    private val ended = AtomicInteger()

    /** Returns how many bodies there were. */
    fun run(): Int {
        runBlocking(Dispatchers.Default) {
            launch { shutDown(Random(seed + ACTORS)) }
            supervisorScope {
                repeat(ACTORS) { i -> launch { act(Random(seed + i)) } }
            }
        }
        place.close()
        bodies.forEach { it.account() }
        tasks.forEach { it.account() }
        if (begun.get() != ended.get()) report("${begun.get()} coroutines began, ${ended.get()} ended")
        check(faults.isEmpty()) { "${faults.size} faults on $place: ${faults.take(10)}" }
        return bodies.size
    }

    private fun report(fault: String) {
        faults += fault
    }

    private suspend fun shutDown(random: Random) {
        pause(random)
        delay(random.nextInt(6).toLong())
        place.shutDown(random)
    }

    private suspend fun act(random: Random) = coroutineScope {
        repeat(STEPS) {
            val its = Random(random.nextLong())
            val step = Step.entries[random.nextInt(Step.entries.size)]
            val job = launch { begin(step, its) }
            when (random.nextInt(3)) {
                0 -> job.join()

                1 -> {
                    pause(random)
                    job.cancel()
                }

                // It goes on beside the next.
                else -> {}
            }
        }
    }

    private suspend fun begin(step: Step, random: Random) {
        begun.incrementAndGet()
        try {
            step.take(this, random)
        } catch (thrown: Throwable) {
            if (thrown !is CancellationException && thrown !is RejectedExecutionException) report("$step: $thrown")
        } finally {
            ended.incrementAndGet()
        }
        withContext(NonCancellable) {
            yield()
            if (Thread.currentThread().isInterrupted) report("$step leaves an interrupt in ${Thread.currentThread()}")
        }
    }

    private suspend fun pause(random: Random) {
        when (random.nextInt(3)) {
            0 -> repeat(random.nextInt(20)) { yield() }
            1 -> LockSupport.parkNanos(random.nextInt(200_000).toLong())
            else -> delay(1)
        }
    }

    private fun body(random: Random) = StormBody(random, place, ::report).also { bodies += it }

    private fun submit(body: StormBody): TaskFuture<Int> = executor.future(body::run).also { tasks += Told(it) }

    /** What comes out is handed to the body, and so is who was cancelled. */
    private suspend fun deliver(body: StormBody, value: suspend () -> Int) {
        try {
            body.deliver(value())
        } catch (thrown: Throwable) {
            body.fail(thrown)
            throw thrown.takeIf { it is CancellationException } ?: return
        }
    }

    suspend fun call(random: Random) {
        val body = body(random)
        try {
            deliver(body) { executor.call(body::run) }
        } finally {
            body.end()
        }
    }

    suspend fun callForAValue(random: Random) {
        val body = body(random)
        try {
            deliver(body) { executor.call(body::takeBack, body::run) }
        } finally {
            body.end()
            body.accountForValue()
        }
    }

    suspend fun callInTime(random: Random) = withTimeout(1 + random.nextLong(3)) { call(random) }

    suspend fun async(random: Random) {
        val all = List(1 + random.nextInt(3)) { body(random) }
        try {
            coroutineScope {
                val children = all.map { it to asyncOn(executor, it::run) }
                if (random.nextInt(4) == 0) children.first().second.cancel()
                for ((body, child) in children) deliver(body) { child.await() }
            }
        } catch (thrown: Throwable) {
            // The first that failed, of any of them.
            if (thrown is CancellationException) throw thrown
        } finally {
            all.forEach { it.end() }
        }
    }

    suspend fun await(random: Random) {
        val body = body(random)
        val task = submit(body)
        try {
            deliver(body) { task.await() }
        } finally {
            if (!task.isDone) report("$body is awaited no more, and its task is not done: $task")
            withContext(NonCancellable) { task.awaitExit() }
            body.end()
        }
    }

    suspend fun defer(random: Random) {
        val body = body(random)
        val deferred = submit(body).asDeferred()
        try {
            if (random.nextBoolean()) {
                deliver(body) { deferred.await() }
            } else {
                pause(random)
            }
        } finally {
            withContext(NonCancellable) { deferred.cancelAndJoin() }
            body.end()
        }
    }

    suspend fun cancelFromJava(random: Random) {
        val body = body(random)
        val task = submit(body)
        pause(random)
        val withdrawn = task.cancelIfPending()
        if (withdrawn) body.end() else task.cancel(random.nextBoolean())
        withContext(NonCancellable) { task.awaitExit() }
        body.end()
    }

    suspend fun flow(random: Random) {
        val all = List(random.nextInt(12)) { body(random) }
        val chunk = if (random.nextInt(3) == 0) MapOptions.AUTO else 1 + random.nextInt(3)
        val results = executor.mapFlow(all, 1 + random.nextInt(4), random.nextBoolean(), chunk, StormBody::run)
        val most = 1 + random.nextInt(12)
        try {
            results.take(most).onEach { value -> all.first { it.hashCode() == value }.deliver(value) }.collect()
        } catch (thrown: Throwable) {
            if (all.none { it.isFailedBy(thrown) }) all.firstOrNull()?.fail(thrown)
            if (thrown is CancellationException) throw thrown
        } finally {
            all.forEach { it.end() }
        }
    }

    suspend fun completed(random: Random) {
        val all = List(1 + random.nextInt(3)) { submit(body(random)) }
        val seen = all.asCompletedFlow().toList()
        if (seen.toSet() != all.toSet() || seen.size != all.size) report("$seen of $all completed")
        if (!seen.all { it.isDone }) report("$seen are not done")
    }

    suspend fun dispatch(random: Random) {
        val dispatcher = executor.asCoroutineDispatcher()
        val its = if (random.nextBoolean()) dispatcher else dispatcher.limitedParallelism(1 + random.nextInt(2))
        withContext(its) {
            begun.incrementAndGet()
            try {
                repeat(random.nextInt(4)) {
                    val flag = Thread.currentThread().isInterrupted
                    if (flag && !place.isStopping) report("a coroutine finds an interrupt on ${Thread.currentThread()}")
                    pause(random)
                }
                call(random)
            } finally {
                ended.incrementAndGet()
            }
        }
    }

    suspend fun forJava(random: Random) = supervisorScope {
        val task = taskFuture(Dispatchers.Default) { call(random) }
        tasks += Told(task)
        pause(random)
        if (random.nextBoolean()) task.cancel(true)
        withContext(NonCancellable) { task.awaitExit() }
    }

    /** Whether a future told of its end and of its exit, once each. */
    private inner class Told(private val task: TaskFuture<*>) {
        private val ends = AtomicInteger()
        private val exits = AtomicInteger()

        init {
            task.onDone { ends.incrementAndGet() }
            task.onExit { exits.incrementAndGet() }
        }

        fun account() {
            val start = System.nanoTime()
            // A cancel tells on the canceller's thread, for which no executor waits.
            while (ends.get() + exits.get() < 2 && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(30)) {
                LockSupport.parkNanos(100_000)
            }
            if (!task.isDone || !task.hasExited()) report("$task has not ended")
            if (ends.get() != 1 ||
                exits.get() != 1
            ) {
                report("$task told ${ends.get()} times of its end, ${exits.get()} of its exit")
            }
        }
    }

    private enum class Step(val take: suspend StormRound.(Random) -> Unit) {
        CALL({ call(it) }),
        CALL_FOR_A_VALUE({ callForAValue(it) }),
        CALL_IN_TIME({ callInTime(it) }),
        ASYNC({ async(it) }),
        AWAIT({ await(it) }),
        DEFER({ defer(it) }),
        CANCEL_FROM_JAVA({ cancelFromJava(it) }),
        FLOW({ flow(it) }),
        COMPLETED({ completed(it) }),
        DISPATCH({ dispatch(it) }),
        FOR_JAVA({ forJava(it) }),
    }
}
