// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples

import dev.millrace.ThreadPool
import dev.millrace.coroutines.useSuspending
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import java.io.File

class RepoAuditSpec :
    FunSpec({
        val hello = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"

        fun repository(good: Int) = tempdir().also { root ->
            repeat(good) { root.add("org/good$it.jar", "hello", "${hello.uppercase()}  good$it.jar\n") }
            root.resolve("nobody-asks.txt").writeText("hello")
        }

        suspend fun audit(root: File, onProgress: (Audited) -> Unit = {}) =
            ThreadPool.of(4).useSuspending { audit(it, root, onProgress) }

        afterTest { noPoolThreadIsLeft() }

        test("files that are as they should be make no complaint") {
            audit(repository(good = 300)) shouldBe Audited(files = 300)
        }

        test("a changed file is told with both checksums") {
            val root = repository(good = 3)
            val changed = root.add("org/changed.jar", "hellO", hello)
            val found = audit(root)
            found.files shouldBe 4
            found.complaints shouldHaveSize 1
            found.complaints.single() shouldStartWith "$changed: is "
            found.complaints.single() shouldContain "should be $hello"
        }

        test("a file that cannot be read is a complaint, not a failure") {
            val gone = tempdir().add("gone.jar", "hello", hello)
            gone.delete()
            complaintAbout(gone) shouldStartWith "$gone: "
        }

        test("progress counts each file once") {
            val seen = mutableListOf<Int>()
            audit(repository(good = 20)) { seen += it.files }
            seen shouldBe (0..20).toList()
        }

        test("the program sums up") {
            val root = repository(good = 2)
            runProgram("RepoAudit", root.path) shouldBe "2 files in $root, 0 of them not as they should be"
        }
    })

private fun File.add(path: String, content: String, sha1: String): File {
    val file = resolve(path)
    file.parentFile.mkdirs()
    file.writeText(content)
    resolve("$path.sha1").writeText(sha1)
    return file
}
