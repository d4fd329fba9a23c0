// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import kotlinx.coroutines.Job
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

private const val PICK_FOLDER = 1

/** Hashes many files. A rotation keeps the work; leaving the screen, or its button, stops it. */
class MainActivity : Activity() {
    private val scope = MainScope()
    private lateinit var view: MainView
    private var run: HashRun? = null
    private var following: Job? = null

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        view = MainView(this)
        view.bundled.setOnClickListener { start(::bundledFiles) }
        view.pick.setOnClickListener { startActivityForResult(Intent(Intent.ACTION_OPEN_DOCUMENT_TREE), PICK_FOLDER) }
        view.cancel.setOnClickListener { run?.cancel() }
        view.oneFile.setOnClickListener { startActivity(Intent(this, FileActivity::class.java)) }
        setContentView(view.root)
        (lastNonConfigurationInstance as HashRun?)?.let(::follow)
    }

    override fun onRetainNonConfigurationInstance(): Any? = run

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        val tree = data?.data
        if (request == PICK_FOLDER && result == RESULT_OK && tree != null) {
            // It is tempting to write contentResolver. Don't: the activity's own one leads back to the activity, and
            // the work outlives it.
            val resolver = applicationContext.contentResolver
            start { filesIn(resolver, tree) }
        }
    }

    override fun onDestroy() {
        scope.cancel()
        if (!isChangingConfigurations) run?.cancel()
        super.onDestroy()
    }

    private fun start(list: () -> List<Source>) {
        run?.cancel()
        follow(HashRun((application as HashApp).pool, list))
    }

    private fun follow(run: HashRun) {
        this.run = run
        following?.cancel()
        view.begin(run.results)
        following = scope.launch { run.progress.collect(view::show) }
    }
}
