// SPDX-License-Identifier: Apache-2.0
package dev.millrace.coroutines.pages

import java.util.concurrent.atomic.AtomicInteger

private val count = AtomicInteger()

/** The lines between the comment `// shown` and this call stand in README or in a guide; the call says that they have run. */
internal fun shown() {
    count.incrementAndGet()
}

/** How often that was called. */
internal fun timesShown(): Int = count.get()
