// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import io.kotest.matchers.collections.shouldBeEmpty
import java.io.ByteArrayOutputStream
import java.io.PrintStream

/** Runs the `main` of a file, as `java` does, and returns what it printed. Afterwards no pool thread is left. */
fun runProgram(file: String, vararg args: String): String {
    val stdout = System.out
    val printed = ByteArrayOutputStream()
    System.setOut(PrintStream(printed, true))
    try {
        Class.forName("dev.millrace.samples.${file}Kt").getMethod("main", Array<String>::class.java).invoke(null, args)
    } finally {
        System.setOut(stdout)
    }
    noPoolThreadIsLeft()
    return printed.toString().trim()
}

/** Of pools without a name, which all samples use. */
fun noPoolThreadIsLeft() {
    val threads = Thread.getAllStackTraces().keys.filter { it.name.startsWith("millrace-") }
    // The last one may be on its way out; one that is merely idle stays longer.
    threads.forEach { it.join(5_000) }
    threads.filter { it.isAlive }.shouldBeEmpty()
}
