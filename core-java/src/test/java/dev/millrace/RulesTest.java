// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules of the house, each with its reason. */
class RulesTest {
    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.millrace");

    @Test
    void whatIsPublicIsNamedHere() {
        Set<String> publicTypes = core.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .map(type -> type.getName().substring("dev.millrace.".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                new TreeSet<>(Set.of(
                        "BrokenPoolException",
                        "Capabilities",
                        "Capabilities$Provider",
                        "ContextCarrier",
                        "ContextCarrier$Scope",
                        "ContextCarrier$Snapshot",
                        "DoneAndNotDone",
                        "Droppable",
                        "MapOptions",
                        "MapOptions$CollectingFailures",
                        "MapProgress",
                        "PoolDeadlockException",
                        "PoolListener",
                        "PoolStats",
                        "Registration",
                        "ReturnWhen",
                        "SerializableBiFunction",
                        "SerializableCallable",
                        "SerializableFunction",
                        "SerializableRunnable",
                        "ShutdownReport",
                        "ShutdownReport$Straggler",
                        "StuckTask",
                        "TaskCancelledException",
                        "TaskExecutorService",
                        "TaskFuture",
                        "TaskFutures",
                        "TaskGroup",
                        "TaskOptions",
                        "TaskPromise",
                        "TaskStatus",
                        "TaskTimeoutException",
                        "TaskTimeoutException$Phase",
                        "ThreadPool",
                        "ThreadPool$Builder",
                        "ThrowingBiFunction",
                        "ThrowingFunction",
                        "TimeDistribution",
                        "WhenFull",
                        "WorkerLostException")),
                publicTypes);
    }

    @Test
    void coreNeedsOnlyTheJdkAndAnnotations() {
        // A thread pool is at the bottom of everybody's stack: what it drags in, everybody drags in.
        classes()
                .should()
                .onlyDependOnClassesThat()
                // JFR, where the JVM has it: class Jfr.
                .resideInAnyPackage("java..", "jdk.jfr", "org.jspecify..", "dev.millrace")
                .check(core);
    }

    @Test
    void coreNeverUsesTheCommonPool() {
        // Its threads are daemons of somebody else's, and a full one would hold up ours.
        noClasses()
                .should()
                .callMethod(java.util.concurrent.ForkJoinPool.class, "commonPool")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ForkJoinPool")
                .check(core);
    }

    @Test
    void coreWritesToNoStandardStream() {
        // A library logs, or tells its caller.
        noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(core);
    }

    @Test
    void coreUsesNothingUnsafe() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk.internal..")
                .check(core);
    }

    @Test
    void coreLooksNothingOfItsOwnUpByName() {
        // R8, ProGuard and GraalVM see what names what, so they need no rules. The names in field updaters they see,
        // too.
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(
                        "dev.millrace.SerialPath") // the user's objects, to tell what is in the way
                .and()
                .doNotHaveFullyQualifiedName("dev.millrace.Parcel$Opener") // classes of what arrives, the user's
                .and()
                .doNotHaveFullyQualifiedName("dev.millrace.Jfr") // the JDK's, if it is there
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..")
                .orShould()
                .callMethodWhere(
                        target(owner(type(Class.class))).and(target(nameMatching("forName|newInstance|getResource.*"))))
                .check(core);
    }

    @Test
    void theRulesForR8NameWhatAndroidLacksAndNoMore() throws Exception {
        // A class that an app's build cannot find ends it; the Android sample's build sees the whole JDK.
        Set<String> lacking = core.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency ->
                        dependency.getTargetClass().getBaseComponentType().getPackageName())
                .filter(name -> !name.isEmpty() && !name.matches("(java|org\\.jspecify|dev\\.millrace)(\\..*)?"))
                .map(name -> "-dontwarn " + name + ".**")
                .collect(Collectors.toCollection(TreeSet::new));
        try (var rules = getClass().getResourceAsStream("/META-INF/proguard/millrace-core.pro")) {
            assertEquals(
                    lacking,
                    new String(rules.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    @Test
    void coreWaitsThroughTheBackendOnly() {
        // So that a test can put a clock that stands still in its place.
        noClasses()
                .that()
                .doNotHaveSimpleName("SystemBackend")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.locks.LockSupport")
                .check(core);
    }

    @Test
    void whatLiesDeeperKnowsNothingOfWhatLiesAbove() {
        // A future knows no pool; a queue and a worker know no pool either. One hook travels back: TaskHome.
        assertKnowsNothingOf(
                Set.of(
                        "TaskState",
                        "TaskFuture",
                        "TaskHome",
                        "Runner",
                        "Listeners",
                        "Callbacks",
                        "Failure",
                        "WaitGraph",
                        "Stall",
                        "Backend"),
                Set.of(
                        "TaskQueue",
                        "Lane",
                        "Line",
                        "Worker",
                        "Plan",
                        "PoolState",
                        "PoolCore",
                        "ThreadPool",
                        "View",
                        "TaskFutures",
                        "MapCall",
                        "TaskGroup"));
        assertKnowsNothingOf(
                Set.of("TaskQueue", "Lane", "LaneHome", "Line", "Worker", "LaneRole", "Plan", "PoolState"),
                Set.of(
                        "Decisions",
                        "Admission",
                        "ViewHome",
                        "PoolCore",
                        "ThreadPool",
                        "View",
                        "AbstractTaskExecutor",
                        "ExecutorAdapter",
                        "TaskFutures"));
        assertKnowsNothingOf(Set.of("Decisions"), Set.of("Admission", "ViewHome", "PoolCore"));
        assertKnowsNothingOf(Set.of("Admission", "ViewHome"), Set.of("PoolCore"));
        assertKnowsNothingOf(
                Set.of("PoolCore"), Set.of("ThreadPool", "View", "ExecutorAdapter", "TaskGroup", "MapCall"));
        // A map and a group see of an executor what AbstractTaskExecutor shows.
        assertKnowsNothingOf(
                Set.of("MapCall", "MapChunk", "MapFeed", "MapStream", "MapAsync", "MapReports", "Pairs", "TaskGroup"),
                Set.of("PoolCore", "ThreadPool", "View", "ExecutorAdapter", "PoolState", "Lane", "Worker"));
    }

    private void assertKnowsNothingOf(Set<String> deeper, Set<String> above) {
        for (JavaClass type : core) {
            if (deeper.contains(outermost(type))) {
                type.getDirectDependenciesFromSelf().forEach(dependency -> {
                    String target = outermost(dependency.getTargetClass());
                    assertEquals(false, above.contains(target), dependency.getDescription());
                });
            }
        }
    }

    private static String outermost(JavaClass type) {
        String name = type.getName().substring(type.getName().lastIndexOf('.') + 1);
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }
}
