// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.ObjectOutputStream
import java.io.Serializable
import java.util.concurrent.Callable
import kotlin.coroutines.CoroutineContext

/** The code of a task that runs [body]: here within [context]; elsewhere alone, as a context cannot travel. */
internal fun <T> TaskExecutorService.codeOf(context: CoroutineContext, body: () -> T): Callable<T> =
    if (capabilities().isElsewhere) Body(body) else Callable { context.inThread(body) }

/** Runs [body]; can travel to another JVM if that can. */
internal class Body<T>(private val body: () -> T) :
    Callable<T>,
    Serializable {
    override fun call(): T = body()

    private companion object {
        private const val serialVersionUID = 1L
    }
}

/**
 * Some elements of a flow that run elsewhere, one after the other, up to the first that fails. An interrupt ends it after
 * the element at which it came, as nobody can tell here whether it was a cancel; who did not cancel sends the rest.
 */
internal class SentElements<A, B>(private val elements: List<A>, private val transform: (A) -> B) :
    Callable<Any?>,
    Serializable {
    override fun call(): Any? {
        val start = System.nanoTime()
        val results = ArrayList<B>(elements.size)
        for (element in elements) {
            if (results.isNotEmpty() && Thread.interrupted()) return Ran(results, null, -1)
            try {
                results += transform(element)
            } catch (thrown: Throwable) {
                return Ran(results, thrown.sendable(), -1)
            }
        }
        return Ran(results, null, System.nanoTime() - start)
    }

    /** What was thrown, or, if that cannot travel, an exception that tells of it. */
    private fun Throwable.sendable(): Throwable = try {
        ObjectOutputStream(ByteArrayOutputStream()).use { it.writeObject(this) }
        this
    } catch (refused: IOException) {
        IllegalStateException("the task threw $this, which cannot be sent back: $refused").also {
            it.stackTrace = stackTrace
        }
    }

    /** What comes back; without nanos, not all of them have run. */
    class Ran(val results: ArrayList<*>, val failure: Throwable?, val nanos: Long) : Serializable {
        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}
