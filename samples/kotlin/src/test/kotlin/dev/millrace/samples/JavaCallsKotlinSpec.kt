// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.isActive
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicBoolean

class JavaCallsKotlinSpec :
    FunSpec({
        val scope = CoroutineScope(Dispatchers.Default + Job())
        afterSpec { scope.cancel() }
        afterTest { noPoolThreadIsLeft() }

        test("Java gets what the suspend function returns") {
            askAsJavaDoes(Prices(scope) { it.length }.of("tea"), Duration.ofSeconds(60)) shouldBe "costs 3"
        }

        test("Java's cancel ends the coroutine, clean-up included, and not its scope") {
            val begun = CountDownLatch(1)
            val cleanedUp = AtomicBoolean()
            val price = Prices(scope) {
                try {
                    begun.countDown()
                    awaitCancellation()
                } finally {
                    cleanedUp.set(true)
                }
            }.of("gold")
            begun.await()
            askAsJavaDoes(price, Duration.ofMillis(1)) shouldBe "CANCELLED, and its code has ended"
            cleanedUp.get() shouldBe true
            scope.isActive shouldBe true
        }

        test("the program shows both") {
            runProgram("JavaCallsKotlin").lines() shouldBe
                listOf("tea: costs 3", "gold: CANCELLED, and its code has ended")
        }
    })
