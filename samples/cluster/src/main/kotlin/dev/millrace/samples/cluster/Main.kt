// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.cluster

import dev.millrace.Capabilities
import dev.millrace.MapOptions
import dev.millrace.TaskExecutorService
import dev.millrace.ThreadPool
import dev.millrace.samples.audit
import kotlinx.coroutines.runBlocking
import picocli.CommandLine
import picocli.CommandLine.ArgGroup
import picocli.CommandLine.Command
import picocli.CommandLine.Option
import picocli.CommandLine.Parameters
import java.io.File
import java.io.OutputStream
import java.util.Locale
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.system.exitProcess

fun main(args: Array<String>) {
    exitProcess(CommandLine(Main()).execute(*args))
}

@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = ["The same jobs on threads of this JVM and on a Hazelcast cluster."],
    subcommands = [PrimesCommand::class, AuditCommand::class, MeasureCommand::class, MembersCommand::class],
)
class Main

/** Where the tasks run. */
class Where {
    class Choice {
        @Option(names = ["--threads"], paramLabel = "N", description = ["on so many threads of this JVM"])
        var threads = 0

        @Option(
            names = ["--strict"],
            paramLabel = "N",
            description = ["the same, but all that would travel to another JVM is serialised, as there"],
        )
        var strict = 0

        @Option(names = ["--members"], paramLabel = "N", description = ["on a cluster of so many JVMs, started for it"])
        var members = 0

        @Option(names = ["--join"], paramLabel = "HOST:PORT", description = ["on the cluster of that member"])
        var join: String? = null
    }

    @ArgGroup(exclusive = true, multiplicity = "1")
    lateinit var choice: Choice

    @Option(names = ["--cluster-name"], description = ["of the members (default: \${DEFAULT-VALUE})"])
    var clusterName: String = Cluster.DEFAULT_NAME

    /** Here stands the one line that moves a job from threads to a cluster. */
    fun <T> use(job: (TaskExecutorService) -> T): T = when {
        choice.threads > 0 -> ThreadPool.of(choice.threads).use(job)
        choice.strict > 0 -> strictly(choice.strict, job)
        else -> cluster().use { cluster -> TaskExecutorService.adapt(cluster.executor()).use(job) }
    }

    private fun <T> strictly(threads: Int, job: (TaskExecutorService) -> T): T {
        val executor = Executors.newFixedThreadPool(threads)
        try {
            return TaskExecutorService.adapt(executor, Capabilities.elsewhere().withWorkers(threads)).use(job)
        } finally {
            executor.shutdown()
        }
    }

    private fun cluster(): Cluster {
        val address = choice.join
        return if (address !=
            null
        ) {
            Cluster.joining(address, clusterName)
        } else {
            Cluster.ofMembers(choice.members, clusterName)
        }
    }
}

@Command(name = "primes", description = ["Counts the primes below a number."], mixinStandardHelpOptions = true)
class PrimesCommand : Callable<Int> {
    @CommandLine.Mixin
    lateinit var where: Where

    @Option(names = ["--below"], description = ["default: \${DEFAULT-VALUE}"])
    var below = 5_000_000

    override fun call(): Int = where.use { pool ->
        val start = System.nanoTime()
        val primes = Primes.countBelow(pool, below)
        println("%,d primes below %,d, in %.1f s".format(Locale.ROOT, primes, below, (System.nanoTime() - start) / 1e9))
        0
    }
}

@Command(
    name = "repo-audit",
    description = ["Checks each file of a directory that has a .sha1 beside it; members read the same files."],
    mixinStandardHelpOptions = true,
)
class AuditCommand : Callable<Int> {
    @CommandLine.Mixin
    lateinit var where: Where

    @Parameters(arity = "0..1", description = ["default: the local Maven repository"])
    var directory = File(System.getProperty("user.home"), ".m2/repository")

    override fun call(): Int = where.use { pool ->
        val found = runBlocking { audit(pool, directory) {} }
        println("${found.files} files in $directory, ${found.complaints.size} of them not as they should be")
        found.complaints.forEach(::println)
        if (found.complaints.isEmpty()) 0 else 1
    }
}

@Command(name = "measure", description = ["Says what a task costs."], mixinStandardHelpOptions = true)
class MeasureCommand : Callable<Int> {
    @CommandLine.Mixin
    lateinit var where: Where

    override fun call(): Int = where.use { pool ->
        val measure = Measure(pool)
        println("round trip: %,.0f µs".format(Locale.ROOT, measure.roundTripMicros()))
        println("10,000 tasks that do nothing: %,.0f a second".format(Locale.ROOT, measure.tasksPerSecond()))
        println("10,000 items that wait 1 ms, one by one: %.2f s".format(Locale.ROOT, measure.mapSeconds(1)))
        println(
            "10,000 items that wait 1 ms, chunk(AUTO): %.2f s".format(Locale.ROOT, measure.mapSeconds(MapOptions.AUTO)),
        )
        0
    }
}

@Command(
    name = "members",
    description = ["Starts members to join, until its input ends."],
    mixinStandardHelpOptions = true,
)
class MembersCommand : Callable<Int> {
    @Parameters(description = ["how many"])
    var count = 0

    @Option(names = ["--cluster-name"], description = ["default: \${DEFAULT-VALUE}"])
    var clusterName: String = Cluster.DEFAULT_NAME

    override fun call(): Int = Cluster.ofMembers(count, clusterName).use { cluster ->
        cluster.addresses().forEach(::println)
        System.`in`.transferTo(OutputStream.nullOutputStream())
        0
    }
}
