// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

/** The same directory without and with the pool. */
record Comparison(AuditResult sequential, AuditResult pool) {
    /** How many times as fast the pool was. */
    double ratio() {
        return pool.seconds() > 0 ? sequential.seconds() / pool.seconds() : 0;
    }

    boolean foundTheSame() {
        return sequential.foundTheSameAs(pool);
    }

    boolean isClean() {
        return sequential.isClean() && pool.isClean() && foundTheSame();
    }
}
