// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.TaskExecutorService
import dev.millrace.ThreadPool
import dev.millrace.coroutines.mapFlow
import dev.millrace.coroutines.useSuspending
import kotlinx.coroutines.flow.last
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.runningFold
import kotlinx.coroutines.runBlocking
import java.io.File
import java.io.IOException
import java.io.OutputStream
import java.nio.channels.Channels
import java.nio.channels.FileChannel
import java.security.DigestOutputStream
import java.security.MessageDigest
import java.util.HexFormat

private val WORKERS = Runtime.getRuntime().availableProcessors()

/** Checks each file of a Maven repository that has a `.sha1` beside it: several at a time, told as they get done. */
fun main(args: Array<String>) = runBlocking {
    val root = File(args.firstOrNull() ?: "${System.getProperty("user.home")}/.m2/repository")
    val found = ThreadPool.of(WORKERS).useSuspending { pool ->
        audit(pool, root) { soFar -> if (soFar.files % 100 == 0) System.err.print("\r${soFar.files} files") }
    }
    System.err.print("\r")
    println("${found.files} files in $root, ${found.complaints.size} of them not as they should be")
    found.complaints.forEach(::println)
}

data class Audited(val files: Int = 0, val complaints: List<String> = emptyList()) {
    operator fun plus(complaint: String?) = Audited(files + 1, complaints + listOfNotNull(complaint))
}

/** The walk is lazy and never more than a few files ahead, so that it may be as long as it likes. */
suspend fun audit(pool: TaskExecutorService, root: File, onProgress: (Audited) -> Unit): Audited {
    val files = root.walk().filter { it.isFile && sha1FileOf(it).isFile }
    return pool.mapFlow(files, concurrency = 2 * WORKERS, ordered = false, transform = ::complaintAbout)
        .runningFold(Audited()) { soFar, complaint -> soFar + complaint }
        .onEach(onProgress)
        .last()
}

/** Null if there is none. A file that cannot be read is no reason to stop. */
fun complaintAbout(file: File): String? = try {
    val expected = sha1FileOf(file).readText().trim().substringBefore(' ')
    val actual = sha1(file)
    if (actual.equals(expected, ignoreCase = true)) null else "$file: is $actual, should be $expected"
} catch (e: IOException) {
    "$file: $e"
}

private fun sha1FileOf(file: File) = File("${file.path}.sha1")

private fun sha1(file: File): String {
    val digest = MessageDigest.getInstance("SHA-1")
    // A channel and no file stream: its reads end when the thread is interrupted.
    Channels.newInputStream(FileChannel.open(file.toPath())).use { content ->
        content.transferTo(DigestOutputStream(OutputStream.nullOutputStream(), digest))
    }
    return HexFormat.of().formatHex(digest.digest())
}
