// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.util.concurrent.RejectedExecutionException;

/**
 * The pool's {@linkplain ThreadPool.Builder#initializer initializer} threw, so that no worker can be trusted: what was
 * pending failed with this exception, and every later submit throws it. What ran was left to finish. The cause is what
 * the initializer threw. Make a new pool.
 *
 * <p>Python: {@code concurrent.futures.thread.BrokenThreadPool}.
 */
public final class BrokenPoolException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    BrokenPoolException(String poolName, String causeText, Throwable cause) {
        super("pool " + poolName + " is broken: its initializer threw " + causeText + "; make a new pool", cause);
    }
}
