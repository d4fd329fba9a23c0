// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import com.sun.net.httpserver.HttpServer
import dev.millrace.TaskExecutorService
import dev.millrace.ThreadPool
import dev.millrace.coroutines.call
import dev.millrace.coroutines.useSuspending
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.util.concurrent.Executor
import kotlin.time.Duration.Companion.seconds

/** Asks three servers for the same page, two of which would take a minute. */
fun main() = runBlocking {
    val serving = ThreadPool.of(3)
    val servers = listOf(60_000L, 20, 60_000).mapIndexed { i, millis ->
        serve(serving) {
            Thread.sleep(millis)
            "the page, from server $i"
        }
    }
    try {
        ThreadPool.of(3).useSuspending { pool ->
            val page = withTimeout(30.seconds) { firstPage(pool, servers.map { it.uri }, ::fetch) }
            println(page)
        }
    } finally {
        servers.forEach { it.stop(0) }
        serving.shutdownNow()
    }
}

/**
 * The first answer wins, and a server that fails does not count. When this returns, or the caller's time is up, the other
 * requests have been interrupted and have ended.
 */
suspend fun firstPage(pool: TaskExecutorService, addresses: List<URI>, fetch: (URI) -> String): String = channelFlow {
    for (address in addresses) {
        launch {
            try {
                send(pool.call { fetch(address) })
            } catch (e: IOException) {
                System.err.println("$address: $e")
            }
        }
    }
}.first()

private val client = HttpClient.newHttpClient()

/** Blocks. `send` listens to interrupts; `URL.readText` would not. */
fun fetch(address: URI): String = client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body()

/** A server on this machine that answers with what [page] returns. */
fun serve(executor: Executor, page: () -> String): HttpServer {
    val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
    server.executor = executor
    server.createContext("/") { exchange ->
        val body = page().toByteArray()
        exchange.sendResponseHeaders(200, body.size.toLong())
        exchange.use { it.responseBody.write(body) }
    }
    server.start()
    return server
}

val HttpServer.uri: URI get() = URI("http://${address.hostString}:${address.port}/")
