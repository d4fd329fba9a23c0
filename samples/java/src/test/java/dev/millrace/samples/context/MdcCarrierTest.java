// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.ContextCarrier;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@SuppressWarnings("try") // a scope is opened to be closed
class MdcCarrierTest extends CarrierContract {
    @Override
    ContextCarrier carrier() {
        return new MdcCarrier();
    }

    @Override
    String value() {
        return MDC.get("request");
    }

    @Override
    ContextCarrier.Scope with(String value) {
        MDC.MDCCloseable entry = MDC.putCloseable("request", value);
        return entry::close;
    }

    @Test
    void aLineThatATaskLogsBearsItsSubmittersMarks() {
        Logger logger = (Logger) LoggerFactory.getLogger("requests");
        ListAppender<ILoggingEvent> lines = new ListAppender<>() {
            @Override
            protected void append(ILoggingEvent line) {
                line.prepareForDeferredProcessing(); // else the marks are those of who asks
                super.append(line);
            }
        };
        lines.start();
        logger.setAdditive(false);
        logger.addAppender(lines);
        try (MDC.MDCCloseable request = MDC.putCloseable("request", "r-17")) {
            pool.submit(() -> logger.info("looked up")).join();
        } finally {
            logger.detachAppender(lines);
        }

        assertEquals(Map.of("request", "r-17"), lines.list.get(0).getMDCPropertyMap());
    }
}
