// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines.pages

import dev.millrace.Capabilities
import dev.millrace.TaskExecutorService
import dev.millrace.coroutines.call
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.runBlocking
import java.util.concurrent.Executors

private fun render(tile: Int) = "rendered $tile"

internal class Cluster {
    fun whatTravels() = runBlocking {
        val threads = Executors.newFixedThreadPool(2)
        val tile = 7
        TaskExecutorService.adapt(threads, Capabilities.elsewhere()).use { pool ->
            val rendered =
                // shown
                pool.call(@JvmSerializableLambda { render(tile) })
            shown()
            rendered shouldBe "rendered 7"
        }
        threads.shutdown()
    }
}
