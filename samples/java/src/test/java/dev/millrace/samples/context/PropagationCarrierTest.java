// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.context;

import dev.millrace.ContextCarrier;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;

class PropagationCarrierTest extends CarrierContract {
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    @Override
    ContextCarrier carrier() {
        return new PropagationCarrier(new ContextRegistry().registerThreadLocalAccessor(new TenantAccessor()));
    }

    @Override
    String value() {
        return TENANT.get();
    }

    @Override
    ContextCarrier.Scope with(String value) {
        TENANT.set(value);
        return TENANT::remove;
    }

    private static final class TenantAccessor implements ThreadLocalAccessor<String> {
        @Override
        public Object key() {
            return "tenant";
        }

        @Override
        public String getValue() {
            return TENANT.get();
        }

        @Override
        public void setValue(String value) {
            TENANT.set(value);
        }

        @Override
        public void setValue() {
            TENANT.remove();
        }
    }
}
