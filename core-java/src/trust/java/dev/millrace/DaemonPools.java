// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.time.Duration;

/** Pools that the tests of one process share: nobody closes them, so their threads are daemons. */
final class DaemonPools {
    private DaemonPools() {}

    static ThreadPool of(int workers, Duration idleTimeout) {
        return ThreadPool.builder()
                .maxWorkers(workers)
                .idleTimeout(idleTimeout)
                .threadFactory(code -> {
                    Thread thread = new Thread(code, "stressed");
                    thread.setDaemon(true);
                    return thread;
                })
                .build();
    }
}
