// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

/** Puts results into words, a line end behind the last. */
interface Report {
    String of(AuditResult result);

    String of(Comparison comparison);
}
