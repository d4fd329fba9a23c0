// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldNotBeBlank
import io.kotest.matchers.string.shouldNotContain
import io.kotest.matchers.string.shouldStartWith
import org.w3c.dom.Element
import java.io.DataInputStream
import java.io.File
import java.util.zip.ZipFile
import javax.xml.parsers.DocumentBuilderFactory

/** The files that are published, as they are: the poms have what Maven Central asks for, the jars all that they should. */
class PublishedCheck :
    FunSpec({
        for (artifact in listOf(CORE, KOTLIN)) {
            context(artifact.id) {
                test("its pom says what Central asks for, and nothing else") {
                    val pom = artifact.pom()
                    // No parent, repository, property or profile: it can be read alone, and on any machine.
                    pom.children().map { it.tagName } shouldContainExactlyInAnyOrder
                        listOf("modelVersion", "groupId", "artifactId", "version", "name", "description", "url") +
                        listOf("licenses", "developers", "scm", "dependencies")
                    pom.text("groupId") shouldBe "dev.millrace"
                    pom.text("artifactId") shouldBe artifact.id
                    pom.text("version") shouldBe version
                    pom.text("name").shouldNotBeBlank()
                    pom.text("description").shouldNotBeBlank()
                    pom.text("url") shouldBe PROJECT
                    pom.text("licenses/license/name") shouldBe "Apache-2.0"
                    pom.text("licenses/license/url") shouldStartWith "https://www.apache.org/"
                    pom.text("developers/developer/name").shouldNotBeBlank()
                    pom.text("developers/developer/url") shouldStartWith "https://"
                    pom.text("scm/url") shouldBe PROJECT
                    pom.text("scm/connection") shouldBe "scm:git:$PROJECT.git"
                    pom.text("scm/developerConnection") shouldStartWith "scm:git:ssh://"
                }

                test("its dependencies are those that its users need, with versions") {
                    val dependencies = artifact.pom().children("dependencies").single().children()
                    dependencies.map { it.text("artifactId") } shouldContainExactlyInAnyOrder artifact.dependencies
                    dependencies.map { it.text("scope") }.toSet() shouldBe setOf("compile")
                    for (dependency in dependencies) {
                        dependency.text("version") shouldNotContain "$"
                        if (dependency.text("groupId") == "dev.millrace") {
                            dependency.text("version") shouldBe version
                        } else {
                            dependency.text("version") shouldNotContain "SNAPSHOT"
                        }
                    }
                }

                test("its jar has classes for Java 11, the licence, the pom, and nothing else") {
                    ZipFile(artifact.jar()).use { jar ->
                        val (classes, others) = jar.files().partition { it.endsWith(".class") }
                        classes shouldContain "module-info.class"
                        (classes - "module-info.class").map { it.substringBeforeLast('/') }.toSet() shouldBe
                            setOf(artifact.module.replace('.', '/'))
                        classes.filterNot { jar.majorVersion(it) == 55 }.shouldBeEmpty()
                        others shouldContainExactlyInAnyOrder artifact.otherFiles +
                            listOf("META-INF/MANIFEST.MF", "META-INF/LICENSE", artifact.nativeImage) +
                            listOf("pom.xml", "pom.properties").map { "META-INF/maven/dev.millrace/${artifact.id}/$it" }
                        jar.text("META-INF/maven/dev.millrace/${artifact.id}/pom.xml") shouldBe
                            File(artifact.folder, "target/published-pom.xml").readText()
                        jar.text("META-INF/LICENSE").trim() shouldStartWith "Apache License"
                    }
                }

                test("its metadata for native images names what it sends elsewhere, and no more") {
                    ZipFile(artifact.jar()).use { jar ->
                        val named = Regex("\"name\": \"(.+)\"").findAll(jar.text(artifact.nativeImage))
                        named.map { it.groupValues[1] }.toList() shouldContainExactlyInAnyOrder
                            jar.sentTypes().map { it.name } + artifact.sentOfTheJdk
                    }
                }

                test("its sources jar has all sources") {
                    ZipFile(artifact.jar("-sources")).use { jar ->
                        val sources = jar.files().filter { it.endsWith(".java") || it.endsWith(".kt") }
                        sources.shouldNotBeEmpty()
                        sources shouldContainExactlyInAnyOrder artifact.sources()
                    }
                }

                test("its Javadoc jar has a page for all that is public") {
                    ZipFile(artifact.jar("-javadoc")).use { jar ->
                        val pages = artifact.pages()
                        pages.shouldNotBeEmpty()
                        jar.files() shouldContain "index.html"
                        jar.files() shouldContainAll pages
                    }
                }
            }
        }

        test("of two jars of one version, the Kotlin one brings the Java one along") {
            KOTLIN.dependencies shouldContain CORE.id
            CORE.dependencies shouldContainExactly listOf("jspecify")
        }
    })

private const val PROJECT = "https://github.com/millrace/millrace"

private val version = System.getProperty("published.version")

private val CORE =
    Artifact(
        id = "millrace-core",
        folder = "../core-java",
        module = "dev.millrace",
        dependencies = listOf("jspecify"),
        otherFiles = listOf("META-INF/proguard/millrace-core.pro"),
        sentOfTheJdk = listOf("byte[]", "java.lang.Object[]"),
    ) { api ->
        Regex("^public .*(?:class|interface) dev/millrace/([\\w$]+) ", RegexOption.MULTILINE)
            .findAll(api)
            .map { "dev.millrace/dev/millrace/${it.groupValues[1].replace('$', '.')}.html" }
            .toSet()
    }

private val KOTLIN =
    Artifact(
        id = "millrace-kotlin",
        folder = ".",
        module = "dev.millrace.coroutines",
        dependencies = listOf("millrace-core", "kotlin-stdlib", "kotlinx-coroutines-core"),
        otherFiles = listOf("META-INF/millrace-kotlin.kotlin_module"),
        sentOfTheJdk = listOf("java.util.ArrayList"),
    ) { api ->
        Regex("^\tpublic static final fun (\\w+) ", RegexOption.MULTILINE)
            .findAll(api)
            .map { it.groupValues[1].replace(Regex("[A-Z]")) { letter -> "-" + letter.value.lowercase() } }
            .map { "millrace-kotlin/dev.millrace.coroutines/$it.html" }
            .toSet()
    }

private class Artifact(
    val id: String,
    val folder: String,
    val module: String,
    val dependencies: List<String>,
    val otherFiles: List<String>,
    val sentOfTheJdk: List<String>,
    private val pagesOf: (String) -> Set<String>,
) {
    val nativeImage = "META-INF/native-image/dev.millrace/$id/serialization-config.json"

    fun jar(kind: String = "") = File(folder, "target/$id-$version$kind.jar")

    fun pom(): Element = DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(File(folder, "target/published-pom.xml"))
        .documentElement

    /** Those of the listing of the public API. */
    fun pages() = pagesOf(File(folder, "api.txt").readText())

    fun sources() = listOf("java", "kotlin")
        .map { File(folder, "src/main/$it") }
        .flatMap { root -> root.walk().filter { it.isFile }.map { it.relativeTo(root).invariantSeparatorsPath } }
}

private fun Element.children(name: String? = null): List<Element> = (0 until childNodes.length)
    .map { childNodes.item(it) }
    .filterIsInstance<Element>()
    .filter { name == null || it.tagName == name }

/** What stands at the end of a [path] of single elements. */
private fun Element.text(path: String): String =
    path.split('/').fold(this) { element, name -> element.children(name).single() }.textContent.trim()

private fun ZipFile.files() = entries().asSequence().filterNot { it.isDirectory }.map { it.name }.toList()

private fun ZipFile.text(name: String) = getInputStream(getEntry(name)).reader().readText()

/** What can be serialised, and says so by its version; exceptions travel only if user code throws them. */
private fun ZipFile.sentTypes(): List<Class<*>> = files()
    .filter { it.endsWith(".class") && !it.endsWith("-info.class") }
    .map { Class.forName(it.removeSuffix(".class").replace('/', '.'), false, PublishedCheck::class.java.classLoader) }
    .filter { type -> type.declaredFields.any { it.name == "serialVersionUID" } }
    .filterNot { Throwable::class.java.isAssignableFrom(it) }

private fun ZipFile.majorVersion(name: String) = DataInputStream(getInputStream(getEntry(name))).use {
    it.readInt()
    it.readUnsignedShort()
    it.readUnsignedShort()
}
