// SPDX-License-Identifier: Apache-2.0
@file:JvmName("Sources")

package dev.millrace.samples.android

import android.content.ContentResolver
import android.net.Uri
import android.provider.DocumentsContract
import android.provider.DocumentsContract.Document
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.io.InterruptedIOException
import java.security.MessageDigest

private const val BLOCK_BYTES = 64 * 1024
private val BUNDLED = listOf("headrace", "sluice", "wheel", "gears", "millstones", "tailrace")

/** What can be hashed, under the name to show it with. */
class Source(val name: String, private val open: () -> InputStream) {
    /**
     * As hex digits. Blocks; an interrupt ends it after the current block, or at once if the stream listens, too.
     *
     * @throws InterruptedIOException if the thread is interrupted
     */
    @Throws(IOException::class)
    fun sha256(): String {
        val digest = MessageDigest.getInstance("SHA-256")
        val block = ByteArray(BLOCK_BYTES)
        open().use { stream ->
            while (true) {
                if (Thread.interrupted()) throw InterruptedIOException("interrupted while hashing $name")
                val length = stream.read(block)
                if (length < 0) break
                digest.update(block, 0, length)
            }
        }
        return digest.digest().joinToString("") { "%02x".format(it) }
    }
}

/** Files that come with the app. */
fun bundledFiles(): List<Source> = BUNDLED.map { name ->
    val path = "/bundled/$name.txt"
    Source("$name.txt") { Source::class.java.getResourceAsStream(path) ?: throw FileNotFoundException(path) }
}

/** The files of a folder that the user picked, and of the folders in it. Blocks, as its provider may be far away. */
@Throws(IOException::class)
fun filesIn(resolver: ContentResolver, tree: Uri): List<Source> = buildList {
    val folders = ArrayDeque(listOf(DocumentsContract.getTreeDocumentId(tree)))
    while (folders.isNotEmpty()) {
        if (Thread.interrupted()) throw InterruptedIOException("interrupted while listing $tree")
        val children = DocumentsContract.buildChildDocumentsUriUsingTree(tree, folders.removeFirst())
        val columns = arrayOf(Document.COLUMN_DOCUMENT_ID, Document.COLUMN_DISPLAY_NAME, Document.COLUMN_MIME_TYPE)
        val rows = resolver.query(children, columns, null, null, null) ?: throw IOException("no answer from $children")
        rows.use {
            while (rows.moveToNext()) {
                val id = rows.getString(0)
                if (rows.getString(2) == Document.MIME_TYPE_DIR) {
                    folders += id
                } else {
                    add(document(resolver, rows.getString(1), DocumentsContract.buildDocumentUriUsingTree(tree, id)))
                }
            }
        }
    }
}

/** A document that the user picked. */
fun document(resolver: ContentResolver, name: String, uri: Uri): Source =
    Source(name) { resolver.openInputStream(uri) ?: throw FileNotFoundException("no content: $uri") }
