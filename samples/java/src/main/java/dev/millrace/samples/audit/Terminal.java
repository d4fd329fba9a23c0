// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/** Whether people look at stderr. */
final class Terminal {
    private Terminal() {}

    /**
     * Asks the system's {@code test} command; where there is none, nobody looks. {@code System.console()} knows stdin
     * and stdout only.
     */
    static boolean isStderr() {
        try {
            return new ProcessBuilder("test", "-t", "2")
                            .redirectError(Redirect.INHERIT)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
