// SPDX-License-Identifier: Apache-2.0
/** The pool for coroutines. */
module dev.millrace.coroutines {
    requires transitive dev.millrace;
    requires transitive kotlin.stdlib;
    requires transitive kotlinx.coroutines.core;

    exports dev.millrace.coroutines;
}
