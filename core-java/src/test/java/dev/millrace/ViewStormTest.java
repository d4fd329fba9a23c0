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
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@link StormTest} through views of two levels and groups, with views that are shut down at random and limits that are
 * looked at in each task. The seed is in each message; the threads' timing is not replayed by it. Run it for longer with
 * {@code -Dstorm.seconds=60}.
 */
@ExtendWith(NoThreadsLeft.class)
class ViewStormTest {
    private static final int ROUNDS = 300;
    private static final int SUBMITTERS = 3;
    private static final int SUBMITS = 40;

    @Test
    void everyAcceptedTaskOfAViewEndsOnceAndLimitsHoldWhateverHappens() throws Exception {
        long seconds = Long.getLong("storm.seconds", 0);
        long start = System.nanoTime();
        for (int round = 0; round < ROUNDS || System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds); round++) {
            new Round(System.nanoTime()).run();
        }
    }

    /** An executor of the round, and how many of its tasks run, those of views within it included. */
    private static final class Place {
        final TaskExecutorService executor;
        final Place above;
        final int limit;
        final AtomicInteger running = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        Place(TaskExecutorService executor, Place above, int limit) {
            this.executor = executor;
            this.above = above;
            this.limit = limit;
        }
    }

    /** A task that counts its runs. */
    private static final class Job implements Callable<Integer> {
        final AtomicInteger runs = new AtomicInteger();
        final AtomicInteger told = new AtomicInteger();
        final AtomicInteger exited = new AtomicInteger();
        private final Round round;
        private final Place place;
        private final int kind;
        volatile TaskFuture<Integer> future;
        volatile boolean withdrawn;

        Job(Round round, Place place, int kind) {
            this.round = round;
            this.place = place;
            this.kind = kind;
        }

        @Override
        public Integer call() throws Exception {
            runs.incrementAndGet();
            // What is held by the code beneath is counted already.
            List<Place> entered = new ArrayList<>();
            for (Place p = place; p != null; p = p.above) {
                if (!round.isHeldHere(p)) {
                    entered.add(p);
                    p.most.accumulateAndGet(p.running.incrementAndGet(), Math::max);
                    round.hold(p);
                }
            }
            try {
                return act();
            } finally {
                for (Place p : entered) {
                    p.running.decrementAndGet();
                    round.letGo(p);
                }
            }
        }

        private Integer act() throws Exception {
            Random random = new Random(round.seed + kind + hashCode());
            if (kind == 1) {
                Thread.sleep(0, 200_000);
            } else if (kind == 2) {
                throw new IllegalStateException("as asked");
            } else if (kind == 3) {
                Job inner = round.submit(random, 0);
                if (inner != null) {
                    inner.future.get();
                }
            } else if (kind == 4) {
                // A cycle of waits through two full views is found only where all is waited for.
                boolean first = random.nextBoolean();
                try (TaskGroup group = (first ? place : round.any(random)).executor.group()) {
                    group.submit(() -> 1);
                    group.submit(() -> 2);
                    if (first) {
                        group.firstSuccess();
                    } else {
                        group.join();
                    }
                } catch (RejectedExecutionException refused) {
                    return 0;
                }
            }
            return 1;
        }
    }

    private static final class Round {
        private final long seed;
        private final ThreadPool pool;
        private final List<Place> places = new ArrayList<>();
        private final Queue<Job> jobs = new ConcurrentLinkedQueue<>();
        private final ThreadLocal<List<Place>> held = ThreadLocal.withInitial(ArrayList::new);

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
            Place root = new Place(pool, null, Integer.MAX_VALUE);
            places.add(root);
            for (int i = 0; i < 4; i++) {
                Place above = i < 2 ? root : places.get(1 + random.nextInt(2));
                int limit = 1 + random.nextInt(3);
                places.add(new Place(above.executor.limited(limit), above, limit));
            }
        }

        boolean isHeldHere(Place place) {
            return held.get().contains(place);
        }

        void hold(Place place) {
            held.get().add(place);
        }

        void letGo(Place place) {
            held.get().remove(place);
        }

        Place any(Random random) {
            return places.get(random.nextInt(places.size()));
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
            shutDown(places.get(1 + random.nextInt(4)).executor, random);
            TimeUnit.NANOSECONDS.sleep(random.nextInt(500_000));
            if (random.nextBoolean()) {
                for (Thread submitter : submitters) {
                    join(submitter);
                }
                // Views end by themselves while the pool goes on.
                for (Place place : places.subList(1, places.size())) {
                    place.executor.shutdown();
                    assertTerminates(place);
                }
            }
            shutDown(pool, random);
            for (Thread submitter : submitters) {
                join(submitter);
            }
            places.forEach(this::assertTerminates);
            pool.close();
            jobs.forEach(this::account);
            for (Place place : places) {
                assertTrue(place.most.get() <= place.limit, () -> place.most + " at once, " + say(place));
                assertEquals(0, place.running.get(), () -> say(place));
            }
        }

        private String say(Place place) {
            return "seed " + seed + ", " + place.executor;
        }

        private void join(Thread submitter) throws InterruptedException {
            submitter.join(TimeUnit.SECONDS.toMillis(20));
            assertTrue(!submitter.isAlive(), () -> "a submitter hangs, seed " + seed + ", " + pool);
        }

        private void assertTerminates(Place place) {
            try {
                assertTrue(place.executor.awaitTermination(20, TimeUnit.SECONDS), () -> say(place));
                assertTrue(place.executor.isTerminated(), () -> say(place));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private static void shutDown(TaskExecutorService executor, Random random) {
            switch (random.nextInt(3)) {
                case 0:
                    executor.shutdown();
                    break;
                case 1:
                    executor.shutdownAndCancelPending();
                    break;
                default:
                    executor.shutdownNow();
                    break;
            }
        }

        private void act(Random random) {
            for (int i = 0; i < SUBMITS; i++) {
                Job job = submit(random, random.nextInt(5));
                if (job != null) {
                    if (random.nextInt(4) == 0) {
                        job.withdrawn = job.future.cancelIfPending();
                    } else if (random.nextInt(4) == 0) {
                        job.future.cancel(random.nextBoolean());
                    }
                    if (random.nextInt(8) == 0) {
                        job.future.onDone(done -> submit(random, 0));
                    }
                }
                if (random.nextInt(20) == 0) {
                    pool.setMaxWorkers(1 + random.nextInt(4));
                }
            }
        }

        /** Null if the task was not accepted. */
        Job submit(Random random, int kind) {
            Place place = any(random);
            Job job = new Job(this, place, kind);
            try {
                switch (random.nextInt(4)) {
                    case 0:
                        job.future = place.executor.submitWhenRoom(job);
                        break;
                    case 1:
                        var accepted = place.executor.trySubmit(job, Duration.ofNanos(random.nextInt(300_000)));
                        if (accepted.isEmpty()) {
                            return null;
                        }
                        job.future = accepted.get();
                        break;
                    case 2:
                        Duration limit = Duration.ofNanos(1 + random.nextInt(1_000_000));
                        job.future = place.executor.submit(job, TaskOptions.timeout(limit));
                        break;
                    default:
                        job.future = place.executor.submit(job);
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
