package dev.millrace.samples.android;

import static org.junit.Assert.assertEquals;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.os.Looper;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.TextView;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
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
        Activity screen = open(namesOf("activity").get(0));
        find(screen, Button.class, "Bundled files").performClick();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!texts(screen).contains("Done: 6 of 6 files")) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not done after " + PATIENCE_SECONDS + " s: " + texts(screen));
            }
            shadowOf(Looper.getMainLooper()).idle();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Test
    public void eachScreenOpens() throws Exception {
        for (String name : namesOf("activity")) {
            open(name);
        }
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

    private static Activity open(String name) throws Exception {
        return Robolectric.buildActivity(Class.forName(name).asSubclass(Activity.class))
                .setup()
                .get();
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
