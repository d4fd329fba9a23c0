// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android;

import android.app.Activity;
import android.content.ContentResolver;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.TextView;
import dev.millrace.Registration;
import dev.millrace.TaskFuture;
import java.util.concurrent.Executor;

/**
 * Hashes one file, without coroutines: a future, whose callback comes to the main thread through a handler. The file is the
 * intent's, or one that the user picks. What a rotation keeps is the future itself.
 */
public final class FileActivity extends Activity {
    private static final int PICK_FILE = 1;
    private static final int PADDING_DP = 12;

    /** The main thread as an executor. */
    private final Executor main = new Handler(Looper.getMainLooper())::post;

    private TextView status;
    /** Null before a file is chosen; so is the next. */
    private TaskFuture<String> hash;

    private Registration registration;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(views());
        Uri file = getIntent().getData();
        TaskFuture<String> kept = kept();
        if (kept != null) {
            follow(kept);
        } else if (file != null) {
            follow(submit(file));
        }
    }

    @SuppressWarnings("unchecked") // what the method below returned
    private TaskFuture<String> kept() {
        return (TaskFuture<String>) getLastNonConfigurationInstance();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the next instance looks at it
    public Object onRetainNonConfigurationInstance() {
        return hash;
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        if (request == PICK_FILE && result == RESULT_OK && data != null && data.getData() != null) {
            stop();
            follow(submit(data.getData()));
        }
    }

    @Override
    protected void onDestroy() {
        if (isChangingConfigurations()) {
            forget();
        } else {
            stop();
        }
        super.onDestroy();
    }

    private TaskFuture<String> submit(Uri file) {
        // The application's: the task must not lead to this activity, which it may outlive.
        ContentResolver resolver = getApplicationContext().getContentResolver();
        return ((HashApp) getApplication()).getPool().submit(() -> Sources.document(resolver, file.toString(), file)
                .sha256());
    }

    private void follow(TaskFuture<String> future) {
        hash = future;
        status.setText("Hashing");
        registration = future.onDone(this::show, main);
    }

    private void show(TaskFuture<String> done) {
        // Too late for the registration, if the callback was on its way when it was taken back.
        if (done != hash || isDestroyed()) {
            return;
        }
        switch (done.status()) {
            case SUCCESS:
                status.setText(done.resultNow());
                break;
            case FAILED:
                status.setText("Failed: " + done.exceptionNow());
                break;
            default:
                status.setText("Stopped");
                break;
        }
    }

    /** From here on the future does not refer to this activity, however long its code still runs. */
    private void forget() {
        if (registration != null) {
            registration.remove();
        }
    }

    private void stop() {
        forget();
        if (hash != null) {
            hash.cancel(true);
        }
    }

    private LinearLayout views() {
        Button pick = new Button(this);
        pick.setText("Pick a file");
        pick.setOnClickListener(view -> startActivityForResult(
                new Intent(Intent.ACTION_OPEN_DOCUMENT)
                        .addCategory(Intent.CATEGORY_OPENABLE)
                        .setType("*/*"),
                PICK_FILE));
        status = new TextView(this);
        status.setText("Choose a file to hash.");

        int padding = (int) (PADDING_DP * getResources().getDisplayMetrics().density);
        LinearLayout column = new LinearLayout(this);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setPadding(padding, padding, padding, padding);
        column.addView(pick);
        column.addView(status);
        return column;
    }
}
