// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** What must not compile: nulls where there are none, and code that suspends where it has to block. */
class RefusedSourcesSpec :
    FunSpec({
        for ((whose, flags) in listOf("this module's flags" to MODULE_FLAGS, "no flags" to emptyList())) {
            test("what is right compiles, with $whose") {
                RIGHT.complaintsOf(flags) shouldBe emptyList()
            }

            for ((what, source) in REFUSED) {
                test("$what is refused, with $whose") {
                    source.complaintsOf(flags) shouldBe source.marks()
                }
            }
        }
    })

private val MODULE_FLAGS = listOf("-Xjspecify-annotations=strict", "-language-version", "2.2", "-api-version", "2.2")

private val RIGHT =
    """
    val text: String = pool.call { "" }
    val perhaps: String? = pool.call<String?> { null }
    TaskPromise<String?>().succeed(null)
    val value: String? = nullable.join()
    val awaited: String? = nullable.await()
    ThreadPool.builder().name("io")
    val name: String? = options.name()
    val current: TaskFuture<*>? = TaskFuture.current()
    val flow: Flow<Int> = numbers.mapOn(pool, 2) { it + 1 }
    """

private val REFUSED = mapOf(
    "a null out of call, as a value" to
        """
        val text: String = pool.call<String?> { null } // <- expected 'String', actual 'String?'
        """,
    "a null in a body that has none" to
        """
        pool.call<String> { null } // <- Null cannot be a value of a non-null type 'String'
        """,
    "a null for a promise that has none" to
        """
        TaskPromise<String>().succeed(null) // <- Null cannot be a value of a non-null type 'String'
        """,
    "a null out of join, as a value" to
        """
        val text: String = nullable.join() // <- expected 'String', actual 'String?'
        """,
    "a null out of await, as a value" to
        """
        val text: String = nullable.await() // <- expected 'String', actual 'String?'
        """,
    "a null out of resultNow, dereferenced" to
        """
        nullable.resultNow().length // <- nullable receiver of type 'String?'
        """,
    "a future that may have a null, as one that has none" to
        """
        val future: TaskFuture<String> = nullable // <- expected 'TaskFuture<String>', actual 'TaskFuture<String?>'
        """,
    "a null for a parameter of core" to
        """
        ThreadPool.builder().name(null) // <- Null cannot be a value of a non-null type 'String'
        """,
    "a value for a parameter of core that may be null" to
        """
        ThreadPool.builder().name(options.name()) // <- actual type is 'String?', but 'String' was expected
        """,
    "a result of core that may be null, as one that is not" to
        """
        val name: String = options.name() // <- expected 'String', actual 'String?'
        TaskFuture.current().cancel(true) // <- nullable receiver of type 'TaskFuture<*>?'
        """,
    "code that suspends, for mapOn" to
        """
        numbers.mapOn(pool, 2) {
            yield() // <- Suspension functions can only be called within coroutine body
            it
        }
        """,
    "code that suspends, for mapFlow" to
        """
        pool.mapFlow(listOf(1), 2) { it.also { yield() } } // <- Suspension functions can only be called within coroutine body
        """,
    "code that suspends, for call" to
        """
        pool.call { yield() } // <- Suspension functions can only be called within coroutine body
        """,
)

/** The line is counted in what stands around the body, too; the message only has to contain what its mark says. */
private fun String.complaintsOf(flags: List<String>): List<Complaint> {
    val marks = marks().associateBy { it.line }
    return complaints(inFunction(this), flags).map { complaint ->
        marks[complaint.line].takeIf { it != null && it.message in complaint.message } ?: complaint
    }
}

private fun String.marks(): List<Complaint> = inFunction(this).lines().withIndex().mapNotNull { (index, line) ->
    line.substringAfter("// <- ", "").ifEmpty { null }?.let { Complaint(index + 1, it) }
}

private fun inFunction(body: String) =
    """
    import dev.millrace.*
    import dev.millrace.coroutines.*
    import kotlinx.coroutines.flow.Flow
    import kotlinx.coroutines.yield

    @Suppress("UNUSED_VARIABLE")
    suspend fun example(pool: ThreadPool, nullable: TaskFuture<String?>, options: TaskOptions, numbers: Flow<Int>) {
        $body
    }
    """
