// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.ThreadPool
import dev.millrace.coroutines.asCoroutineDispatcher
import dev.millrace.coroutines.useSuspending
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldMatch

class DispatcherSampleSpec :
    FunSpec({
        afterTest { noPoolThreadIsLeft() }

        test("no step is lost, and all are taken on the pool's threads") {
            val pool = ThreadPool.builder().name("millrace-counting").maxWorkers(2).build()
            val (steps, threads) = pool.useSuspending { count(it.asCoroutineDispatcher()) }
            steps shouldBe 1_000
            threads.forEach { it.substringBefore(" @") shouldBeIn setOf("millrace-counting-1", "millrace-counting-2") }
            pool.isTerminated shouldBe true
        }

        test("the program counts to a thousand") {
            runProgram("DispatcherSample") shouldMatch
                Regex("1000 steps, counted without a lock, on \\[millrace-\\d+-\\d+.*]")
        }
    })
