// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

/** Hears how an audit goes on, from several threads at a time. */
interface Progress extends AutoCloseable {
    Progress NONE = new Progress() {
        @Override
        public void read(long bytes) {}

        @Override
        public void done(long files) {}

        @Override
        public void foundAll(long files) {}

        @Override
        public void close() {}
    };

    /** So many more bytes have been read. */
    void read(long bytes);

    /** So many files have their verdict by now. */
    void done(long files);

    /** So many will have it in the end. */
    void foundAll(long files);

    @Override
    void close();
}
