// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** The home of tasks that no executor has: nothing happens by itself. */
final class PlainHome extends TaskHome {
    PlainHome() {
        super(new FakeBackend(), null);
    }

    @Override
    String name() {
        return "plain";
    }
}
