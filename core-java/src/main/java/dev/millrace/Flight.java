// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The events for the JDK's Flight Recorder. Touched only where {@link Jfr#isInUse}. */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields of events
final class Flight {
    /** Only asked whether a recording wants its kind. */
    private static final TaskWait ANY_WAIT = new TaskWait();

    private static final TaskRun ANY_RUN = new TaskRun();
    private static final TaskRejected ANY_REJECTED = new TaskRejected();

    private Flight() {}

    static void load() {}

    static boolean recordsWaits() {
        return ANY_WAIT.isEnabled();
    }

    static boolean recordsRuns() {
        return ANY_RUN.isEnabled();
    }

    static Object beginWait() {
        TaskWait wait = new TaskWait();
        wait.begin();
        return wait;
    }

    /** In the thread that runs the task now. */
    static void endWait(Object begun) {
        TaskWait wait = (TaskWait) begun;
        wait.end();
        if (wait.shouldCommit()) {
            TaskFuture<?> task = TaskFuture.current();
            wait.task = task == null ? "" : task.name();
            wait.commit();
        }
    }

    static Object beginRun() {
        TaskRun run = new TaskRun();
        run.begin();
        return run;
    }

    static void endRun(Object begun, TaskFuture<?> task) {
        TaskRun run = (TaskRun) begun;
        run.end();
        if (run.shouldCommit()) {
            run.task = task.name();
            run.commit();
        }
    }

    static void rejected(TaskFuture<?> task) {
        if (ANY_REJECTED.isEnabled()) {
            TaskRejected event = new TaskRejected();
            event.task = task.name();
            event.commit();
        }
    }

    static void workerStarted(String pool) {
        WorkerStart event = new WorkerStart();
        event.pool = pool;
        event.commit();
    }

    static void workerEnded(String pool) {
        WorkerEnd event = new WorkerEnd();
        event.pool = pool;
        event.commit();
    }

    @Name("dev.millrace.TaskWait")
    @Label("Task Wait")
    @Description("From submit to start, noted in the thread that runs the task")
    @Category("Millrace")
    @Threshold("10 ms")
    @StackTrace(false)
    private static final class TaskWait extends Event {
        @Label("Task")
        String task = "";
    }

    @Name("dev.millrace.TaskRun")
    @Label("Task Run")
    @Description("The code of a task, from its start to its return")
    @Category("Millrace")
    @Threshold("10 ms")
    @StackTrace(false)
    private static final class TaskRun extends Event {
        @Label("Task")
        String task = "";
    }

    @Name("dev.millrace.TaskRejected")
    @Label("Task Rejected")
    @Description("A submit that failed")
    @Category("Millrace")
    private static final class TaskRejected extends Event {
        @Label("Task")
        String task = "";
    }

    @Name("dev.millrace.WorkerStart")
    @Label("Worker Start")
    @Category("Millrace")
    @StackTrace(false)
    private static final class WorkerStart extends Event {
        @Label("Pool")
        String pool = "";
    }

    @Name("dev.millrace.WorkerEnd")
    @Label("Worker End")
    @Category("Millrace")
    @StackTrace(false)
    private static final class WorkerEnd extends Event {
        @Label("Pool")
        String pool = "";
    }
}
