// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.ThreadPool
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldNotContain
import kotlinx.coroutines.flow.count
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.coroutines.Continuation
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.startCoroutine

/** A coroutine without a dispatcher, as in `suspend fun main`, never goes on on a worker. */
class NoDispatcherSpec :
    FunSpec({
        test("a suspend main may close the pool that it called") {
            main {
                ThreadPool.of(1).use { pool ->
                    pool.call { 1 } + pool.future { 2 }.await() +
                        pool.mapFlow(listOf(1, 2, 3), concurrency = 2) { it }.count()
                }
            } shouldBe 6
        }

        test("after useSuspending it is on no thread of the pool") {
            main {
                ThreadPool.builder().name("gone").build().useSuspending { it.call { 1 } }
                Thread.currentThread().name
            } shouldNotContain "gone"
        }
    })

private fun <T> main(block: suspend () -> T): T {
    val result = CompletableFuture<T>()
    block.startCoroutine(
        Continuation(EmptyCoroutineContext) { it.fold(result::complete, result::completeExceptionally) },
    )
    return result.get(30, TimeUnit.SECONDS)
}
