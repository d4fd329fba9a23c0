// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import static dev.millrace.SeededFault.fault;

import java.util.List;

/** Faults of queues, room, workers, and of who waits for whom. */
final class FaultsOfThePool {
    private FaultsOfThePool() {}

    static final List<SeededFault> ALL = List.of(
            // ---- what a task that ended, or was taken, leaves in the queue ----
            fault(
                    "an interrupt that comes as a task is let in is forgotten",
                    "Admission.java",
                    "        if (interrupted) {\n            Callbacks.interruptHere();\n        }\n",
                    "",
                    "BoundedQueueTest#anInterruptAtTheMomentWhenATaskIsLetInIsKeptForLater"),
            fault(
                    "a cancelled task keeps its place",
                    "PoolCore.java",
                    "            state.withdraw(task, root, plan);",
                    "",
                    "BoundedQueueTest#aCancelledTaskGivesItsPlaceBackAtOnce"),
            fault(
                    "a task that left the queue still holds the next",
                    "TaskQueue.java",
                    "task.next = task.prev = null;",
                    "task.prev = null;",
                    "MemoryTest#aFutureThatIsKeptDoesNotKeepThoseThatWaitedBesideIt"),
            fault(
                    "a task that left the inbox still holds the next",
                    "Inbox.java",
                    "                first.next = null;\n",
                    "",
                    "MemoryTest#aFutureThatIsKeptDoesNotKeepThoseThatWaitedBesideIt"),
            fault(
                    "the newest that was taken out still holds the one before",
                    "Inbox.java",
                    "        task.next = null;\n        return true;",
                    "        return true;",
                    "MemoryTest#aFutureThatIsKeptDoesNotKeepThoseThatWaitedBesideIt"),
            fault(
                    "what is ready is moved behind what has arrived",
                    "Inbox.java",
                    "        add(READY.getAndSet(this, null), lane);\n        add(oldestFirst(ARRIVALS.getAndSet(this, null)), lane);",
                    "        add(oldestFirst(ARRIVALS.getAndSet(this, null)), lane);\n        add(READY.getAndSet(this, null), lane);",
                    "OrderTest#whatWaitsKeepsItsOrderThoughThePoolIsAskedHowMuchThatIs"),
            fault(
                    "what has arrived is moved newest first",
                    "Inbox.java",
                    "add(oldestFirst(ARRIVALS.getAndSet(this, null)), lane);",
                    "add(ARRIVALS.getAndSet(this, null), lane);",
                    "OrderTest#whatWaitsKeepsItsOrderThoughThePoolIsAskedHowMuchThatIs"),
            // ---- views: turns, permits, phases ----
            fault(
                    "who comes into the round has the next turn",
                    "Lane.java",
                    "before.next = after.prev = member;",
                    "before.next = after.prev = member;\n        first = member;",
                    "ViewTest#whatComesInTheMiddleOfAFloodWaitsForOneTurnOnly"),
            fault(
                    "the turn stays where it is",
                    "Lane.java",
                    "        first = turn.next;\n",
                    "",
                    "ViewTest#aFloodInOneViewDelaysAnotherByItsShareOnly"),
            fault(
                    "a full view has one permit more",
                    "Lane.java",
                    "if (lane.holders.size() >= lane.limit) {",
                    "if (lane.holders.size() > lane.limit) {",
                    "ViewTest#tasksThatWaitersRunThemselvesStayWithinTheLimit"),
            fault(
                    "a full view has slack for one more",
                    "Lane.java",
                    "(long) lane.offered >= lane.limit",
                    "(long) lane.offered > lane.limit",
                    "ViewTest#whoWaitsInLineForAFullViewIsPassedByWhoWaitsForThePool"),
            fault(
                    "a stop of the pool is none of its views",
                    "Lane.java",
                    "            if (lane.stopped) {",
                    "            if (lane.stopped && lane == this) {",
                    "ViewShutdownTest#shutdownNowOfThePoolStopsAChunkInAViewBeforeItsNextItem"),
            fault(
                    "a shutdown of the pool is none of its views",
                    "Lane.java",
                    "        for (Lane lane = this; lane != null; lane = lane.parent) {\n            if (lane.phase != Phase.RUNNING) {",
                    "        for (Lane lane = this; lane == this; lane = lane.parent) {\n            if (lane.phase != Phase.RUNNING) {",
                    "ViewShutdownTest#aViewWhoseViewWasShutDownTerminatesForWhoWaitsLater"),
            fault(
                    "a view that was shut down is over at once",
                    "Lane.java",
                    "boolean over = unfinished == 0 && (",
                    "boolean over = (",
                    "ViewShutdownTest#awaitTerminationOfAViewWaitsForCallbacks"),
            fault(
                    "who runs in place overtakes the queue of the view",
                    "ViewHome.java",
                    "(lane.hasPermit(held) && lane.hasEmptyQueue())",
                    "lane.hasPermit(held)",
                    "ViewTest#aCallerDoesNotOvertakeTheQueueOfItsView"),
            // ---- room: the line, and those who run in place ----
            fault(
                    "a worker that is about to leave still takes room",
                    "PoolState.java",
                    "maxWorkers - (busy - leavingSoon)",
                    "maxWorkers - busy",
                    "BoundedQueueTest#aWorkerThatRetiresMakesRoomBeforeItsResultIsKnown"),
            fault(
                    "the queue has one place more",
                    "PoolState.java",
                    "return queued - aboutToRun < capacity",
                    "return queued - aboutToRun <= capacity",
                    "BoundedQueueTest#saturationIsExactlyWorkersPlusCapacity"),
            fault(
                    "who waits for a full view comes in like others",
                    "Line.java",
                    "if (hasRoom.test(place.lane)) {",
                    "if (hasRoom.test(place.lane) || place.lane.parent != null) {",
                    "ViewTest#blockedSubmittersOfAFullViewHoldUpNobodyElse"),
            fault(
                    "who waits for a full view holds up the line",
                    "Line.java",
                    "            if (hasRoom.test(place.lane)) {\n                places.remove(place.task);\n                return place;\n            }",
                    "            if (hasRoom.test(place.lane)) {\n                places.remove(place.task);\n                return place;\n            }\n            break;",
                    "ViewTest#whoWaitsInLineForAFullViewIsPassedByWhoWaitsForThePool"),
            fault(
                    "who waits for a view of a view that is shut down waits on",
                    "Line.java",
                    "!place.lane.isWithin(lane)",
                    "place.lane != lane",
                    "ViewShutdownTest#whoWaitsForRoomInAViewThatIsShutDownIsRefused"),
            fault(
                    "who is let in as his time ends leaves the line all the same",
                    "Admission.java",
                    "left[0] = !place.isDecided();",
                    "left[0] = true;",
                    "BoundedQueueTest#aTaskThatIsLetInAtTheMomentWhenItsTimeIsOverIsAcceptedAndRuns"),
            fault(
                    "who is out of time waits for room on",
                    "Admission.java",
                    "            if (place.task.isDone()) {",
                    "            if (false) {",
                    "BoundedPoolContractTest#aTaskThatIsOutOfTimeBeforeItWaitsForRoomDoesNotHoldItsSubmitter"),
            fault(
                    "a task that its caller could not run keeps its permit",
                    "Admission.java",
                    "            if (!ran) {\n                role.codeLeft(task, false);\n            }",
                    "",
                    "ViewTest#aTaskThatIsOutOfTimeBeforeItsCallerRunsItLeavesItsPermit"),
            fault(
                    "who ran a task for the pool still seems to run one",
                    "Admission.java",
                    "                if (visitor != null) {\n                    visitor.exit();\n                }",
                    "",
                    "BoundedQueueTest#aFullQueueRunsInTheCaller"),
            fault(
                    "nobody knows of a task that its caller runs",
                    "Admission.java",
                    "                decisions.decide(plan -> state.visit(visitor));\n",
                    "",
                    "InterruptTest#shutdownNowInterruptsATaskThatRunsInItsCaller"),
            // ---- which worker is called, and when ----
            fault(
                    "a worker that is being started spares one that is idle",
                    "PoolState.java",
                    "if (free < needed && !idle.isEmpty()) {",
                    "if (free + starting < needed && !idle.isEmpty()) {",
                    "EveryTaskEndsTest#norDoesATaskOfABoundedPool"),
            fault(
                    "the worker that parked first is used first",
                    "PoolState.java",
                    "if (free < needed && !idle.isEmpty()) {\n            wake(idle.removeLast(), plan);",
                    "if (free < needed && !idle.isEmpty()) {\n            wake(idle.removeFirst(), plan);",
                    "WorkersTest#theWorkerThatParkedLastIsUsedFirst"),
            fault(
                    "who takes a task calls nobody for the rest",
                    "PoolState.java",
                    "        busy++;\n        if (free == 0) {\n            summon(plan);\n        }",
                    "        busy++;",
                    "PoolStateTest#whoTakesATaskCallsTheNextForWhatStillWaits"),
            fault(
                    "a worker that is busy again calls no other",
                    "PoolState.java",
                    "        busy++;\n        summonAll(plan);",
                    "        busy++;",
                    "PoolStateTest#aWorkerThatIsBusyAgainAfterAllCallsAnotherForWhatCameMeanwhile"),
            fault(
                    "a worker that leaves calls no other",
                    "PoolState.java",
                    "            leaving.add(thread);\n        }\n        admitWaiting(plan);\n        summonAll(plan);",
                    "            leaving.add(thread);\n        }\n        admitWaiting(plan);",
                    "WorkersTest#aRetiringWorkerLeavesNoQueuedTaskBehind"),
            fault(
                    "more workers let nobody in who waits for room",
                    "PoolState.java",
                    "surplus--) {\n            wake(idle.removeFirst(), plan);\n        }\n        admitWaiting(plan);",
                    "surplus--) {\n            wake(idle.removeFirst(), plan);\n        }",
                    "BoundedQueueTest#thereIsRoomWhenTheMostWorkersGrows"),
            fault(
                    "of the surplus one idle worker stays",
                    "PoolState.java",
                    "int surplus = workers.size() - maxWorkers; surplus > 0 &&",
                    "int surplus = workers.size() - maxWorkers; surplus > 1 &&",
                    "WorkersTest#anIdleSurplusWorkerLeavesAtOnceWhenTheMostShrinks"),
            fault(
                    "a worker that goes from task to task never retires",
                    "PoolCore.java",
                    "&& worker.tasksRun < maxTasksPerWorker;",
                    ";",
                    "WorkersTest#aWorkerRetiresAfterItsTasksThoughMoreWait"),
            fault(
                    "a worker that has retired makes room for ever",
                    "PoolState.java",
                    "    void free(Worker worker, Plan plan) {\n        staysForNow(worker);",
                    "    void free(Worker worker, Plan plan) {",
                    "BoundedQueueTest#workersThatHaveRetiredLeaveTheBoundAsItWas"),
            fault(
                    "the initializer counts as a task",
                    "Worker.java",
                    "        tasksRun = 0;\n",
                    "",
                    "WorkersTest#theInitializerIsNoTaskOfItsWorker"),
            fault(
                    "a permit is given back after the callbacks",
                    "Worker.java",
                    "                pool.codeLeft(this);\n",
                    "",
                    "ViewTest#callbacksRunAfterThePermitWasGivenBack"),
            // ---- one task on top of another ----
            fault(
                    "the flag of the task beneath is lost",
                    "Runner.java",
                    "        if (interrupted) {\n            Callbacks.interruptHere();\n        }",
                    "",
                    "InterruptTest#theFlagOfATaskIsThereAgainAfterAnotherRanOnTop"),
            fault(
                    "an interrupt for the task beneath reaches the one on top",
                    "Runner.java",
                    "beneath.shield();",
                    "",
                    "InterruptTest#whileAnotherTaskRunsOnTopAnInterruptIsHeldUntilItEnds"),
            fault(
                    "a flag that a callback left is seen by the next task",
                    "Runner.java",
                    "is nobody's.\n        Thread.interrupted();",
                    "is nobody's.",
                    "InterruptTest#aFlagThatACallbackLeavesBehindIsNotSeenByATaskThatWaitsAlready"),
            fault(
                    "the task beneath is forgotten",
                    "Runner.java",
                    "TASK.lazySet(this, beneathHere);",
                    "TASK.lazySet(this, null);",
                    "NestedWaitsTest#aTaskSeesItselfAndThenTheOneBeneathAgain"),
            // ---- starts that fail, the end, and idleness ----
            fault(
                    "who waits for room is not told that no worker can be started",
                    "Decisions.java",
                    "                refuseLine(pool.lane(), plan, place -> reason.get());\n",
                    "",
                    "EveryTaskEndsTest#aFailedStartRefusesThoseWhoWaitForRoomToo"),
            fault(
                    "the last worker that parks tells nobody",
                    "PoolState.java",
                    "        idle.addLast(worker);\n        tellIfOver(plan);",
                    "        idle.addLast(worker);",
                    "WorkersTest#quiescenceIsWhenNothingPendsOrRunsOrCallsBack"),
            fault(
                    "those who wait for the end are not told",
                    "Decisions.java",
                    "        for (Runnable told : plan.toTell()) {\n            told.run();\n        }\n        return refusal;",
                    "        return refusal;",
                    "OnTerminationTest#ofATerminatedPoolItIsCalledAtOnceInTheCallingThread"),
            fault(
                    "the end does not wait for those who are told",
                    "PoolState.java",
                    " && starting == 0 && holds == 0",
                    " && starting == 0",
                    "ShutdownTest#thePoolHasNotTerminatedBeforeThoseInTheLineAreRefused"),
            fault(
                    "a parked worker keeps the flag that somebody set",
                    "PoolCore.java",
                    "                Thread.interrupted();\n                backend.parkNanos(this, left);",
                    "                backend.parkNanos(this, left);",
                    "InterruptTest#anIdleWorkerThatIsInterruptedFromOutsideIsNotDisturbed"),
            fault(
                    "the end waits for the thread that waits for it",
                    "PoolCore.java",
                    "threads.remove(Thread.currentThread());",
                    "",
                    "ShutdownTest#aWorkersWrapperMayCloseThePool"),
            // ---- who waits for whom ----
            fault(
                    "one way back is enough for a cycle",
                    "WaitGraph.java",
                    "!to.isEmpty() && threads.containsAll(to)",
                    "to.stream().anyMatch(threads::contains)",
                    "ViewWaitsTest#aFullViewInWhichOneCanGoOnIsNoCycle"),
            fault(
                    "only those next to a way out are struck out",
                    "WaitGraph.java",
                    "struck = stuck.values().removeIf(List::isEmpty);",
                    "struck = false;\n            stuck.values().removeIf(List::isEmpty);",
                    "NestedWaitsTest#fibonacciBySubmitAndJoinFinishesOnAPoolOfAnySize"));
}
