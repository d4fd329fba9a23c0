// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

import dev.millrace.ThreadPool;
import dev.millrace.coroutines.DispatcherKt;
import kotlinx.coroutines.CoroutineDispatcher;
import kotlinx.coroutines.ExecutorsKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A coroutine lets another thread do something that takes no time and waits for it, again and again; the score is one
 * call. The coroutines share the thread of {@code runBlocking}; each pool has eight workers.
 */
public class CallBenchmark extends PoolBenchmark {
    private static final int WORKERS = 8;
    private static final int CALLS = 640;

    /**
     * MILLRACE_CALL and RUN_INTERRUPTIBLE interrupt the body when the coroutine is cancelled, the others do not.
     * WITH_CONTEXT, RUN_INTERRUPTIBLE and COMPLETABLE_FUTURE use a {@link java.util.concurrent.ThreadPoolExecutor}.
     */
    public enum Way {
        MILLRACE_CALL,
        MILLRACE_DISPATCHER,
        WITH_CONTEXT,
        WITH_CONTEXT_IO,
        RUN_INTERRUPTIBLE,
        COMPLETABLE_FUTURE
    }

    @Param
    public Way way;

    private CoroutineDispatcher dispatcher;

    @Setup
    public void start() {
        if (way == Way.MILLRACE_CALL || way == Way.MILLRACE_DISPATCHER) {
            open(Peer.MILLRACE, WORKERS);
            dispatcher = DispatcherKt.asCoroutineDispatcher((ThreadPool) pool);
        } else {
            open(Peer.THREAD_POOL, WORKERS);
            dispatcher = ExecutorsKt.from(pool);
        }
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int oneCoroutine() {
        return calls(1, CALLS);
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int manyCoroutines() {
        return calls(64, CALLS / 64);
    }

    private int calls(int coroutines, int times) {
        return switch (way) {
            case MILLRACE_CALL -> Calls.poolCall((ThreadPool) pool, coroutines, times);
            case MILLRACE_DISPATCHER, WITH_CONTEXT -> Calls.withContextOf(dispatcher, coroutines, times);
            case WITH_CONTEXT_IO -> Calls.withContextIo(coroutines, times);
            case RUN_INTERRUPTIBLE -> Calls.interruptible(dispatcher, coroutines, times);
            case COMPLETABLE_FUTURE -> Calls.completableFuture(pool, coroutines, times);
        };
    }
}
