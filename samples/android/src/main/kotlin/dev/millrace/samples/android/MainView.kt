// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.app.Activity
import android.content.Context
import android.graphics.Typeface
import android.view.View
import android.view.ViewGroup
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.BaseAdapter
import android.widget.Button
import android.widget.LinearLayout
import android.widget.ListView
import android.widget.ProgressBar
import android.widget.TextView

private const val PADDING_DP = 12

/** The main screen's views. */
internal class MainView(private val activity: Activity) {
    val bundled = button("Bundled files")
    val pick = button("Pick a folder")
    val oneFile = button("One file (Java)")
    val cancel = button("Cancel").apply { isEnabled = false }
    private val bar = ProgressBar(activity, null, android.R.attr.progressBarStyleHorizontal)
    private val status = TextView(activity).apply { text = "Choose what to hash." }
    private val list = ListView(activity)
    private var rows = Rows(activity, emptyList())

    val root: View = LinearLayout(activity).apply {
        orientation = LinearLayout.VERTICAL
        val padding = (PADDING_DP * resources.displayMetrics.density).toInt()
        setPadding(padding, padding, padding, padding)
        addView(row(bundled, pick))
        addView(row(oneFile, cancel))
        addView(bar, LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT))
        addView(status, LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT))
        addView(list, LinearLayout.LayoutParams(MATCH_PARENT, 0, 1f))
    }

    /** From now on shows these, as far as [show] says. */
    fun begin(results: List<Hashed>) {
        rows = Rows(activity, results)
        list.adapter = rows
    }

    fun show(progress: Progress) {
        val (phase, done, total, problem) = progress
        bar.isIndeterminate = phase == Phase.LISTING
        bar.max = total
        bar.progress = done
        status.text = when (phase) {
            Phase.LISTING -> "Looking for files"
            Phase.HASHING -> "$done of $total files"
            Phase.STOPPING -> "Stopping: $done of $total files"
            Phase.DONE -> "Done: $done of $total files"
            Phase.STOPPED -> "Stopped: $done of $total files"
            Phase.FAILED -> "Failed: $problem"
        }
        cancel.isEnabled = progress.isRunning
        bundled.isEnabled = !progress.isRunning
        pick.isEnabled = !progress.isRunning
        rows.show(done)
    }

    private fun button(label: String) = Button(activity).apply { text = label }

    private fun row(left: View, right: View) = LinearLayout(activity).apply {
        addView(left, LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f))
        addView(right, LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f))
    }
}

/** A list of results that grows only when it is told to: a list view must hear of a new row before it sees it. */
private class Rows(private val context: Context, private val results: List<Hashed>) : BaseAdapter() {
    private var shown = 0

    fun show(count: Int) {
        shown = count
        notifyDataSetChanged()
    }

    override fun getCount() = shown

    override fun getItem(position: Int) = results[position]

    override fun getItemId(position: Int) = position.toLong()

    override fun getView(position: Int, recycled: View?, parent: ViewGroup): View {
        val row = recycled ?: View.inflate(context, android.R.layout.simple_list_item_2, null)
        row.findViewById<TextView>(android.R.id.text1).text = results[position].name
        row.findViewById<TextView>(android.R.id.text2).apply {
            typeface = Typeface.MONOSPACE
            text = results[position].text
        }
        return row
    }
}
