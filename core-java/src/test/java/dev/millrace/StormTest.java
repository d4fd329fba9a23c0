package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Random submits, cancels, interrupts, time limits, nested waits and resizes on small pools of every kind, a shutdown at a
 * random moment, and then exact accounting. The seed is in each message; the threads' timing is not replayed by it.
 */
class StormTest {
    private static final int ROUNDS = 600;
    private static final int SUBMITTERS = 3;
    private static final int SUBMITS = 40;

    @Test
    void everyAcceptedTaskEndsOnceWhateverHappens() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            new Round(System.nanoTime()).run();
        }
    }

    /** A task that counts its runs. */
    private static final class Job implements Callable<Integer> {
        final AtomicInteger runs = new AtomicInteger();
        final AtomicInteger told = new AtomicInteger();
        final AtomicInteger exited = new AtomicInteger();
        private final Round round;
        private final int kind;
        volatile TaskFuture<Integer> future;
        volatile boolean withdrawn;

        Job(Round round, int kind) {
            this.round = round;
            this.kind = kind;
        }

        @Override
        public Integer call() throws Exception {
            runs.incrementAndGet();
            if (kind == 1) {
                Thread.sleep(0, 200_000);
            } else if (kind == 2) {
                throw new IllegalStateException("as asked");
            } else if (kind == 3) {
                Job inner = round.submit(new Random(runs.get()), 0);
                if (inner != null) {
                    inner.future.get();
                }
            }
            return 1;
        }
    }

    private static final class Round {
        private final long seed;
        private final ThreadPool pool;
        private final Queue<Job> jobs = new ConcurrentLinkedQueue<>();

        Round(long seed) {
            this.seed = seed;
            Random random = new Random(seed);
            ThreadPool.Builder builder = ThreadPool.builder()
                    .maxWorkers(1 + random.nextInt(4))
                    .idleTimeout(List.of(Duration.ZERO, Duration.ofNanos(20_000), Duration.ofDays(1))
                            .get(random.nextInt(3)));
            int policy = random.nextInt(4);
            if (policy < 3) {
                builder.boundedQueue(random.nextInt(4), WhenFull.values()[policy]);
            }
            if (random.nextInt(4) == 0) {
                builder.maxTasksPerWorker(1 + random.nextInt(3));
            }
            pool = builder.build();
        }

        void run() throws Exception {
            List<Thread> submitters = new ArrayList<>();
            for (int i = 0; i < SUBMITTERS; i++) {
                Random random = new Random(seed + i);
                submitters.add(new Thread(() -> act(random)));
            }
            submitters.forEach(Thread::start);
            Random random = new Random(seed + SUBMITTERS);
            TimeUnit.NANOSECONDS.sleep(random.nextInt(500_000));
            submitters.get(0).interrupt();
            TimeUnit.NANOSECONDS.sleep(random.nextInt(500_000));
            switch (random.nextInt(4)) {
                case 0:
                    for (Thread submitter : submitters) {
                        submitter.join();
                    }
                    pool.shutdown();
                    break;
                case 1:
                    pool.shutdown();
                    break;
                case 2:
                    pool.shutdownAndCancelPending();
                    break;
                default:
                    pool.shutdownNow();
                    break;
            }
            for (Thread submitter : submitters) {
                submitter.join(TimeUnit.SECONDS.toMillis(30));
                assertTrue(!submitter.isAlive(), () -> "a submitter hangs, seed " + seed + ", " + pool);
            }
            assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS), () -> "seed " + seed + ", " + pool);
            pool.close();
            jobs.forEach(this::account);
        }

        private void act(Random random) {
            for (int i = 0; i < SUBMITS; i++) {
                Job job = submit(random, random.nextInt(4));
                if (job != null) {
                    if (random.nextInt(4) == 0) {
                        job.withdrawn = job.future.cancelIfPending();
                    } else if (random.nextInt(4) == 0) {
                        job.future.cancel(random.nextBoolean());
                    }
                }
                if (random.nextInt(20) == 0) {
                    pool.setMaxWorkers(1 + random.nextInt(4));
                }
            }
        }

        /** Null if the task was not accepted. */
        Job submit(Random random, int kind) {
            Job job = new Job(this, kind);
            try {
                switch (random.nextInt(4)) {
                    case 0:
                        job.future = pool.submitWhenRoom(job);
                        break;
                    case 1:
                        var accepted = pool.trySubmit(job, Duration.ofNanos(random.nextInt(300_000)));
                        if (accepted.isEmpty()) {
                            return null;
                        }
                        job.future = accepted.get();
                        break;
                    case 2:
                        Duration limit = Duration.ofNanos(1 + random.nextInt(1_000_000));
                        job.future = pool.submit(job, TaskOptions.timeout(limit));
                        break;
                    default:
                        job.future = pool.submit(job);
                        break;
                }
            } catch (RejectedExecutionException refused) {
                return null;
            }
            job.future.onDone(f -> job.told.incrementAndGet());
            job.future.onExit(job.exited::incrementAndGet);
            jobs.add(job);
            return job;
        }

        private void account(Job job) {
            String what = job.future + " runs " + job.runs + ", seed " + seed;
            // A time-out, or a cancel from outside, tells on a thread that the pool does not wait for.
            Waiting.until(() -> job.future.isDone() && job.told.get() == 1 && job.exited.get() == 1);
            assertTrue(job.runs.get() <= 1, what);
            assertTrue(job.future.hasExited(), what);
            if (job.withdrawn) {
                assertEquals(0, job.runs.get(), what);
            }
            if (job.future.status() == TaskStatus.SUCCESS) {
                assertEquals(1, job.runs.get(), what);
            }
        }
    }
}
