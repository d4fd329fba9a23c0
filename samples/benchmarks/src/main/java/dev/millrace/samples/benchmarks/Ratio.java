// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.benchmarks;

/**
 * How many times as much a peer took as we did.
 *
 * @param error from the errors of both, taken as independent; NaN if one of them is unknown
 */
record Ratio(double value, double error) {
    static Ratio of(Score peer, Score ours) {
        if (peer.measuresTheSameAs(ours)) {
            return new Ratio(1, 0);
        }
        double value = peer.value() / ours.value();
        return new Ratio(value, value * Math.hypot(peer.error() / peer.value(), ours.error() / ours.value()));
    }

    /** Whether we are level or ahead, within the error. */
    boolean isLevel() {
        return value + (Double.isNaN(error) ? 0 : error) >= 1;
    }
}
