// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import dev.millrace.coroutines.pages.timesShown
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream
import java.lang.reflect.Method
import java.lang.reflect.Modifier

/** The Kotlin that README and the guides show compiles and runs. Their Java, and what else is in them: core's `PagesTest`. */
class PagesSpec :
    FunSpec({
        extension(Tidy())
        timeout = 60_000

        test("what the pages show is what is marked here, each once") {
            snippets.shouldNotBeEmpty()
            snippets.shouldBeUnique()
            snippets shouldContainExactlyInAnyOrder
                excerpts.map { it.text } + PROGRAM.readText().substringAfter("// SPDX-License-Identifier: Apache-2.0\n")
        }

        test("what is marked stands in code that runs") {
            excerpts.forEach { excerpt -> code.filter { excerpt.isOf(it) } shouldHaveSize 1 }
        }

        for (function in code) {
            val marked = excerpts.count { it.isOf(function) }
            test("${function.declaringClass.simpleName}.${function.name} runs, and what is marked in it: $marked") {
                val before = timesShown()
                function.invoke(function.declaringClass.getDeclaredConstructor().newInstance())
                timesShown() - before shouldBe marked
            }
        }

        test("README's program does what it says") {
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
    })

private const val PACKAGE = "dev.millrace.coroutines.pages"
private val PROGRAM = File("src/test/kotlin/ReadmeProgram.kt")

/** What stands between fences in README and in the guides. That all fences are as these is up to `PagesTest`. */
private val snippets: List<String> =
    (listOf(File("../README.md")) + File("../docs").listFiles { file -> file.extension == "md" }.orEmpty())
        .flatMap { page -> Regex("^```kotlin\n(.*?)^```$", SNIPPET).findAll(page.readText()) }
        .map { it.groupValues[1] }

private val SNIPPET get() = setOf(RegexOption.DOT_MATCHES_ALL, RegexOption.MULTILINE)

/** Lines that a page shows, and the function that they stand in. */
private class Excerpt(val className: String, val function: String, val text: String) {
    fun isOf(code: Method) = code.declaringClass.name == className && code.name == function
}

private val files: List<File> = File("src/test/kotlin/${PACKAGE.replace('.', '/')}").listFiles().orEmpty().filter {
    it.name != "Shown.kt"
}

private val File.className get() = "$PACKAGE.$nameWithoutExtension"

private val excerpts: List<Excerpt> = files.flatMap { file ->
    val text = file.readText()
    Regex("^ +// shown\n(.*?)^ +shown\\(\\)$", SNIPPET).findAll(text).map { marked ->
        val above = text.substring(0, marked.range.first)
        val function = Regex("^ {4}fun (\\w+)\\(\\)", RegexOption.MULTILINE).findAll(above).last().groupValues[1]
        Excerpt(file.className, function, marked.groupValues[1].trimIndent() + "\n")
    }
}

/** Each function without arguments, in which lines are marked, or words shown true. */
private val code: List<Method> = files
    .flatMap { file -> Class.forName(file.className).declaredMethods.asList() }
    .filter { Modifier.isPublic(it.modifiers) && it.parameterCount == 0 }
