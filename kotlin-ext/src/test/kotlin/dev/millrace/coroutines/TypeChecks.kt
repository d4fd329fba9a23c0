// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import dev.millrace.TaskFuture
import dev.millrace.TaskPromise
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.future.await
import java.util.concurrent.Callable

/** Only has to compile: what is null and what is not, and that no platform type is left. */
internal object TypeChecks {
    suspend fun values(executor: TaskExecutorService) {
        val text: String = executor.call { "" }
        text.length
        val maybe: String? = executor.call { null }
        maybe?.length
        val future: TaskFuture<String> = executor.future { "" }
        future.await().length
        future.join().length
        future.get().length
        val perhaps: TaskFuture<String?> = executor.future { null }
        perhaps.await()?.length
        perhaps.join()?.length
        val submitted: TaskFuture<Int> = executor.submit(Callable { 42 })
        submitted.await().inc()
    }

    fun views(scope: CoroutineScope, task: TaskFuture<String?>, work: Job) {
        val view: Deferred<String?> = task.asDeferred()
        val back: TaskFuture<String?> = view.asTaskFuture()
        back.join()?.length
        val unit: TaskFuture<Unit> = work.asTaskFuture()
        unit.join().hashCode()
        val built: TaskFuture<Int> = scope.taskFuture { 1 }
        built.join().inc()
        TaskPromise<String?>().succeed(null)
    }

    // An explicit import of kotlinx's function leaves ours, of another receiver, where it is.
    suspend fun both(task: TaskFuture<String>) {
        val ours: String = task.await()
        val theirs: String = task.toCompletableFuture().await()
        check(ours == theirs)
    }
}
