// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

/** When {@link TaskFutures#waitFor} returns. Python: the constants of {@code concurrent.futures.wait}. */
public enum ReturnWhen {
    /** As soon as one of the futures is done, cancelled ones included. */
    FIRST_COMPLETED,
    /** As soon as one of the futures has failed, or when all are done; a cancelled one does not count as failed. */
    FIRST_EXCEPTION,
    /** When all are done. */
    ALL_COMPLETED
}
