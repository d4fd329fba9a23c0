// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Intent;
import android.net.Uri;
import android.os.Looper;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.TextView;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.w3c.dom.NodeList;

/**
 * Uses the app as the system does: by the names in its manifest. It names none of the app's classes, nor of its libraries,
 * because it runs on what R8 leaves of them, too.
 */
@RunWith(RobolectricTestRunner.class)
public class AppSmokeTest {
    private static final long PATIENCE_SECONDS = 30;

    @Test
    public void launchedScreenHashesItsFiles() throws Exception {
        assertEquals(
                namesOf("application").get(0),
                RuntimeEnvironment.getApplication().getClass().getName());
        Activity screen = open(namesOf("activity").get(0), null).get();
        find(screen, Button.class, "Bundled files").performClick();
        idleUntilShown(screen, "Done: 6 of 6 files");
    }

    @Test
    public void otherScreenHashesTheFileOfItsIntent() throws Exception {
        Uri file = fileWith(new ByteArrayInputStream(new byte[0]));
        Activity screen = open(namesOf("activity").get(1), file).get();
        idleUntilShown(screen, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    public void leavingTheOtherScreenInterruptsItsCode() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Uri file = fileWith(new InputStream() {
            @Override
            public int read() throws IOException {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                    return -1;
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw new InterruptedIOException();
                }
            }
        });
        ActivityController<?> controller = open(namesOf("activity").get(1), file);
        assertTrue(begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        controller.pause().stop().destroy();
        assertTrue(interrupted.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    private static Uri fileWith(InputStream content) {
        Uri uri = Uri.parse("content://dev.millrace.fake/file");
        shadowOf(RuntimeEnvironment.getApplication().getContentResolver()).registerInputStream(uri, content);
        return uri;
    }

    private static List<String> namesOf(String tag) throws Exception {
        NodeList found = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new File("src/main/AndroidManifest.xml"))
                .getElementsByTagName(tag);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            names.add(found.item(i).getAttributes().getNamedItem("android:name").getNodeValue());
        }
        return names;
    }

    private static ActivityController<? extends Activity> open(String name, Uri file) throws Exception {
        return Robolectric.buildActivity(Class.forName(name).asSubclass(Activity.class), new Intent().setData(file))
                .setup();
    }

    private static void idleUntilShown(Activity screen, String text) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!texts(screen).contains(text)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(text + " is not shown after " + PATIENCE_SECONDS + " s: " + texts(screen));
            }
            shadowOf(Looper.getMainLooper()).idle();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static <V extends TextView> V find(Activity screen, Class<V> type, String text) {
        return views(screen).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(view -> text.contentEquals(view.getText()))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> texts(Activity screen) {
        List<String> texts = new ArrayList<>();
        for (View view : views(screen)) {
            if (view instanceof TextView) {
                texts.add(((TextView) view).getText().toString());
            }
        }
        return texts;
    }

    private static List<View> views(Activity screen) {
        List<View> views = new ArrayList<>();
        collect(screen.getWindow().getDecorView(), views);
        return views;
    }

    private static void collect(View view, List<View> into) {
        into.add(view);
        if (view instanceof ViewGroup) {
            ViewGroup group = (ViewGroup) view;
            for (int i = 0; i < group.getChildCount(); i++) {
                collect(group.getChildAt(i), into);
            }
        }
    }
}
