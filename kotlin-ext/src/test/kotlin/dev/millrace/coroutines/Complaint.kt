// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import org.jetbrains.kotlin.cli.common.ExitCode
import org.jetbrains.kotlin.cli.common.messages.CompilerMessageSeverity
import org.jetbrains.kotlin.cli.common.messages.CompilerMessageSourceLocation
import org.jetbrains.kotlin.cli.common.messages.MessageCollector
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler
import org.jetbrains.kotlin.config.Services
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.createTempDirectory
import kotlin.io.path.deleteRecursively
import kotlin.io.path.writeText

/** What Kotlin's compiler says against a line, as an error or as a warning; of no line in particular, it is 0. */
internal data class Complaint(val line: Int, val message: String)

/** What it has against [source], which sees what this test sees. */
@OptIn(ExperimentalPathApi::class)
internal fun complaints(source: String, flags: List<String>): List<Complaint> {
    val folder = createTempDirectory("millrace")
    try {
        val file = folder.resolve("Source.kt").apply { writeText(source) }
        val messages = Messages()
        val compiler = K2JVMCompiler()
        val arguments = compiler.createArguments()
        val target =
            listOf("-no-stdlib", "-no-reflect", "-jvm-target", "17", "-d", folder.resolve("classes").toString())
        val classPath = listOf("-classpath", System.getProperty("java.class.path"))
        compiler.parseArguments((flags + target + classPath + file.toString()).toTypedArray(), arguments)
        val exit = compiler.exec(messages, Services.EMPTY, arguments)
        check(exit == ExitCode.OK || messages.complaints.isNotEmpty()) { "the compiler ended with $exit" }
        return messages.complaints.toList()
    } finally {
        folder.deleteRecursively()
    }
}

private class Messages : MessageCollector {
    val complaints = ConcurrentLinkedQueue<Complaint>()

    override fun report(severity: CompilerMessageSeverity, message: String, location: CompilerMessageSourceLocation?) {
        if (severity.isError || severity.isWarning) complaints += Complaint(location?.line ?: 0, message)
    }

    override fun hasErrors() = complaints.isNotEmpty()

    override fun clear() = complaints.clear()
}
