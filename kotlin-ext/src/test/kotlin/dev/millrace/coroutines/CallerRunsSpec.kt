// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskExecutorService
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import java.io.IOException
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.SynchronousQueue
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit

/** `call` on an adapted executor that is full and runs what is submitted in its submitter's thread. */
class CallerRunsSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        test("the body runs in the calling thread, and its value comes back") {
            callerRuns { executor ->
                executor.call { Thread.currentThread() } shouldBeSameInstanceAs Thread.currentThread()
            }
        }

        test("what the body throws comes out as it was") {
            callerRuns { executor ->
                val thrown = IOException("disk")
                shouldThrow<IOException> { executor.call { throw thrown } }
                    .original(thrown) shouldBeSameInstanceAs thrown
            }
        }

        test("cancelled while it runs, the body ends as it likes, and its value goes to onUndelivered, once") {
            callerRuns { executor ->
                val running = CountDownLatch(1)
                val go = CountDownLatch(1)
                val undelivered = ConcurrentLinkedQueue<Int>()
                val calling =
                    launch(Dispatchers.Default) {
                        executor.call<Int>(onUndelivered = { undelivered += it }) {
                            running.countDown()
                            go.awaitSoon()
                            42
                        }
                    }
                running.awaitSoon()
                calling.cancel()
                go.countDown()
                calling.join()
                undelivered.shouldContainExactly(42)
            }
        }
    })

private suspend fun callerRuns(block: suspend CoroutineScope.(TaskExecutorService) -> Unit) {
    val threads =
        ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, SynchronousQueue(), ThreadPoolExecutor.CallerRunsPolicy())
    TaskExecutorService.adapt(threads).use { executor ->
        val busy = Busy(executor)
        try {
            coroutineScope { block(executor) }
        } finally {
            busy.end()
        }
    }
}
