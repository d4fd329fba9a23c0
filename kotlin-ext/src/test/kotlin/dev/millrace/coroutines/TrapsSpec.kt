// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.TaskOptions
import dev.millrace.ThreadPool
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.collections.shouldNotContainAnyOf
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import java.io.File

/** What Kotlin makes of a name that Java, or kotlinx, has too. */
class TrapsSpec :
    FunSpec({
        extension(Tidy())
        timeout = 120_000

        test("submit takes a lambda for a Runnable, and its value is lost, with options too") {
            ThreadPool.of(1).use { pool ->
                pool.submit { 42 }.join() shouldBe null
                pool.submit({ 42 }, TaskOptions.named("answer")).join() shouldBe null
                pool.group().use { group ->
                    group.submit { 42 }.join() shouldBe null
                    group.submit({ 42 }, TaskOptions.named("answer")).join() shouldBe null
                }
            }
        }

        test("future and call keep it") {
            ThreadPool.of(1).use { pool ->
                pool.future { 42 }.join() shouldBe 42
                pool.future(TaskOptions.named("answer")) { 42 }.let { "${it.name()}: ${it.join()}" } shouldBe
                    "answer: 42"
                pool.call { 42 } shouldBe 42
                pool.group().use { group ->
                    group.future { 42 }.join() shouldBe 42
                    group.future(TaskOptions.named("answer")) { 42 }.let { "${it.name()}: ${it.join()}" } shouldBe
                        "answer: 42"
                }
            }
        }

        // A member wins over an extension of the same name, and the standard library has run.
        test("no function is named as one that would win over it, without a word") {
            val names = Regex("fun (\\w+) ").findAll(File("api.txt").readText()).map { it.groupValues[1] }.toSet()
            names shouldContainAll setOf("call", "await", "mapOn")
            names shouldNotContainAnyOf setOf("submit", "execute", "map", "run", "join")
        }

        // CompletableDeferred<String?>(null) is the one with a parent Job, and never done.
        test("a Deferred that is complete with null is a future that is done with null") {
            val nothing = CompletableDeferred<String?>().apply { complete(null) }
            nothing.asTaskFuture().resultNow() shouldBe null
            shouldThrow<IllegalStateException> { CompletableDeferred<String?>(null).asTaskFuture().resultNow() }
        }
    })
