// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.app.Activity
import android.content.ContentProvider
import android.content.ContentValues
import android.content.Intent
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.provider.DocumentsContract
import android.provider.DocumentsContract.Document
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.io.IOException
import java.io.InputStream
import java.io.InterruptedIOException
import java.util.concurrent.CountDownLatch

private const val AUTHORITY = "dev.millrace.fake"
private const val ROOT = "root"

/** A folder as another app would provide it: it has the files that a test puts there. */
internal class FakeFolder : ContentProvider() {
    private val files = mutableMapOf<String, List<String>>()

    val tree: Uri = DocumentsContract.buildTreeDocumentUri(AUTHORITY, ROOT)

    /** Runs when the folder is read, where it is read. */
    var onQuery: () -> Unit = {}

    /** Adds a file, and returns where it is. */
    fun add(name: String, folder: String = ROOT, open: () -> InputStream): Uri {
        files[folder] = files[folder].orEmpty() + name
        val uri = DocumentsContract.buildDocumentUriUsingTree(tree, name)
        shadowOf(RuntimeEnvironment.getApplication().contentResolver).registerInputStreamSupplier(uri) { open() }
        return uri
    }

    fun addFolder(name: String) {
        files[ROOT] = files[ROOT].orEmpty() + name
        files[name] = emptyList()
    }

    override fun query(
        uri: Uri,
        columns: Array<String>?,
        where: String?,
        args: Array<String>?,
        order: String?,
    ): Cursor {
        onQuery()
        val rows = MatrixCursor(columns)
        for (name in files[DocumentsContract.getDocumentId(uri)].orEmpty()) {
            rows.addRow(arrayOf(name, name, if (name in files) Document.MIME_TYPE_DIR else "text/plain"))
        }
        return rows
    }

    override fun onCreate() = true

    override fun getType(uri: Uri): String? = null

    override fun insert(uri: Uri, values: ContentValues?): Uri = throw UnsupportedOperationException("$uri")

    override fun delete(uri: Uri, where: String?, args: Array<String>?) = throw UnsupportedOperationException("$uri")

    override fun update(uri: Uri, values: ContentValues?, where: String?, args: Array<String>?) =
        throw UnsupportedOperationException("$uri")

    companion object {
        fun install(): FakeFolder = Robolectric.buildContentProvider(FakeFolder::class.java).create(AUTHORITY).get()
    }
}

/** As if the user had picked [uri] in the system's own screen. */
internal fun Activity.pick(label: String, uri: Uri) {
    click(label)
    val asked = shadowOf(this).nextStartedActivityForResult
    shadowOf(this).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(uri))
}

/** A file that comes from far away: its first byte comes when the test says so. Then it ends. */
internal class SlowStream(private val hearsInterrupts: Boolean = true) : InputStream() {
    val begun = CountDownLatch(1)
    val arrived = CountDownLatch(1)

    /** Counted down by an interrupt, and by nothing else. */
    val interrupted = CountDownLatch(1)
    val closed = CountDownLatch(1)

    override fun read(): Int {
        begun.countDown()
        while (true) {
            try {
                arrived.await()
                return -1
            } catch (e: InterruptedException) {
                interrupted.countDown()
                if (hearsInterrupts) throw InterruptedIOException("interrupted")
            }
        }
    }

    override fun close() = closed.countDown()
}

/** A file that cannot be read. */
internal fun unreadable(): InputStream = throw IOException("the disk is gone")
