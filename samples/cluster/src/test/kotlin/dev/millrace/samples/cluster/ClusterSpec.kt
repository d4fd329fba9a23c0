// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster

import dev.millrace.MapOptions
import dev.millrace.SerializableFunction
import dev.millrace.TaskExecutorService
import dev.millrace.TaskOptions
import dev.millrace.TaskStatus
import dev.millrace.ThreadPool
import dev.millrace.WorkerLostException
import dev.millrace.coroutines.asyncOn
import dev.millrace.coroutines.call
import dev.millrace.coroutines.future
import dev.millrace.coroutines.mapFlow
import dev.millrace.samples.audit
import io.kotest.assertions.nondeterministic.eventually
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.comparables.shouldBeGreaterThan
import io.kotest.matchers.comparables.shouldBeLessThan
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import java.io.File
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

/** Three members, each a JVM of its own. */
class ClusterSpec :
    FunSpec({
        timeout = 120_000

        lateinit var cluster: Cluster
        lateinit var jobs: TaskExecutorService

        val name = "spec-${ProcessHandle.current().pid()}"

        beforeSpec {
            cluster = Cluster.ofMembers(3, name)
            jobs = TaskExecutorService.adapt(cluster.executor())
        }
        afterSpec {
            jobs.close()
            cluster.close()
        }

        suspend fun appears(file: File) = eventually(10.seconds) { file.exists() shouldBe true }

        test("tasks run in all members, and not here") {
            val pids = List(100) { JavaTasks.pid(jobs) }.map { it.join() }.toSet()
            pids shouldHaveSize 3
            pids shouldNotBe pids + ProcessHandle.current().pid()
        }

        test("a cluster that runs already is joined, and goes on when we leave") {
            Cluster.joining(cluster.addresses()[0], name).use { joined ->
                TaskExecutorService.adapt(joined.executor()).use { Primes.countBelow(it, 100) shouldBe 25L }
            }
            Primes.countBelow(jobs, 100) shouldBe 25L
        }

        test("a job has the result that it has on threads") {
            ThreadPool.of(2).use { Primes.countBelow(it, 200_000) } shouldBe 17_984L
            Primes.countBelow(jobs, 200_000) shouldBe 17_984L
        }

        test("the audit of the Kotlin samples finds the same, unchanged") {
            val root = tempdir()
            repeat(20) { File(root, "$it.txt").writeText("text $it") }
            repeat(10) { File(root, "$it.txt.sha1").writeText("0".repeat(40)) }
            val here = ThreadPool.of(2).use { audit(it, root) {} }
            val there = audit(jobs, root) {}
            there.files shouldBe 10
            there.complaints.toSet() shouldBe here.complaints.toSet()
        }

        test("Java's lambdas travel, by the types for it") {
            JavaTasks.squares(jobs, listOf(1, 2, 3)) shouldBe listOf(1, 4, 9)
            val file = File(tempdir(), "touched")
            JavaTasks.touch(jobs, file.path).join()
            file.exists() shouldBe true
        }

        test("Kotlin's lambdas travel, marked for it") {
            val three = 3
            jobs.call(@JvmSerializableLambda { three * ProcessHandle.current().pid() }) shouldNotBe
                three * ProcessHandle.current().pid()
            jobs.future(@JvmSerializableLambda { three + 1 }).join() shouldBe 4
            asyncOn(jobs, @JvmSerializableLambda { three + 2 }).await() shouldBe 5
            jobs
                .mapFlow(1..100, concurrency = 4, chunk = 7, transform = @JvmSerializableLambda { it * three })
                .toList() shouldBe (1..100).map { it * 3 }
        }

        test("cancel(true) interrupts the code where it runs") {
            val directory = tempdir()
            val task = JavaTasks.blocking(jobs, directory.path)
            appears(File(directory, "runs"))
            val start = System.nanoTime()
            task.cancel(true) shouldBe true
            appears(File(directory, "interrupted"))
            System.nanoTime() - start shouldBeLessThan 1_000_000_000
            jobs.capabilities().interruptsRunning() shouldBe true
            jobs.capabilities().tellsExit() shouldBe false
        }

        test("a cancelled coroutine interrupts the code where it runs") {
            val directory = tempdir()
            val path = directory.path
            val job = launch(Dispatchers.Default) {
                jobs.call(@JvmSerializableLambda { JavaTasks.block(path) })
            }
            appears(File(directory, "runs"))
            val start = System.nanoTime()
            job.cancelAndJoin()
            appears(File(directory, "interrupted"))
            System.nanoTime() - start shouldBeLessThan 1_000_000_000
        }

        test("a failure arrives as itself") {
            val failure = shouldThrow<ExecutionException> { JavaTasks.failing(jobs).get() }.cause
            failure.shouldBeInstanceOf<JavaTasks.NotEnoughException>().missing shouldBe 3
        }

        test("what cannot travel is refused by submit, by class and field") {
            val refusal = shouldThrow<IllegalArgumentException> { jobs.submit(JavaTasks.Job()) }
            refusal.message shouldContain JavaTasks.Job::class.java.name
            refusal.message shouldContain "java.lang.Thread"
            refusal.message shouldContain "field helpers"
            val unmarked = shouldThrow<IllegalArgumentException> { jobs.future { 1 } }
            unmarked.message shouldContain "@JvmSerializableLambda"
        }

        test("a map reads no further ahead than its window") {
            val read = AtomicInteger()
            val numbers = Iterable { generateSequence { read.incrementAndGet() }.iterator() }
            jobs.map(numbers, SerializableFunction.of { n: Int -> n }, MapOptions.window(50)).use { results ->
                val iterator = results.iterator()
                for (taken in 1..500) {
                    iterator.next() shouldBe taken
                    read.get() shouldBeLessThanOrEqual taken + 50
                }
            }
        }

        test("AUTO sends short items together") {
            val measure = Measure(jobs)
            measure.mapSeconds(MapOptions.AUTO)
            measure.mapSeconds(1) / measure.mapSeconds(MapOptions.AUTO) shouldBeGreaterThan 3.0
        }

        // The last: it leaves two.
        test("a member is killed: every task ends, and what is lost says so, or is sent again") {
            fun load(count: Int, options: TaskOptions) = List(count) { i ->
                jobs.future(options, @JvmSerializableLambda { Thread.sleep(20).let { i } })
            }
            val lost = load(500, TaskOptions.named("lost"))
            val again = load(500, TaskOptions.named("again").withRetries(3))
            lost[20].join()
            cluster.kill(0)
            again.forEachIndexed { i, task -> task.join() shouldBe i }
            lost.forEachIndexed { i, task ->
                val outcome = runCatching { task.join() }
                if (task.status() == TaskStatus.FAILED) {
                    val loss = outcome.exceptionOrNull().shouldBeInstanceOf<WorkerLostException>()
                    loss.message shouldContain "the task may have run"
                } else {
                    outcome.getOrThrow() shouldBe i
                }
            }
            lost.count { it.status() == TaskStatus.FAILED } shouldBeGreaterThan 0
            eventually(30.seconds) { cluster.size() shouldBe 2 }
            Primes.countBelow(jobs, 200_000) shouldBe 17_984L
        }
    })
