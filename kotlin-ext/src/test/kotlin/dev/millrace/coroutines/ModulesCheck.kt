// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import java.io.File
import java.lang.module.ModuleDescriptor
import java.lang.module.ModuleFinder
import javax.tools.ToolProvider

/** The jars as modules. All other tests have them on the class path. */
class ModulesCheck :
    FunSpec({
        test("the Java jar is a module that needs the JDK's logging only") {
            val module = descriptor(coreJar)
            module.name() shouldBe "dev.millrace"
            module.isAutomatic shouldBe false
            module.exports().map { it.source() } shouldBe listOf("dev.millrace")
            module.neededAtRunTime() shouldContainExactlyInAnyOrder listOf("java.base", "java.logging")
        }

        test("the Kotlin jar is a module, and its users see what it is made for") {
            val module = descriptor(kotlinJar)
            module.name() shouldBe "dev.millrace.coroutines"
            module.isAutomatic shouldBe false
            module.exports().map { it.source() } shouldBe listOf("dev.millrace.coroutines")
            module.neededAtRunTime() shouldContainExactlyInAnyOrder
                listOf("java.base", "dev.millrace", "kotlin.stdlib", "kotlinx.coroutines.core")
        }

        test("a modular program compiles and runs on them, and may provide capabilities") {
            val folder = tempdir()
            val sources = PROGRAM.map { (name, text) -> File(folder, name).apply { writeText(text) }.path }
            val javac = ToolProvider.getSystemJavaCompiler()
            val compiled = File(folder, "mods/mill").path
            val flags =
                listOf("--release", "11", "-Xlint:all", "-Werror", "--module-path", modulePath(), "-d", compiled)
            javac.run(null, null, null, *(flags + sources).toTypedArray()) shouldBe 0
            val java = File(System.getProperty("java.home"), "bin/java").path
            val run =
                ProcessBuilder(java, "--module-path", modulePath(compiled), "--module", "mill/mill.Main")
                    .redirectErrorStream(true)
                    .start()
            run.inputStream.reader().readLines() shouldBe
                listOf("8 from module dev.millrace", "8 from module dev.millrace.coroutines", "elsewhere: true")
            run.waitFor() shouldBe 0
        }
    })

private val version = System.getProperty("published.version")

private val coreJar = File("../core-java/target/millrace-core-$version.jar")

private val kotlinJar = File("target/millrace-kotlin-$version.jar")

private fun descriptor(jar: File): ModuleDescriptor = ModuleFinder.of(jar.toPath()).findAll().single().descriptor()

private fun ModuleDescriptor.neededAtRunTime() = requires()
    .filterNot { ModuleDescriptor.Requires.Modifier.STATIC in it.modifiers() }
    .map { it.name() }

/** Both jars, with what they need of others: the JDK finds the modules in them, and no class path is left. */
private fun modulePath(vararg more: String): String {
    val others =
        System.getProperty("java.class.path")
            .split(File.pathSeparator)
            .filter { File(it).name.matches(Regex("(jspecify|kotlin-stdlib|kotlinx-coroutines-core-jvm)-[0-9.]+jar")) }
    others shouldHaveSize 3
    return (listOf(coreJar.path, kotlinJar.path) + others + more).joinToString(File.pathSeparator)
}

private val PROGRAM =
    mapOf(
        "module-info.java" to
            """
            module mill {
                requires dev.millrace.coroutines;

                provides dev.millrace.Capabilities.Provider with mill.Grids;
            }
            """.trimIndent(),
        "Grids.java" to
            """
            package mill;

            import dev.millrace.Capabilities;
            import java.util.concurrent.ExecutorService;

            public class Grids implements Capabilities.Provider {
                public Capabilities capabilitiesOf(ExecutorService executor) {
                    return executor instanceof Grid ? Capabilities.elsewhere() : Capabilities.threads();
                }
            }
            """.trimIndent(),
        "Grid.java" to
            """
            package mill;

            import java.util.concurrent.LinkedBlockingQueue;
            import java.util.concurrent.ThreadPoolExecutor;
            import java.util.concurrent.TimeUnit;

            class Grid extends ThreadPoolExecutor {
                Grid() {
                    super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
                }
            }
            """.trimIndent(),
        "Main.java" to
            """
            package mill;

            import dev.millrace.TaskExecutorService;
            import dev.millrace.ThreadPool;
            import dev.millrace.coroutines.DeferredKt;

            public class Main {
                public static void main(String[] args) {
                    try (ThreadPool pool = ThreadPool.of(2)) {
                        var length = pool.submit("millrace"::length);
                        System.out.println(length.join() + " from " + ThreadPool.class.getModule());
                        var deferred = DeferredKt.asDeferred(length);
                        System.out.println(deferred.getCompleted() + " from " + DeferredKt.class.getModule());
                    }
                    try (TaskExecutorService grid = TaskExecutorService.adapt(new Grid())) {
                        System.out.println("elsewhere: " + grid.capabilities().isElsewhere());
                    }
                }
            }
            """.trimIndent(),
    )
