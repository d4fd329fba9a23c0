// SPDX-License-Identifier: Apache-2.0
/** The thread pool and the future. */
module dev.millrace {
    requires java.logging;
    requires static jdk.jfr;
    requires static transitive org.jspecify;

    exports dev.millrace;

    uses dev.millrace.Capabilities.Provider;
}
