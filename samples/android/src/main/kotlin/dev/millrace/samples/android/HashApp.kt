// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.app.Application
import dev.millrace.ThreadPool

/**
 * Owns the pool: one for the whole app, for as long as the process lives. Screens come and go, and cancel what is theirs.
 * Workers that have had nothing to do for ten seconds end, so an app in the background holds no thread.
 */
class HashApp : Application() {
    val pool: ThreadPool = ThreadPool.builder()
        .name("hash")
        .maxWorkers(Runtime.getRuntime().availableProcessors().coerceAtLeast(2))
        .build()

    /** Called under test only; a device ends the process. */
    override fun onTerminate() {
        pool.shutdownNow()
        super.onTerminate()
    }
}
