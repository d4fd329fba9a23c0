// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.app.Activity
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.ListView
import android.widget.TextView
import org.robolectric.Shadows.shadowOf
import java.lang.ref.WeakReference
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.LockSupport

private const val PATIENCE_SECONDS = 30L

/** The test's thread is the main thread: what is posted to it runs in here only. */
internal fun idleUntil(what: String, condition: () -> Boolean) {
    val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)
    while (!condition()) {
        check(System.nanoTime() - end < 0) { "not within $PATIENCE_SECONDS s: $what" }
        shadowOf(Looper.getMainLooper()).idle()
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1))
    }
}

/** Blocks the main thread, of all things: nothing that it should run can be what brings this about. */
internal fun CountDownLatch.awaitPatiently(what: String) =
    check(await(PATIENCE_SECONDS, TimeUnit.SECONDS)) { "not within $PATIENCE_SECONDS s: $what" }

internal fun WeakReference<*>.awaitCollected() = idleUntil("${get()?.javaClass} is collected") {
    System.gc()
    get() == null
}

internal fun Activity.click(label: String) {
    val button = views().filterIsInstance<Button>().single { it.text.toString() == label }
    check(button.isEnabled) { "is disabled: $label" }
    button.performClick()
}

internal fun Activity.texts(): List<String> = views().filterIsInstance<TextView>().map { it.text.toString() }.toList()

internal fun Activity.shows(text: String) = text in texts()

/** Name and hash of each row, whether it fits the screen or not. */
internal fun Activity.rows(): Map<String, String> {
    val adapter = views().filterIsInstance<ListView>().single().adapter ?: return emptyMap()
    return (0 until adapter.count).map { adapter.getItem(it) as Hashed }.associate { it.name to it.text }
}

private fun Activity.views() = window.decorView.all()

private fun View.all(): Sequence<View> = sequence {
    yield(this@all)
    if (this@all is ViewGroup) for (i in 0 until childCount) yieldAll(getChildAt(i).all())
}
