// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import java.io.File

/**
 * The public API of both modules is what the committed listings say: a change of it is seen in review, and nothing gets lost
 * by chance. `mvn verify -Dapi.write=true` writes them anew.
 */
class ApiSpec :
    FunSpec({
        for (module in listOf("core-java", "kotlin-ext")) {
            test("the public API of $module is the one in its api.txt") {
                val listing = File("../$module/api.txt")
                val now = publicApi(File("../$module/target/classes"))
                if (System.getProperty("api.write") == "true") listing.writeText(now)
                now shouldBe listing.readText()
            }
        }
    })

private fun publicApi(classes: File): String {
    val files = classes.walk().filter { it.extension == "class" && it.name != "module-info.class" }.sortedBy { it.path }
    return buildString { AbiTools.getInstance().printJvmDump(this, files.asIterable(), AbiFilters.EMPTY) }
}
