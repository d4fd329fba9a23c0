package dev.millrace.coroutines

import dev.millrace.TaskCancelledException
import dev.millrace.TaskFuture
import dev.millrace.TaskPromise
import dev.millrace.ThreadPool
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import java.io.IOException
import java.util.concurrent.Callable
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

class AwaitSpec :
    FunSpec({
        val pool = ThreadPool.builder().name("await").maxWorkers(2).build()
        afterSpec { pool.close() }

        test("await returns the value, null too") {
            pool.submit(Callable { 42 }).await() shouldBe 42
            val nothing: TaskFuture<String?> = pool.submit(Callable<String?> { null })
            nothing.await() shouldBe null
        }

        test("what the task threw comes out as it was thrown") {
            val thrown = IOException("disk")
            val failure = shouldThrow<IOException> { pool.submit(Callable<Int> { throw thrown }).await() }
            generateSequence<Throwable>(failure) { it.cause }.last() shouldBeSameInstanceAs thrown
        }

        test("an awaiter of a task that Java cancels stays active") {
            val promise = TaskPromise<Int>()
            coroutineScope {
                val awaiting =
                    async(start = CoroutineStart.UNDISPATCHED) {
                        shouldThrow<TaskCancelledException> { promise.future().await() }
                        isActive
                    }
                promise.future().cancel(false)
                awaiting.await() shouldBe true
            }
        }

        test("a cancelled awaiter cancels its pending task, which never runs") {
            val go = CountDownLatch(1)
            val busy = List(2) { pool.submit(Callable { go.await(30, TimeUnit.SECONDS) }) }
            val pending = pool.submit(Callable { error("must not run") })
            coroutineScope {
                val awaiting = launch(start = CoroutineStart.UNDISPATCHED) { pending.await() }
                awaiting.cancelAndJoin()
            }
            pending.isCancelled shouldBe true
            go.countDown()
            busy.forEach { it.await() }
        }

        test("a cancelled awaiter interrupts its running task and does not wait for it") {
            val running = CountDownLatch(1)
            val interrupted = CountDownLatch(1)
            val go = CountDownLatch(1)
            val task =
                pool.submit(
                    Callable {
                        running.countDown()
                        try {
                            go.await()
                        } catch (_: InterruptedException) {
                            interrupted.countDown()
                        }
                        go.await(30, TimeUnit.SECONDS)
                    },
                )
            running.await(30, TimeUnit.SECONDS) shouldBe true
            coroutineScope {
                launch(start = CoroutineStart.UNDISPATCHED) { task.await() }.cancelAndJoin()
            }
            interrupted.await(30, TimeUnit.SECONDS) shouldBe true
            task.hasExited() shouldBe false
            go.countDown()
            task.awaitExit()
            task.hasExited() shouldBe true
        }

        test("a race of completion and cancellation ends in exactly one outcome") {
            repeat(5_000) {
                val promise = TaskPromise<Int>()
                coroutineScope {
                    val awaiting =
                        async(Dispatchers.Default, start = CoroutineStart.UNDISPATCHED) { promise.future().await() }
                    val completing = launch(Dispatchers.Default) { promise.succeed(1) }
                    awaiting.cancelAndJoin()
                    completing.join()
                }
                promise.future().isDone shouldBe true
            }
        }
    })
