// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import dev.millrace.ContextCarrier;
import java.util.Map;
import org.slf4j.MDC;

/** Takes SLF4J's MDC along, so that what a task logs bears the marks of who submitted it. */
public final class MdcCarrier implements ContextCarrier {
    /**
     * It is tempting to return null where the MDC is empty. Don't: a task that waits may run this one on its own thread,
     * where its own MDC is in place.
     */
    @Override
    public Snapshot capture() {
        Map<String, String> mine = MDC.getCopyOfContextMap();
        return () -> {
            Map<String, String> before = MDC.getCopyOfContextMap();
            put(mine);
            return () -> put(before);
        };
    }

    private static void put(Map<String, String> context) {
        if (context == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(context);
        }
    }
}
