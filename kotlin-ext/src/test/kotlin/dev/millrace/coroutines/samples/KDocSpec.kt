// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines.samples

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotBeBlank
import java.io.File

/** Each public function says what it does, and shows it by a sample that runs. */
class KDocSpec :
    FunSpec({
        // Or what follows would hold of those alone that it finds.
        test("all public functions are found") {
            val listed = Regex("public static final fun (\\w+) ").findAll(File("api.txt").readText())
            functions.map { it.name } shouldContainExactlyInAnyOrder listed.map { it.groupValues[1] }.toList()
        }

        test("each has a sample of its own") {
            functions.map { it.sample } shouldContainExactlyInAnyOrder samples.keys
        }

        for (function in functions) {
            test("${function.name} says what it does, and ${function.sample}, which is tested, shows it") {
                function.text.shouldNotBeBlank()
                samples.getValue(function.sample) shouldContain Regex("\\b${function.name} *[({]")
                File("$SAMPLES/SamplesSpec.kt").readText() shouldContain Regex("\\b${function.sample}\\(")
            }
        }
    })

private const val SAMPLES = "src/test/kotlin/dev/millrace/coroutines/samples"

private val samples: Map<String, String> =
    File("$SAMPLES/Samples.kt")
        .readText()
        .split(Regex("^internal ", RegexOption.MULTILINE))
        .drop(1)
        .associate { code -> code.substringAfter("fun ").substringBefore('(') to code.substringAfter('(') }

/** Its KDoc, if it has one, and its name with the receiver. Annotations may stand between. */
private val PUBLIC =
    Regex("(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n(?:@.*\\n)*)?public (?:suspend )?fun (?:<.*?> )?([^(]+)\\(")

private val functions: List<Documented> =
    File("src/main/kotlin")
        .walk()
        .filter { it.extension == "kt" }
        .sorted()
        .flatMap { file -> PUBLIC.findAll(file.readText()) }
        .map { found -> Documented(found.groupValues[2].substringAfterLast('.'), kdoc = found.groupValues[1]) }
        .toList()

private class Documented(val name: String, kdoc: String) {
    val text = kdoc.substringBefore(" * @").replace("*", "")
    val sample =
        Regex("@sample dev\\.millrace\\.coroutines\\.samples\\.(\\w+)").find(kdoc)?.groupValues?.get(1) ?: "no sample"
}
