// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.TaskFuture
import dev.millrace.coroutines.taskFuture
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import java.time.Duration
import java.util.concurrent.TimeoutException

/** Code that knows futures and no coroutines asks a service that is made of coroutines. */
fun main() {
    val scope = CoroutineScope(Dispatchers.Default)
    val prices = Prices(scope) { thing -> if (thing == "tea") 3 else awaitCancellation() }
    println("tea: " + askAsJavaDoes(prices.of("tea"), Duration.ofSeconds(10)))
    println("gold: " + askAsJavaDoes(prices.of("gold"), Duration.ofMillis(100)))
    scope.cancel()
}

/** To Java a suspend function is a future, and cancelling that one cancels the coroutine. */
class Prices(private val scope: CoroutineScope, private val lookUp: suspend (String) -> Int) {
    fun of(thing: String): TaskFuture<Int> = scope.taskFuture { lookUp(thing) }
}

/** No word of this is about coroutines. */
fun askAsJavaDoes(price: TaskFuture<Int>, patience: Duration): String = try {
    "costs ${price.get(patience)}"
} catch (_: TimeoutException) {
    price.cancel(true) // the future is cancelled at once; the code hears of it
    val left = price.awaitExit(Duration.ofSeconds(10))
    "${price.status()}, and its code " + if (left) "has ended" else "does not listen"
}
