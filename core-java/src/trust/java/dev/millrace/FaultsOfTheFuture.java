// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static dev.millrace.SeededFault.fault;

import java.util.List;

/** Faults of a task and its outcome. */
final class FaultsOfTheFuture {
    private FaultsOfTheFuture() {}

    static final List<SeededFault> ALL = List.of(
            // ---- how an interrupt gets to the code, and to nobody else ----
            fault(
                    "a cancel without an interrupt interrupts",
                    "TaskState.java",
                    "int interrupt = mayInterruptIfRunning ? interruptBits(s) : 0;",
                    "int interrupt = interruptBits(s);",
                    "InterruptTest#cancelWithoutInterruptNeverInterrupts"),
            fault(
                    "a second interrupt is left to nobody while the first is under way",
                    "TaskState.java",
                    "return (s & INTERRUPTING) != 0 ? AGAIN :",
                    "return (s & INTERRUPTING) != 0 ? 0 :",
                    "InterruptTest#aSecondInterruptIsDeliveredThoughTheFirstInterrupterHasNotComeBack"),
            fault(
                    "a thread that refuses its interrupt stops the cancel",
                    "TaskState.java",
                    "// No reason to keep those who wait waiting.\n                Callbacks.uncaught(refused);\n            } finally {\n                more = isWantedAgain();\n            }",
                    "throw refused;\n            }\n            more = isWantedAgain();",
                    "InterruptTest#anInterruptThatThrowsKeepsNobodyWaiting"),
            fault(
                    "the end of its time does not interrupt the code",
                    "TaskState.java",
                    "interrupt = exited ? 0 : interruptBits(before);",
                    "interrupt = 0;",
                    "TaskOptionsTest#aTaskThatIsOutOfTimeWhileItRunsFailsAtOnceWithTheWorkersStack"),
            fault(
                    "a flag that a callback left is seen by the next",
                    "TaskState.java",
                    "interrupted |= Thread.interrupted();",
                    "",
                    "InterruptTest#aFlagThatOneCallbackLeavesBehindIsNotSeenByTheNext"),
            fault(
                    "callbacks run with the flag of their caller",
                    "Callbacks.java",
                    "boolean interrupted = Thread.interrupted();",
                    "boolean interrupted = Thread.currentThread().isInterrupted();",
                    "TaskPromiseTest#callbacksSeeNoInterruptAndTheCallerKeepsIts"),
            fault(
                    "a flag that an item left is seen by the next of its chunk",
                    "TaskState.java",
                    "if (me != null && me.isOnWorker()) {\n            Thread.interrupted();\n        }",
                    "",
                    "ThreadPoolContractTest#anInterruptFlagThatAnItemLeavesBehindIsNotSeenByTheNext"),
            fault(
                    "a wait that comes interrupted runs what pends before it looks",
                    "TaskFuture.java",
                    "        if (!isDone()) {\n            if (Thread.interrupted()) {\n                throw new InterruptedException();\n            }\n            Runner me",
                    "        if (!isDone()) {\n            Runner me",
                    "NestedWaitsTest#aWaitThatComesInterruptedThrowsAndRunsNothing"),
            fault(
                    "an interrupt is taken by a wait that has its value",
                    "TaskFuture.java",
                    "if (!hasCome(exit) && Thread.interrupted()) {",
                    "if (Thread.interrupted()) {",
                    "TaskPromiseTest#aValueThatIsThereIsReturnedAndAnInterruptThatCameWithItStays"),
            // ---- who is told, and in which order ----
            fault(
                    "who waits for the exit is told of the outcome",
                    "Listeners.java",
                    "if (exited || !l.waitsForExit()) {",
                    "if (true) {",
                    "ThreadPoolContractTest#onExitRunsOnceTheCodeHasLeft"),
            fault(
                    "callbacks are taken in the order last added first",
                    "Listeners.java",
                    "Listener l = next(ring); l != ring; ) {\n            Listener following = next(l);",
                    "Listener l = prev(ring); l != ring; ) {\n            Listener following = prev(l);",
                    "OrderTest#callbacksRunInTheOrderAddedAndThoseForTheExitAfterThem"),
            fault(
                    "callbacks for the exit run before those for the outcome",
                    "TaskState.java",
                    "boolean interrupted = callThose(due, false);\n        if (callThose(due, true) ||",
                    "boolean interrupted = callThose(due, true);\n        if (callThose(due, false) ||",
                    "OrderTest#callbacksRunInTheOrderAddedAndThoseForTheExitAfterThem"),
            fault(
                    "callbacks nest as deep as they come",
                    "Callbacks.java",
                    "MAX_DEPTH = 16",
                    "MAX_DEPTH = 16_000",
                    "TaskPromiseTest#aChainOfTenThousandPromisesThatCompleteEachOtherDoesNotOverflow"),
            fault(
                    "what was put off runs before the outermost has ended",
                    "Callbacks.java",
                    "while (depth == 1 && !deferred.isEmpty())",
                    "while (!deferred.isEmpty())",
                    "TaskPromiseTest#callbacksSixteenDeepWaitUntilThoseOfTheOutermostHaveRun"),
            fault(
                    "the code has left before its late outcome is taken",
                    "TaskState.java",
                    "                late(result);\n            } catch",
                    "                leave();\n                late(result);\n            } catch",
                    "TaskOptionsTest#theCodeHasNotLeftBeforeTheTakerHasItsLateOutcome"),
            fault(
                    "what late code throws is not for its taker",
                    "TaskState.java",
                    "        if (taker != null) {\n            try",
                    "        if (taker != null && thrown == null) {\n            try",
                    "TaskOptionsTest#whatATaskThatIsOutOfTimeStillThrowsGoesToTheTaker"),
            fault(
                    "what executed code throws is uncaught by nobody",
                    "TaskState.java",
                    "Callbacks.uncaught(failure.look());",
                    "failure.look();",
                    "EveryTaskEndsTest#whatExecuteThrowsGoesToTheUncaughtExceptionHandler"),
            // ---- free before done, unless somebody is to be called back ----
            fault(
                    "a callback that was taken back counts on",
                    "Listeners.java",
                    "listener.next = listener.prev = null;\n        callbacks -= listener.isCallback() ? 1 : 0;",
                    "listener.next = listener.prev = null;",
                    "WorkersTest#aCallbackThatWasTakenBackLeavesTheWorkerFreeForWhoSeesTheResult"),
            fault(
                    "a worker with a callback to run counts as free",
                    "TaskState.java",
                    "boolean free = self().isRunning() && !hasCallbacks();",
                    "boolean free = self().isRunning();",
                    "BoundedQueueTest#aWorkerWithACallbackToRunIsNotFreeForWhoSeesItsResult"),
            fault(
                    "a worker that got a callback in the last moment stays free",
                    "TaskState.java",
                    "if (free) {\n            me.becomeBusyAgain();\n        }\n        return due;",
                    "return due;",
                    "WorkersTest#aCallbackThatComesAtTheLastMomentMakesItsWorkerBusyAgainAndQueuedWorkGetsAnother"),
            // ---- what is let go of ----
            fault(
                    "a running task still holds its code",
                    "TaskState.java",
                    "                content = null;\n                // Who wants",
                    "                // Who wants",
                    "MemoryTest#aFutureThatIsKeptDoesNotKeepTheCodeOfATaskThatWasCancelledWhileItRan"),
            fault(
                    "a task that its waiter runs still holds its code",
                    "TaskState.java",
                    "| RUNNING | SHIELDED)) {\n                content = null;",
                    "| RUNNING | SHIELDED)) {",
                    "MemoryTest#aFutureThatIsKeptDoesNotKeepTheCodeOfATaskThatWasCancelledWhileItRan"),
            fault(
                    "a task that has ended still holds its runner",
                    "TaskState.java",
                    "        runner = null;\n        if (won)",
                    "        if (won)",
                    "MemoryTest#aFutureThatIsKeptDoesNotKeepTheThreadThatRanIt"),
            fault(
                    "a wait that gave up stays among the listeners",
                    "TaskFuture.java",
                    "            waiter.remove();\n",
                    "",
                    "MemoryTest#waitsThatGaveUpAreNotHeldByAFutureThatLivesLong"),
            fault(
                    "a thread that ran callbacks keeps what they needed",
                    "Callbacks.java",
                    "                RUNNING.remove();",
                    "                ",
                    "LeakTrial#anAppThatBringsTheLibraryAlongIsCollectedAfterItClosedItsPool"),
            fault(
                    "the alarm of a task that has ended stays armed",
                    "TaskState.java",
                    "if (won) {\n            afterwards(result);\n        }",
                    "",
                    "EveryTaskEndsTest#anAlarmIsDisarmedWhenItsTaskEnds"),
            fault(
                    "a task that is out of time keeps its place",
                    "TaskState.java",
                    "if (from == PENDING) {\n                    home.withdraw(self());\n                }",
                    "",
                    "BoundedPoolContractTest#aPendingTaskThatIsCancelledOrOutOfTimeGivesItsPlaceBackAtOnce"),
            // ---- failures that nobody looked at ----
            fault(
                    "who has a callback has not looked",
                    "TaskState.java",
                    "looks |= listener.looks();",
                    "",
                    "UnseenFailureTest#aFailureThatSomebodyLookedAtIsNotLogged"),
            fault(
                    "who looked before the watch began has not looked",
                    "Failure.java",
                    "        if (seen) {\n            UNSEEN.remove(this);\n        }",
                    "",
                    "UnseenFailureTest#aFailureThatSomebodyLookedAtAtOnceIsNotLogged"),
            fault(
                    "the interrupt of a cancel is worth a warning",
                    "TaskState.java",
                    "(expected ? Log.FINE : Log.WARNING)",
                    "Log.WARNING",
                    "UnseenFailureTest#whatACancelledTaskThrowsIsLoggedUnlessItIsTheInterrupt"));
}
