// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.content.Intent
import android.net.Uri
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotSame
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.android.controller.ActivityController
import java.lang.ref.WeakReference
import java.time.Duration

private const val EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

@RunWith(RobolectricTestRunner::class)
internal class FileActivityTest {
    private lateinit var folder: FakeFolder
    private val slow = SlowStream()
    private val deaf = SlowStream(hearsInterrupts = false)

    @Before
    fun installFolder() {
        folder = FakeFolder.install()
    }

    @After
    fun letGo() {
        slow.arrived.countDown()
        deaf.arrived.countDown()
    }

    @Test
    fun aPickedFileIsHashed() {
        val file = folder.add("file") { ByteArray(0).inputStream() }
        val screen = open(null).get()
        assertTrue(screen.shows("Choose a file to hash."))
        screen.pick("Pick a file", file)
        idleUntil("hashed") { screen.shows(EMPTY) }
    }

    @Test
    fun aFileThatCannotBeReadIsTold() {
        val screen = open(folder.add("file", open = ::unreadable)).get()
        idleUntil("failed") { screen.shows("Failed: java.io.IOException: the disk is gone") }
    }

    @Test
    fun pickingAnotherFileInterruptsTheFirst() {
        val screen = open(folder.add("slow") { slow }).get()
        slow.begun.awaitPatiently("the first is read")
        screen.pick("Pick a file", folder.add("other") { ByteArray(0).inputStream() })
        slow.interrupted.awaitPatiently("the first is interrupted")
        idleUntil("hashed") { screen.shows(EMPTY) }
    }

    @Test
    fun rotationKeepsTheFuture() {
        val controller = open(folder.add("slow") { slow })
        val before = controller.get()
        slow.begun.awaitPatiently("the file is read")
        controller.recreate()
        val after = controller.get()
        assertNotSame(before, after)
        assertTrue(after.shows("Hashing"))
        slow.arrived.countDown()
        idleUntil("hashed") { after.shows(EMPTY) }
        assertEquals("not interrupted", 1, slow.interrupted.count)
        assertFalse("the old one is told", before.shows(EMPTY))
    }

    @Test
    fun leavingInterruptsTheCodeAndNoCallbackComes() {
        val controller = open(folder.add("slow") { slow })
        val screen = controller.get()
        slow.begun.awaitPatiently("the file is read")
        controller.pause().stop().destroy()
        slow.interrupted.awaitPatiently("the code is interrupted")
        awaitQuiet()
        assertTrue(screen.shows("Hashing"))
    }

    @Test
    fun aCallbackThatIsOnItsWayToALeftScreenDoesNothing() {
        val controller = open(folder.add("slow") { slow })
        val screen = controller.get()
        slow.begun.awaitPatiently("the file is read")
        slow.arrived.countDown()
        // The worker has posted to the main thread, which does not look before the screen is gone.
        awaitQuietBehindTheMainThread()
        controller.pause().stop().destroy()
        awaitQuiet()
        assertTrue(screen.shows("Hashing"))
    }

    @Test
    fun aScreenThatWasLeftIsCollectedWhileItsCodeStillRuns() {
        val left = openAndLeave(folder.add("deaf") { deaf })
        deaf.interrupted.awaitPatiently("the code is interrupted")
        left.awaitCollected()
        assertEquals("still runs", 1, deaf.closed.count)
    }

    @Test
    fun aRotatedScreenIsCollectedWhileItsFutureIsOpen() {
        val controller = open(folder.add("slow") { slow })
        val rotated = rotate(controller)
        rotated.awaitCollected()
        slow.arrived.countDown()
        idleUntil("hashed") { controller.get().shows(EMPTY) }
    }

    private fun open(file: Uri?): ActivityController<FileActivity> =
        Robolectric.buildActivity(FileActivity::class.java, Intent().setData(file)).setup()

    /** In a method of its own: no variable of the test refers to the screen. */
    private fun openAndLeave(file: Uri): WeakReference<FileActivity> {
        val controller = open(file)
        deaf.begun.awaitPatiently("the file is read")
        val screen = controller.get()
        controller.pause().stop().destroy()
        return WeakReference(screen)
    }

    private fun rotate(controller: ActivityController<FileActivity>): WeakReference<FileActivity> {
        slow.begun.awaitPatiently("the file is read")
        val screen = controller.get()
        controller.recreate()
        return WeakReference(screen)
    }

    /** Whatever a worker posts has been posted, and has run. */
    private fun awaitQuiet() {
        awaitQuietBehindTheMainThread()
        var last = false
        RuntimeEnvironment.getApplication().mainExecutor.execute { last = true }
        idleUntil("the main thread has nothing to do") { last }
    }

    private fun awaitQuietBehindTheMainThread() {
        val pool = (RuntimeEnvironment.getApplication() as HashApp).pool
        check(pool.awaitQuiescence(Duration.ofSeconds(30))) { "busy for 30 s: $pool" }
    }
}
