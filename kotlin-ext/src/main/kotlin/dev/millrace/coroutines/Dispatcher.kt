// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.Droppable
import dev.millrace.TaskExecutorService
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.cancel
import java.util.concurrent.Executor
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.coroutines.CoroutineContext

/**
 * A view of this executor as a dispatcher: coroutines run on its workers.
 *
 * Two views of one executor are equal. A dispatch goes past the bound of the queue, and never waits. `limitedParallelism`
 * is a view of the executor (`limited`), and ends with it. Closing the dispatcher shuts the executor down. A coroutine that
 * the executor refuses or drops, after a shutdown or by `shutdownNow`, is cancelled with the reason as the cause, and runs
 * its `finally` blocks on [Dispatchers.IO].
 *
 * An import of kotlinx's function of this name by its full name beats this one, and gives a dispatcher that loses what
 * `shutdownNow` drops.
 *
 * @throws IllegalArgumentException if the executor runs its tasks elsewhere ([dev.millrace.Capabilities])
 * @sample dev.millrace.coroutines.samples.countWithoutLock
 */
public fun TaskExecutorService.asCoroutineDispatcher(): ExecutorCoroutineDispatcher {
    require(!capabilities().isElsewhere) {
        "a coroutine cannot leave its JVM, as the tasks of $this do; use call, asyncOn or mapFlow"
    }
    return TaskDispatcher(this)
}

private class TaskDispatcher(private val tasks: TaskExecutorService) : ExecutorCoroutineDispatcher() {
    override val executor: Executor get() = tasks

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        val step = Step(context, block)
        try {
            tasks.executeBeyondBound(step)
        } catch (refused: RejectedExecutionException) {
            step.dropped(refused)
        }
    }

    override fun limitedParallelism(parallelism: Int, name: String?): CoroutineDispatcher {
        require(parallelism >= 1) { "parallelism must be at least 1: $parallelism" }
        return TaskDispatcher(tasks.limited(parallelism))
    }

    override fun close() = tasks.shutdown()

    override fun equals(other: Any?): Boolean = other is TaskDispatcher && other.tasks === tasks

    override fun hashCode(): Int = System.identityHashCode(tasks)

    override fun toString(): String = "Dispatcher[$tasks]"
}

/** A coroutine goes on from one suspension to the next. */
private class Step(private val context: CoroutineContext, private val block: Runnable) : Droppable {
    /** By whom comes first: a worker, a drop (which may be told of twice), or who runs what `shutdownNow` gave back. */
    private val taken = AtomicBoolean()

    override fun run() {
        if (taken.compareAndSet(false, true)) block.run()
    }

    override fun dropped(cause: Throwable) {
        // Where no worker could be started it is both dropped and refused.
        if (taken.compareAndSet(false, true)) {
            context.cancel(
                CancellationException("its dispatcher's executor takes it no further: ${cause.message}", cause),
            )
            Dispatchers.IO.dispatch(context, block)
        }
    }
}
