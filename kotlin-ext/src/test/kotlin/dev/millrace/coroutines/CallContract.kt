// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskStatus
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.funSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.IOException
import java.util.concurrent.CompletionException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.ExecutionException
import java.util.concurrent.Executors
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.asCoroutineDispatcher as asJdkDispatcher

/** What `call` promises when nobody cancels. */
internal fun callContract(kind: Kind) = funSpec {
    test("call runs on a worker and resumes on the caller's dispatcher") {
        kind.use { executor ->
            Executors.newSingleThreadExecutor().asJdkDispatcher().use { caller ->
                withContext(caller) {
                    val here = Thread.currentThread()
                    executor.call { Thread.currentThread() } shouldNotBe here
                    Thread.currentThread() shouldBeSameInstanceAs here
                }
            }
        }
    }

    test("call returns null, too") {
        kind.use { executor ->
            val nothing: String? = executor.call { null }
            nothing shouldBe null
        }
    }

    test("ten thousand calls at once") {
        kind.use { executor ->
            List(10_000) { async(start = CoroutineStart.UNDISPATCHED) { executor.call { it } } }.awaitAll() shouldBe
                List(10_000) { it }
        }
    }

    test("ten thousand calls one after another from an unconfined coroutine") {
        kind.use { executor ->
            withContext(Dispatchers.Unconfined) { repeat(10_000) { executor.call { it } shouldBe it } }
        }
    }

    test("an already cancelled coroutine submits nothing") {
        kind.use { executor ->
            val ran = AtomicBoolean()
            launch(start = CoroutineStart.UNDISPATCHED) {
                currentCoroutineContext()[Job]!!.cancel()
                executor.call { ran.set(true) }
            }.join()
            executor.close()
            ran.get() shouldBe false
        }
    }

    listOf(
        IOException("disk"),
        object : Exception("checked, and without a constructor to copy it by") {},
        StackOverflowError("an error"),
        InterruptedException("the body's own"),
        ExecutionException("only looks like a wrapper", IOException("inside")),
        CompletionException("only looks like a wrapper", IOException("inside")),
    ).forEach { thrown ->
        test("call throws what the body threw, as it was: ${thrown.javaClass.name}") {
            kind.use { executor ->
                val seen = runCatching { executor.call { throw thrown } }.exceptionOrNull()
                seen!!.javaClass shouldBe thrown.javaClass
                seen.original(thrown) shouldBeSameInstanceAs thrown
                currentCoroutineContext().isActive shouldBe true
            }
        }
    }

    test("a body's own CancellationException comes out of call as it is, and the caller stays active") {
        kind.use { executor ->
            val thrown = CancellationException("the body's own")
            val seen = runCatching { executor.call { throw thrown } }.exceptionOrNull()
            seen!!.original(thrown) shouldBeSameInstanceAs thrown
            currentCoroutineContext().isActive shouldBe true
            val future = executor.future { throw thrown }
            future.awaitExit()
            future.status() shouldBe TaskStatus.FAILED
            future.exceptionNow() shouldBeSameInstanceAs thrown
        }
    }

    test("after a shutdown the caller gets a rejection and stays active") {
        kind.use { executor ->
            executor.close()
            shouldThrow<RejectedExecutionException> { executor.call { 1 } }
            currentCoroutineContext().isActive shouldBe true
        }
    }

    test("a coroutine on the only worker may call") {
        kind.use(workers = 1) { executor ->
            withContext(executor.asCoroutineDispatcher()) {
                executor.call { 1 } + executor.call { 2 } shouldBe 3
            }
        }
    }

    test("the body sees the caller's thread context, and what it writes stays in it") {
        kind.use(workers = 1) { executor ->
            val local = ThreadLocal.withInitial { "nobody's" }
            withContext(local.asContextElement("the caller's")) {
                executor.call {
                    local.get().also { local.set("the body's") }
                } shouldBe "the caller's"
                local.get() shouldBe "the caller's"
            }
            executor.call { local.get() } shouldBe "nobody's"
        }
    }

    test("the worker's thread context is restored when the body fails") {
        kind.use(workers = 1) { executor ->
            val local = ThreadLocal.withInitial { "nobody's" }
            shouldThrow<IOException> {
                withContext(local.asContextElement("the caller's")) { executor.call { throw IOException() } }
            }
            executor.call { local.get() } shouldBe "nobody's"
        }
    }

    test("the worker's thread context is restored when the caller is cancelled") {
        kind.use(workers = 1) { executor ->
            val local = ThreadLocal.withInitial { "nobody's" }
            val running = CountDownLatch(1)
            val calling =
                launch(local.asContextElement("the caller's"), CoroutineStart.UNDISPATCHED) {
                    executor.call {
                        running.countDown()
                        CountDownLatch(1).await()
                    }
                }
            running.awaitSoon()
            calling.cancelAndJoin()
            executor.call { local.get() } shouldBe "nobody's"
        }
    }

    test("several elements are all set, and a copyable one is copied for the body") {
        kind.use(workers = 1) { executor ->
            val first = ThreadLocal<String>()
            val second = ThreadLocal<String>()
            val trace = Trace()
            withContext(first.asContextElement("1") + second.asContextElement("2") + trace) {
                executor.call {
                    trace.current.get().set("written by the body")
                    first.get() + second.get()
                } shouldBe "12"
            }
            trace.state.get() shouldBe "the caller's"
            executor.call { listOf(first.get(), second.get(), trace.current.get()) } shouldBe List(3) { null }
        }
    }
}

/** Its state belongs to one coroutine, as that of a tracing library does. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
private class Trace(
    val current: ThreadLocal<AtomicReference<String>> = ThreadLocal(),
    val state: AtomicReference<String> = AtomicReference("the caller's"),
) : CopyableThreadContextElement<AtomicReference<String>?> {
    override val key get() = Key

    override fun updateThreadContext(context: CoroutineContext): AtomicReference<String>? = current.get().also {
        current.set(state)
    }

    override fun restoreThreadContext(context: CoroutineContext, oldState: AtomicReference<String>?) {
        if (oldState == null) current.remove() else current.set(oldState)
    }

    override fun copyForChild() = Trace(current, AtomicReference(state.get()))

    override fun mergeForChild(overwritingElement: CoroutineContext.Element) = copyForChild()

    companion object Key : CoroutineContext.Key<Trace>
}
