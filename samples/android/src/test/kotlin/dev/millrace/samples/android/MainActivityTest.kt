// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.os.Handler
import android.os.Looper
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
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import java.lang.ref.WeakReference
import java.util.concurrent.CountDownLatch

private const val EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

@RunWith(RobolectricTestRunner::class)
internal class MainActivityTest {
    private lateinit var folder: FakeFolder
    private val slow = SlowStream()
    private val deaf = SlowStream(hearsInterrupts = false)

    @Before
    fun installFolder() {
        folder = FakeFolder.install()
    }

    /** A test that failed leaves no worker behind. */
    @After
    fun letGo() {
        slow.arrived.countDown()
        deaf.arrived.countDown()
    }

    @Test
    fun bundledFilesAreHashed() {
        val screen = open().get()
        screen.click("Bundled files")
        idleUntil("all hashed") { screen.shows("Done: 6 of 6 files") }
        assertEquals(
            mapOf(
                "headrace.txt" to "2c6e82e190450abad4d43f7ab5f6d48d3cd70ad80de45cb6107b9b2603c551ad",
                "sluice.txt" to "cb0492ce8db5ed4f7f9923d38865a759858e15b2cca87d02deb782d7926cd373",
                "wheel.txt" to "92eeb3de3fab2a7c607c9ced600403144c4e643aa3dbf6b95d508318d95a00d7",
                "gears.txt" to "45511c7d886f5ecf3ffea78d39683a656ac42add497577c353efbb777d8491ac",
                "millstones.txt" to "2811735d24f6de3de8bfdcb402d391f83283574851af76558f9d4329abe2648e",
                "tailrace.txt" to "06ee80cfd2cf93f9b2e4887e8a60c6747ae0bc987549599e32dd3f4cf74d8e16",
            ),
            screen.rows(),
        )
    }

    @Test
    fun aPickedFolderIsHashedWithTheFoldersInIt() {
        folder.add("a") { "abc".byteInputStream() }
        folder.addFolder("inner")
        folder.add("b", folder = "inner") { ByteArray(0).inputStream() }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("all hashed") { screen.shows("Done: 2 of 2 files") }
        val abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assertEquals(mapOf("a" to abc, "b" to EMPTY), screen.rows())
    }

    @Test
    fun aFileThatCannotBeReadStopsNothing() {
        folder.add("a", open = ::unreadable)
        folder.add("b") { ByteArray(0).inputStream() }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("all hashed") { screen.shows("Done: 2 of 2 files") }
        assertEquals(mapOf("a" to "java.io.IOException: the disk is gone", "b" to EMPTY), screen.rows())
    }

    @Test
    fun aFolderThatFailsIsToldAndTheNextOneWorks() {
        folder.onQuery = { throw SecurityException("no longer yours") }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("failed") { screen.shows("Failed: java.lang.SecurityException: no longer yours") }
        folder.onQuery = {}
        screen.pick("Pick a folder", folder.tree)
        idleUntil("done") { screen.shows("Done: 0 of 0 files") }
    }

    @Test
    fun mainThreadIsFreeWhileAFolderIsListed() {
        val listing = CountDownLatch(1)
        val go = CountDownLatch(1)
        folder.onQuery = {
            listing.countDown()
            go.awaitPatiently("the test goes on")
        }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        listing.awaitPatiently("the folder is read")
        assertMainThreadRuns()
        assertTrue(screen.shows("Looking for files"))
        go.countDown()
        idleUntil("done") { screen.shows("Done: 0 of 0 files") }
    }

    @Test
    fun mainThreadIsFreeWhileFilesAreRead() {
        folder.add("slow") { slow }
        folder.add("quick") { ByteArray(0).inputStream() }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("one of two is hashed") { screen.shows("1 of 2 files") }
        slow.begun.awaitPatiently("the other is read")
        assertMainThreadRuns()
        assertEquals(setOf("quick"), screen.rows().keys)
        slow.arrived.countDown()
        idleUntil("done") { screen.shows("Done: 2 of 2 files") }
    }

    @Test
    fun cancelButtonInterruptsTheCode() {
        folder.add("slow") { slow }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("the file is read") { slow.begun.count == 0L }
        screen.click("Cancel")
        slow.interrupted.awaitPatiently("the code is interrupted")
        slow.closed.awaitPatiently("the file is closed")
        idleUntil("stopped") { screen.shows("Stopped: 0 of 1 files") }
    }

    @Test
    fun cancelInterruptsTheListing() {
        val listing = CountDownLatch(1)
        val interrupted = CountDownLatch(1)
        folder.onQuery = {
            listing.countDown()
            try {
                CountDownLatch(1).await()
            } catch (e: InterruptedException) {
                interrupted.countDown()
                throw e
            }
        }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        listing.awaitPatiently("the folder is read")
        idleUntil("the button is there") { screen.shows("Looking for files") }
        screen.click("Cancel")
        interrupted.awaitPatiently("the listing is interrupted")
        idleUntil("stopped") { screen.shows("Stopped: 0 of 0 files") }
    }

    @Test
    fun stoppedIsSaidOnlyWhenNoCodeRuns() {
        folder.add("deaf") { deaf }
        val screen = open().get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("the file is read") { deaf.begun.count == 0L }
        screen.click("Cancel")
        deaf.interrupted.awaitPatiently("the code is interrupted")
        idleUntil("stopping") { screen.shows("Stopping: 0 of 1 files") }
        assertEquals(1, deaf.closed.count)
        deaf.arrived.countDown()
        idleUntil("stopped") { screen.shows("Stopped: 0 of 1 files") }
        assertEquals(0, deaf.closed.count)
    }

    @Test
    fun rotationKeepsTheWorkAndShowsItsResults() {
        folder.add("slow") { slow }
        folder.add("quick") { ByteArray(0).inputStream() }
        val controller = open()
        val before = controller.get()
        before.pick("Pick a folder", folder.tree)
        idleUntil("one of two is hashed") { before.shows("1 of 2 files") }
        slow.begun.awaitPatiently("the other is read")

        controller.recreate()
        val after = controller.get()
        assertNotSame(before, after)
        idleUntil("the new one knows") { after.shows("1 of 2 files") }
        assertEquals("not interrupted", 1, slow.interrupted.count)
        slow.arrived.countDown()
        idleUntil("done") { after.shows("Done: 2 of 2 files") }
        assertEquals(mapOf("slow" to EMPTY, "quick" to EMPTY), after.rows())
        assertFalse("the old one goes on", before.shows("Done: 2 of 2 files"))
    }

    @Test
    fun leavingInterruptsTheCode() {
        folder.add("slow") { slow }
        val controller = open()
        controller.get().pick("Pick a folder", folder.tree)
        idleUntil("the file is read") { slow.begun.count == 0L }
        controller.get().finish()
        controller.pause().stop().destroy()
        slow.interrupted.awaitPatiently("the code is interrupted")
        slow.closed.awaitPatiently("the file is closed")
    }

    @Test
    fun aScreenThatWasLeftIsCollectedWhileItsCodeStillRuns() {
        folder.add("deaf") { deaf }
        val left = openAndLeave()
        deaf.interrupted.awaitPatiently("the code is interrupted")
        left.awaitCollected()
        assertEquals("still runs", 1, deaf.closed.count)
    }

    @Test
    fun aScreenThatWasLeftIsCollectedWhileItsListingStillRuns() {
        folder.onQuery = { deaf.read() }
        val left = openAndLeave()
        deaf.interrupted.awaitPatiently("the listing is interrupted")
        left.awaitCollected()
        assertEquals("still runs", 1, deaf.arrived.count)
    }

    @Test
    fun aRotatedScreenIsCollectedWhileItsWorkGoesOn() {
        folder.add("slow") { slow }
        val controller = open()
        val rotated = rotate(controller)
        rotated.awaitCollected()
        assertEquals("still runs", 1, slow.closed.count)
        slow.arrived.countDown()
        idleUntil("done") { controller.get().shows("Done: 1 of 1 files") }
    }

    @Test
    fun poolOutlivesTheScreens() {
        val first = open()
        first.get().click("Bundled files")
        first.pause().stop().destroy()
        val second = open().get()
        second.click("Bundled files")
        idleUntil("all hashed") { second.shows("Done: 6 of 6 files") }
        assertFalse((RuntimeEnvironment.getApplication() as HashApp).pool.isShutdown)
    }

    @Test
    fun oneFileOpensTheOtherScreen() {
        val screen = open().get()
        screen.click("One file (Java)")
        assertEquals(FileActivity::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
    }

    private fun open(): ActivityController<MainActivity> = Robolectric.buildActivity(MainActivity::class.java).setup()

    /** In a method of its own: no variable of the test refers to the screen. */
    private fun openAndLeave(): WeakReference<MainActivity> {
        val controller = open()
        val screen = controller.get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("the code runs") { deaf.begun.count == 0L }
        controller.pause().stop().destroy()
        return WeakReference(screen)
    }

    private fun rotate(controller: ActivityController<MainActivity>): WeakReference<MainActivity> {
        val screen = controller.get()
        screen.pick("Pick a folder", folder.tree)
        idleUntil("the file is read") { slow.begun.count == 0L }
        controller.recreate()
        return WeakReference(screen)
    }

    private fun assertMainThreadRuns() {
        var ran = false
        Handler(Looper.getMainLooper()).post { ran = true }
        shadowOf(Looper.getMainLooper()).idle()
        assertTrue(ran)
    }
}
