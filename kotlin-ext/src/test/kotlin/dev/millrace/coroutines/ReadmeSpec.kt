package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream

class ReadmeSpec :
    FunSpec({
        test("README's Kotlin program is the one that is compiled here") {
            val block = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).find(File("../README.md").readText())
            block!!.groupValues[1] shouldBe File("src/test/kotlin/ReadmeProgram.kt").readText()
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
    })
