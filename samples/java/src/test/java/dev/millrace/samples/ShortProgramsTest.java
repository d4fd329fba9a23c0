// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.MapProgress;
import dev.millrace.TaskFuture;
import dev.millrace.TaskTimeoutException;
import dev.millrace.ThreadPool;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ShortProgramsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            classes = {
                OrderedMap.class,
                UnorderedWithProgress.class,
                BoundedPipeline.class,
                CancelSlowWork.class,
                FailFastGroup.class,
                SerialLane.class,
                RetryByHand.class,
                WatchedPool.class,
                ComingFromPython.class,
                ComingFromPythonPool.class
            })
    void eachProgramRunsAndSaysSomething(Class<?> program) throws Exception {
        Files.writeString(directory.resolve("file.txt"), "content");
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            program.getMethod("main", String[].class).invoke(null, (Object) new String[] {directory.toString()});
        } finally {
            System.setOut(before);
        }
        assertFalse(out.toString(StandardCharsets.UTF_8).isBlank());
    }

    @Test
    void orderedMapAnswersInTheOrderOfTheNames() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 100; i < 200; i++) {
            Files.writeString(directory.resolve(i + ".txt"), "line\n".repeat(i));
            expected.add(i + ".txt: " + i + " lines");
        }

        List<String> answers = new ArrayList<>();
        OrderedMap.countLines(directory, answers::add);

        assertEquals(expected, answers);
    }

    @Test
    void unorderedLetsNobodyWaitForASlowFileAndTellsTheEnd() {
        List<Path> files = Stream.of("slow", "a", "b", "c").map(Path::of).toList();
        CountDownLatch others = new CountDownLatch(3);
        AtomicReference<MapProgress> last = new AtomicReference<>();

        List<String> answers = new ArrayList<>();
        UnorderedWithProgress.answer(
                files,
                file -> {
                    if (file.equals(Path.of("slow"))) {
                        Waiting.await(others);
                    }
                    return file.toString();
                },
                answer -> {
                    answers.add(answer);
                    others.countDown();
                },
                last::set);

        assertEquals(Set.of("slow", "a", "b", "c"), new HashSet<>(answers));
        assertEquals("slow", answers.get(3));
        assertEquals("4 of 4 done, 0 failed", last.toString());
    }

    @Test
    void thePipelineNeverReadsMoreThanAWindowAhead() {
        AtomicInteger read = new AtomicInteger();
        List<BigInteger> primes = new ArrayList<>();

        BoundedPipeline.primesAbove(endless(read), 30, prime -> {
            primes.add(prime);
            assertTrue(read.get() - primes.size() <= BoundedPipeline.WINDOW, () -> read + " read");
        });

        assertEquals(30, primes.size());
        assertEquals(
                List.of(2, 2, 3, 5),
                primes.stream().limit(4).map(BigInteger::intValue).toList());
    }

    private static Iterator<BigInteger> endless(AtomicInteger read) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public BigInteger next() {
                return BigInteger.valueOf(read.getAndIncrement());
            }
        };
    }

    @Test
    void cancelledWorkEndsWhetherItWaitsOrComputes() throws Exception {
        try (ThreadPool pool = ThreadPool.of(2)) {
            TaskFuture<Void> waiting = pool.submit(() -> {
                new CountDownLatch(1).await();
                return null;
            });
            TaskFuture<Long> computing = pool.submit(CancelSlowWork::count);
            Waiting.until(() -> waiting.isRunning() && computing.isRunning());

            assertEquals("CANCELLED, and its code has ended", CancelSlowWork.stop(waiting));
            assertEquals("CANCELLED, and its code has ended", CancelSlowWork.stop(computing));
        }
    }

    @Test
    void theGroupPutsTwoAnswersTogether() throws Exception {
        try (ThreadPool pool = ThreadPool.of(1)) {
            assertEquals("Ada has 3 orders", FailFastGroup.page(pool, () -> "Ada", () -> 3));
        }
    }

    @Test
    void theGroupEndsAsSoonAsOneFails() {
        IllegalStateException failure = new IllegalStateException("down");
        CountDownLatch asking = new CountDownLatch(1);
        AtomicReference<Exception> told = new AtomicReference<>();
        try (ThreadPool pool = ThreadPool.of(2)) {
            Exception thrown = assertThrows(
                    IllegalStateException.class,
                    () -> FailFastGroup.page(
                            pool,
                            () -> {
                                asking.countDown();
                                try {
                                    new CountDownLatch(1).await();
                                } catch (InterruptedException e) {
                                    told.set(e);
                                    throw e;
                                }
                                return "never";
                            },
                            () -> {
                                Waiting.await(asking);
                                throw failure;
                            }));

            assertSame(failure, thrown);
            assertTrue(told.get() instanceof InterruptedException, "told before the block is left");
        }
    }

    @Test
    void theLaneBooksEverythingOneAfterTheOtherInOrder() {
        List<Integer> amounts = IntStream.range(0, 10_000).boxed().toList();
        try (ThreadPool pool = ThreadPool.of(4)) {
            SerialLane.Account account = SerialLane.bookAll(pool, amounts);

            assertEquals(amounts, account.bookings());
            assertEquals(amounts.stream().mapToLong(amount -> amount).sum(), account.balance());
            assertFalse(pool.isShutdown(), "the lane is closed, not the pool");
        }
    }

    @Test
    void whatHangsIsTriedAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (ThreadPool pool = ThreadPool.of(1)) {
            String result = RetryByHand.retry(
                    pool,
                    () -> {
                        if (attempts.incrementAndGet() == 1) {
                            new CountDownLatch(1).await();
                        }
                        return "done";
                    },
                    // Many, because on a busy machine an attempt may come too late without hanging.
                    1_000,
                    Duration.ofMillis(50));

            assertEquals("done", result);
            assertTrue(attempts.get() >= 2, () -> attempts + " attempts");
        }
    }

    @Test
    void theLastAttemptsFailureIsThrown() {
        AtomicInteger attempts = new AtomicInteger();
        try (ThreadPool pool = ThreadPool.of(1)) {
            Exception thrown = assertThrows(
                    IllegalStateException.class,
                    () -> RetryByHand.retry(
                            pool,
                            () -> {
                                throw new IllegalStateException("attempt " + attempts.incrementAndGet());
                            },
                            3,
                            Duration.ofMinutes(1)));

            assertEquals("attempt 3", thrown.getMessage());
            assertThrows(
                    TaskTimeoutException.class,
                    () -> RetryByHand.retry(pool, new LinkedBlockingQueue<>()::take, 1, Duration.ofMillis(1)));
        }
    }
}
