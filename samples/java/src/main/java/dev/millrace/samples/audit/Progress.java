package dev.millrace.samples.audit;

/** Hears how an audit goes on, from several threads at a time. */
interface Progress extends AutoCloseable {
    Progress NONE = new Progress() {
        @Override
        public void found(long bytes) {}

        @Override
        public void foundAll() {}

        @Override
        public void read(long bytes) {}

        @Override
        public void close() {}
    };

    /** One more file of that size is to be read. */
    void found(long bytes);

    /** No more files will be found. */
    void foundAll();

    /** So many more bytes have been read. */
    void read(long bytes);

    @Override
    void close();
}
