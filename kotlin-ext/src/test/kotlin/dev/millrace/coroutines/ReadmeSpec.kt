package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream

class ReadmeSpec :
    FunSpec({
        test("README's Kotlin program is the one that is compiled here") {
            blocks().single { it.isProgram() } shouldBe File("src/test/kotlin/ReadmeProgram.kt").readText()
        }

        test("it does what it says") {
            val stdout = System.out
            val printed = ByteArrayOutputStream()
            System.setOut(PrintStream(printed, true))
            try {
                Class.forName("ReadmeProgramKt").getMethod("main").invoke(null)
            } finally {
                System.setOut(stdout)
            }
            printed.toString().trim() shouldEndWith "characters"
        }

        test("README's other Kotlin compiles") {
            val snippets = blocks().filterNot { it.isProgram() }
            snippets.shouldNotBeEmpty()
            snippets.flatMap { complaints(PREAMBLE + "suspend fun Reader.snippet() {\n$it}\n", flags = emptyList()) }
                .shouldBeEmpty()
        }
    })

private fun blocks() = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL)
    .findAll(File("../README.md").readText())
    .map { it.groupValues[1] }
    .toList()

private fun String.isProgram() = "fun main" in this

/** What a reader of the snippets has at hand. */
private val PREAMBLE =
    """
    @file:Suppress("UNUSED_VARIABLE")

    import dev.millrace.*
    import dev.millrace.coroutines.*
    import kotlinx.coroutines.*
    import kotlinx.coroutines.flow.*
    import java.io.File
    import java.io.RandomAccessFile

    interface Reader {
        val pool: ThreadPool
        val scope: CoroutineScope
        val file: File
        val path: String
        val urls: List<String>
        val lines: List<String>
        val numbers: List<Int>

        fun open(path: String): RandomAccessFile
        fun fetch(url: String): String
        fun parse(line: String): Int
        val tile: Int
        fun render(tile: Int): String
        fun show(what: Any)
        suspend fun step()
    }

    """.trimIndent()
