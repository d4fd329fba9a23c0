// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.android

import android.graphics.Bitmap
import android.graphics.Canvas
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File

@RunWith(RobolectricTestRunner::class)
internal class ScreenshotTest {
    /** README shows it. */
    @Test
    @GraphicsMode(GraphicsMode.Mode.NATIVE)
    @Config(qualifiers = "w360dp-h640dp-hdpi")
    fun mainScreenCanBeSeen() {
        val controller = Robolectric.buildActivity(MainActivity::class.java)
        val screen = controller.get()
        // As the manifest says, which Robolectric has not read.
        screen.setTheme(android.R.style.Theme_Material_Light_DarkActionBar)
        screen.title = "Millrace hashes"
        controller.setup()
        screen.click("Bundled files")
        idleUntil("all six stand there") { screen.rows().size == 6 && screen.texts().containsAll(screen.rows().values) }

        val window = screen.window.decorView
        val picture = Bitmap.createBitmap(window.width, window.height, Bitmap.Config.ARGB_8888)
        window.draw(Canvas(picture))
        File("target/screenshot.png").outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }

        val pixels = IntArray(picture.width * picture.height)
        picture.getPixels(pixels, 0, picture.width, 0, 0, picture.width, picture.height)
        assertTrue("letters have many shades: ${pixels.toSet().size}", pixels.toSet().size > 50)
    }
}
