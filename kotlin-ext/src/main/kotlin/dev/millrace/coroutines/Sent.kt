package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
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

/** Some elements of a flow that run elsewhere, one after the other, up to the first that fails. */
internal class SentElements<A, B>(private val elements: List<A>, private val transform: (A) -> B) :
    Callable<Any?>,
    Serializable {
    override fun call(): Any? {
        val start = System.nanoTime()
        val results = ArrayList<B>(elements.size)
        for (element in elements) {
            try {
                if (results.isNotEmpty() && Thread.interrupted()) throw InterruptedException()
                results += transform(element)
            } catch (thrown: Exception) {
                return Ran(results, thrown, 0)
            }
        }
        return Ran(results, null, System.nanoTime() - start)
    }

    /** What comes back. */
    class Ran(val results: ArrayList<*>, val failure: Exception?, val nanos: Long) : Serializable {
        private companion object {
            private const val serialVersionUID = 1L
        }
    }

    private companion object {
        private const val serialVersionUID = 1L
    }
}
