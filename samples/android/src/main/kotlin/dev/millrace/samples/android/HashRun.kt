// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import dev.millrace.TaskExecutorService
import dev.millrace.coroutines.asyncOn
import dev.millrace.coroutines.mapFlow
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.IOException
import java.io.InterruptedIOException

private const val CONCURRENCY = 4

/** A file's name, and its hash or why there is none. */
class Hashed(val name: String, val text: String)

enum class Phase { LISTING, HASHING, STOPPING, DONE, STOPPED, FAILED }

/** How far a run is: [done] of [total] files; [problem] tells why it failed. */
data class Progress(val phase: Phase, val done: Int = 0, val total: Int = 0, val problem: String? = null) {
    val isRunning get() = phase == Phase.LISTING || phase == Phase.HASHING
}

/**
 * Hashes what [list] lists: begins at once, ends by itself or by [cancel]. For the main thread only, which it never blocks.
 * It knows no screen, so that it can outlive one: a rotated screen hands it to its successor.
 */
class HashRun(private val pool: TaskExecutorService, list: () -> List<Source>) {
    private val scope = MainScope()
    private val hashed = mutableListOf<Hashed>()
    private val current = MutableStateFlow(Progress(Phase.LISTING))
    private val listing = scope.asyncOn(pool, list)

    /** Grows at its end only, to the size that [progress] calls done. */
    val results: List<Hashed> get() = hashed
    val progress: StateFlow<Progress> = current.asStateFlow()

    init {
        // Undispatched: a run that is cancelled right away still comes to its own end.
        scope.launch(start = CoroutineStart.UNDISPATCHED) { run() }
    }

    /** Interrupts the code that runs. The run has stopped when that code has ended: see [progress]. */
    fun cancel() {
        current.update { if (it.isRunning) it.copy(phase = Phase.STOPPING) else it }
        scope.cancel()
    }

    private suspend fun run() {
        try {
            // A sequence would be read here, on the main thread; so the whole list comes first, from a worker.
            val sources = listing.await()
            current.update { it.copy(phase = Phase.HASHING, total = sources.size) }
            pool.mapFlow(sources, CONCURRENCY, ordered = false, transform = ::hash).collect { one ->
                hashed += one
                current.update { it.copy(done = hashed.size) }
            }
            current.update { it.copy(phase = Phase.DONE) }
        } catch (e: CancellationException) {
            withContext(NonCancellable) { listing.join() }
            current.update { it.copy(phase = Phase.STOPPED) }
            throw e
        } catch (e: Exception) { // a provider may throw what it likes
            current.update { it.copy(phase = Phase.FAILED, problem = e.toString()) }
        }
    }
}

/** A file that cannot be read is no reason to stop. */
private fun hash(source: Source): Hashed = try {
    Hashed(source.name, source.sha256())
} catch (e: InterruptedIOException) {
    throw e
} catch (e: IOException) {
    Hashed(source.name, e.toString())
} catch (e: SecurityException) {
    Hashed(source.name, e.toString())
}
