// SPDX-License-Identifier: Apache-2.0
import dev.millrace.ThreadPool
import dev.millrace.coroutines.call
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.io.File

fun main() = runBlocking {
    ThreadPool.of(4).use { pool ->
        // Runs on a worker; the time limit interrupts it, and nothing of it runs on.
        val text = withTimeout(2_000) { pool.call { File("pom.xml").readText() } }
        println("${text.length} characters")
    }
}
