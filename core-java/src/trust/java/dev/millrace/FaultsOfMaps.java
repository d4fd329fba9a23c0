// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static dev.millrace.SeededFault.fault;

import java.util.List;

/** Faults of maps and groups. */
final class FaultsOfMaps {
    private FaultsOfMaps() {}

    static final List<SeededFault> ALL = List.of(
            // ---- the window ----
            fault(
                    "the window is one item short",
                    "MapFeed.java",
                    "map.chunkSize() > map.window()",
                    "map.chunkSize() >= map.window()",
                    "ThreadPoolContractTest#theFirstWindowIsStartedBeforeAnythingIsTaken"),
            fault(
                    "the window counts chunks that have begun",
                    "MapFeed.java",
                    "return inFlight + (long) map.chunkSize() > map.window();",
                    "return inFlight >= map.window();",
                    "ThreadPoolContractTest#aChunkThatDoesNotFitTheWindowWaits"),
            fault(
                    "a map waits in line with as much as it likes",
                    "MapFeed.java",
                    "return inLine == null && !closed;",
                    "return !closed;",
                    "MapBoundedTest#aMapHasAtMostOneItemInTheLine"),
            fault(
                    "the source is read although the time is over",
                    "MapFeed.java",
                    " || map.nanosLeft() <= 0",
                    "",
                    "MapTest#nothingIsReadAfterTheTime"),
            fault(
                    "refusals count as long as the map lives",
                    "MapFeed.java",
                    "        refusals = 0;\n",
                    "",
                    "MapTest#anExecutorThatRefusesEachLaterTaskAtFirstGetsThemAll"),
            fault(
                    "the first refusal ends the map",
                    "MapFeed.java",
                    "++refusals > MAX_REFUSALS",
                    "++refusals > 0",
                    "MapTest#anExecutorWithoutAQueueGetsAnItemWheneverItsWorkerIsFree"),
            fault(
                    "a chunk may take the whole share of its worker",
                    "MapCall.java",
                    "options.window / (2L * workers)",
                    "options.window / workers",
                    "MapTest#autoTakesAtMostHalfOfAWorkersShareOfTheWindowAsAChunk"),
            fault(
                    "nothing is learnt from a chunk",
                    "MapStream.java",
                    "        map.learnFrom(chunk);\n",
                    "",
                    "ThreadPoolContractTest#autoSendsSeveralTinyItemsAsOneTask"),
            // ---- the end ----
            fault(
                    "a map that failed goes on",
                    "MapStream.java",
                    "                over = true;\n                close();",
                    "                over = true;",
                    "ThreadPoolContractTest#afterAFailureNothingRunsOn"),
            fault(
                    "what is submitted while the map is closed runs",
                    "MapFeed.java",
                    "        if (closed) {\n            future.cancel(interrupts);\n        }",
                    "",
                    "MapTest#whatIsSubmittedWhileTheStreamIsBeingClosedIsCancelled"),
            fault(
                    "what the source throws comes before what it gave",
                    "MapStream.java",
                    "if (failure != null && (feed.isEmpty() || map.options.isUnordered)) {",
                    "if (failure != null) {",
                    "ThreadPoolContractTest#whatASourceThrowsIsThrownAfterTheResultsOfWhatItGave"),
            fault(
                    "what the source throws waits for the head",
                    "MapStream.java",
                    "if (failure != null && (feed.isEmpty() || map.options.isUnordered)) {",
                    "if (failure != null && feed.isEmpty()) {",
                    "ThreadPoolContractTest#withoutOrderASourceThatThrowsCancelsTheRest"),
            fault(
                    "the results have no order",
                    "MapStream.java",
                    "return ORDERED;",
                    "return 0;",
                    "ThreadPoolContractTest#parallelWithALimitTakesNoMoreThanItSays"),
            fault(
                    "who is closed while it waits takes the next result",
                    "MapStream.java",
                    "        ensureNotClosed();\n        if (next == null) {",
                    "        if (next == null) {",
                    "ThreadPoolContractTest#aConsumerThatWaitsWhileAnotherThreadClosesThrows"),
            fault(
                    "a chunk of a map that has ended goes on",
                    "MapChunk.java",
                    "            if (finished > 0) {\n                me.betweenItems();\n            }",
                    "",
                    "ThreadPoolContractTest#aChunkWhoseItemIgnoresTheInterruptStopsBeforeTheNext"),
            fault(
                    "a stop of the executor is a failure of its item",
                    "MapCall.java",
                    "return wasStopped(chunk) || (cancelled && executor.isShutdown())",
                    "return (cancelled && executor.isShutdown())",
                    "ThreadPoolContractTest#aConsumerThatWaitsWhileTheExecutorIsStoppedIsRefused"),
            // ---- mapAsync, and reports ----
            fault(
                    "results stand in the order in which they came",
                    "MapAsync.java",
                    "if (!map.options.isUnordered) {",
                    "if (map.options.isUnordered) {",
                    "ThreadPoolContractTest#theFutureHasAllResultsInTheOrderOfTheInputs"),
            fault(
                    "the future holds the map",
                    "MapAsync.java",
                    "                ended.disarm();\n                map = null;",
                    "                ended.disarm();",
                    "MapTest#aMapAsyncFutureThatIsKeptKeepsItsResultsOnly"),
            fault(
                    "the alarm of a map that has ended stays armed",
                    "MapAsync.java",
                    "                ended.disarm();\n                map = null;",
                    "                map = null;",
                    "MapTest#aMapAsyncThatHasEndedLeavesNoAlarmSet"),
            fault(
                    "who waits is not told of what came later",
                    "MapAsync.java",
                    "            stall.end();\n",
                    "",
                    "ThreadPoolContractTest#aTaskThatJoinsAMapAsyncRunsWhatPendsOnlyLater"),
            fault(
                    "who had to wait its turn reports again",
                    "MapReports.java",
                    "            if (isDue()) {\n",
                    "            if (true) {\n",
                    "MapTest#aReportThatAnotherHasJustMadeIsNotMadeAgain"),
            fault(
                    "the last report is lost if the listener is busy",
                    "MapReports.java",
                    "            if (!turn.compareAndSet(Turn.TELLING, Turn.QUIET)) {\n                turn.set(Turn.OVER);\n                tell();\n            }",
                    "            turn.set(Turn.QUIET);",
                    "MapTest#theLastReportThatIsDueWhileTheListenerIsBusyComesAfterwards"),
            // ---- groups ----
            fault(
                    "what comes too late runs",
                    "TaskGroup.java",
                    "        if (tooLate) {\n            task.cancelIfPending();\n        }",
                    "",
                    "GroupContractTest$OnAPool#afterAFailureFurtherTasksAreCancelledFromTheStart"),
            fault(
                    "what runs is cancelled before what pends",
                    "TaskGroup.java",
                    "        all.forEach(TaskFuture::cancelIfPending);\n",
                    "",
                    "TaskGroupTest#whatPendsIsCancelledBeforeWhatRuns"),
            fault(
                    "an interrupt that came during the close is lost",
                    "TaskGroup.java",
                    "        if (interrupted) {\n            Callbacks.interruptHere();\n        }",
                    "",
                    "GroupContractTest$OnAPool#anInterruptDoesNotEndCloseAndIsKept"),
            fault(
                    "a failure of two tasks suppresses itself",
                    "TaskGroup.java",
                    "} else if (next != cause) {",
                    "} else {",
                    "GroupContractTest$OnAPool#theOthersFailuresAreSuppressedInTheFirst"),
            fault(
                    "the first failure is the one that was told of first",
                    "TaskGroup.java",
                    "        task.signal(this::noteInOrder);\n",
                    "",
                    "GroupContractTest$OnAPool#theFirstFailureInterruptsTheOthersAndIsThrown"),
            fault(
                    "the close does not wait for code that was cancelled",
                    "TaskGroup.java",
                    "running.removeIf(TaskFuture::hasExited);",
                    "running.removeIf(TaskFuture::isDone);",
                    "GroupContractTest$OnAPool#closeReturnsOnlyWhenNoCodeOfTheGroupRuns"),
            fault(
                    "a failure that was only noted was looked at",
                    "TaskGroup.java",
                    "            failed.add(task);\n",
                    "            failed.add(task);\n            task.look();\n",
                    "TaskGroupTest#aFailureInAGroupThatWasOnlyClosedIsLogged"));
}
