// SPDX-License-Identifier: Apache-2.0
import dev.millrace.*;
import java.util.*;

class Hello {
    public static void main(String[] args) {
        try (ThreadPool pool = ThreadPool.of(4)) {
            TaskFuture<Integer> length = pool.submit("millrace"::length);
            System.out.println(length.join());

            List<String> words = List.of("the race that drives the mill".split(" "));
            pool.map(words, String::length).forEach(System.out::println); // in order, as results come
        } // waits for what was submitted; no thread is left
    }
}
