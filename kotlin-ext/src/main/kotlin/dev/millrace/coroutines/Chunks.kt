// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.MapOptions
import dev.millrace.TaskExecutorService
import dev.millrace.TaskFuture
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.withContext
import java.util.concurrent.Callable
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.RejectedExecutionException
import kotlin.coroutines.CoroutineContext

/**
 * One collection of a mapped flow. A reader, a child of the collector, takes elements from upstream and submits them, a
 * chunk as one task; the collector emits what they return. A chunk has a place from before its first element is asked for
 * until it is done and the collector takes it: upstream is never more than these places ahead.
 */
internal class Chunks<A, B>(
    private val executor: TaskExecutorService,
    concurrency: Int,
    private val chunk: Int,
    private val context: CoroutineContext,
    private val transform: (A) -> B,
) {
    private val places = Semaphore(concurrency)

    private val isElsewhere = executor.capabilities().isElsewhere

    /** Submitted, and not seen done by the collector. The reader adds, the collector takes out, both cancel. */
    private val underWay: MutableSet<Chunk> = ConcurrentHashMap.newKeySet()

    /** How many elements the next chunk has. Written by workers, under AUTO only; any of them may win. */
    @Volatile
    private var size = if (chunk == MapOptions.AUTO) 1 else chunk

    suspend fun emitInOrder(upstream: Flow<A>, collector: FlowCollector<B>) {
        val started = Channel<Chunk>(Channel.UNLIMITED)
        beside(
            reader = { started.close(read(upstream, evenIfFailed = true) { started.trySend(it) }) },
            emitting = { for (next in started) collector.emitAll(next) },
        )
    }

    suspend fun emitAsDone(upstream: Flow<A>, collector: FlowCollector<B>) {
        // The end of upstream comes as null: chunks are still under way then.
        val done = Channel<Chunk?>(Channel.UNLIMITED)
        var submitted = 0L
        beside(
            reader = {
                val failure = read(upstream, evenIfFailed = false) { next ->
                    submitted++
                    next.task.onDone { done.trySend(next) }
                }
                if (failure == null) done.trySend(null) else done.close(failure)
            },
            emitting = {
                var taken = 0L
                var hasEnded = false
                // Looked at only after the end was received, which was sent after the last was counted.
                while (!hasEnded || taken < submitted) {
                    val next = done.receive()
                    if (next == null) {
                        hasEnded = true
                    } else {
                        taken++
                        collector.emitAll(next)
                    }
                }
            },
        )
    }

    /** However it ends, the reader has ended when this returns, and so has all that it submitted. */
    private suspend fun beside(reader: suspend () -> Unit, emitting: suspend () -> Unit) {
        try {
            coroutineScope {
                // By who cancels, there and then: the collector may be in the middle of something that does not hear of it,
                // and upstream may take its time to clean up.
                val canceller = launch(Dispatchers.Unconfined) {
                    try {
                        awaitCancellation()
                    } finally {
                        cancelAll()
                    }
                }
                launch { reader() }
                emitting()
                canceller.cancel()
            }
        } finally {
            // What the reader submitted meanwhile.
            cancelAll()
            withContext(NonCancellable) {
                underWay.forEach {
                    it.task.awaitExit()
                    // One failure is thrown; no other is to be reported as one that nobody saw.
                    runCatching { it.task.outcome() }
                }
            }
        }
    }

    private fun cancelAll() = underWay.forEach { it.task.cancel(true) }

    /**
     * Submits the elements of upstream and tells of each chunk. Returns what upstream failed with; what it had given until
     * then is submitted too, if wanted.
     */
    private suspend fun read(upstream: Flow<A>, evenIfFailed: Boolean, onSubmitted: (Chunk) -> Unit): Throwable? {
        var gathered = ArrayList<A>(1)
        var failure: Throwable? = null
        try {
            // Room is made before upstream is asked: what stands in its hands counts, too.
            places.acquire()
            upstream.collect { element ->
                gathered.add(element)
                if (gathered.size >= size) {
                    val full = gathered
                    gathered = ArrayList(size)
                    onSubmitted(submit(full))
                    places.acquire()
                }
            }
        } catch (thrown: Throwable) {
            failure = thrown
        }
        val goesOn = failure == null || (evenIfFailed && currentCoroutineContext().isActive)
        if (goesOn && gathered.isNotEmpty()) {
            try {
                onSubmitted(submit(gathered))
            } catch (refused: RuntimeException) { // by the executor, or as it cannot travel
                failure = failure ?: refused
            }
        }
        return failure
    }

    private fun submit(elements: List<A>): Chunk {
        val next = Chunk(elements)
        next.task = executor.submitWhenRoom(if (isElsewhere) SentElements(elements, transform) else next)
        underWay += next
        return next
    }

    private suspend fun FlowCollector<B>.emitAll(next: Chunk) {
        next.task.awaitDone()
        val failure = next.failure()
        underWay -= next
        places.release()
        next.results().forEach { emit(it) }
        if (failure != null) throw failure
    }

    private suspend fun Chunk.failure(): Throwable? {
        var thrown: Throwable?
        do {
            val outcome = runCatching { task.outcome() }
            thrown = outcome.exceptionOrNull() ?: take(outcome.getOrNull())
            // One that ran elsewhere stops at an interrupt. If that was not ours, it goes on.
            val rest = if (thrown == null && isElsewhere) rest() else emptyList()
            if (rest.isNotEmpty()) {
                task = executor.submitWhenRoom(SentElements(rest, transform))
                task.awaitDone()
            }
        } while (rest.isNotEmpty())
        if (!task.isCancelled) return thrown
        // By a shutdown. As it is, it would be taken for a cancellation of the collector.
        currentCoroutineContext().ensureActive()
        return RejectedExecutionException("the flow cannot go on: ${thrown?.message}", thrown)
    }

    /** The task that calls the function for some elements, one after the other, up to the first that fails. */
    private inner class Chunk(private val elements: List<A>) : Callable<Any?> {
        /** Its last one. Written by the collector while the canceller may read it. */
        @Volatile
        lateinit var task: TaskFuture<Any?>

        /** Written by the worker; read when it has left. */
        private val results = ArrayList<B>(elements.size)

        fun results(): List<B> = if (task.isCancelled) emptyList() else results

        /** Takes what came back from elsewhere, if it ran there; returns what ended it there. */
        fun take(returned: Any?): Throwable? {
            if (returned !is SentElements.Ran) return null
            @Suppress("UNCHECKED_CAST") // what a function of that type returned
            results += returned.results as List<B>
            if (chunk == MapOptions.AUTO && returned.nanos >= 0) learn(returned.nanos / elements.size)
            return returned.failure
        }

        fun rest(): List<A> = ArrayList(elements.subList(results.size, elements.size))

        override fun call(): Any? {
            val start = System.nanoTime()
            var interrupted = false
            try {
                for (i in elements.indices) {
                    if (i > 0) interrupted = isInterruptedBetween() || interrupted
                    results += context.inThread { transform(elements[i]) }
                }
            } finally {
                if (interrupted) Thread.currentThread().interrupt()
            }
            if (chunk == MapOptions.AUTO) learn((System.nanoTime() - start) / elements.size)
            return null
        }

        /** What an element leaves in the thread's flag is not for the next; the end of the whole is for all of them. */
        private fun isInterruptedBetween(): Boolean {
            val interrupted = Thread.interrupted()
            // In this order: what cancels, or interrupts, is seen here before its interrupt is sent.
            if (task().isCancelled || task().wasInterrupted()) throw InterruptedException()
            return interrupted
        }

        // The field may not be written yet.
        private fun task() = checkNotNull(TaskFuture.current())
    }

    /** A size that grows does so in steps: the first elements warm the code up. */
    private fun learn(nanosPerElement: Long) {
        val fitting = if (isElsewhere) CHUNK_NANOS_ELSEWHERE else CHUNK_NANOS
        size = (fitting / nanosPerElement.coerceAtLeast(1)).coerceIn(1, minOf(4L * size, MAX_SIZE)).toInt()
    }

    private companion object {
        /** Long against the cost of a task, short against what a user waits for. */
        const val CHUNK_NANOS = 200_000L

        /** The same, where a task takes a message there and one back. */
        const val CHUNK_NANOS_ELSEWHERE = 20_000_000L
        const val MAX_SIZE = 1024L
    }
}
