package dev.millrace;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A task on its way to another JVM, and the way back of its outcome. The code travels as bytes that were made when it was
 * submitted: what it refers to may change afterwards, and whether it can travel is known at once.
 */
final class Parcel implements Callable<byte[]>, Serializable {
    private static final long serialVersionUID = 1;

    private final byte[] code;
    private final boolean isRunnable;

    private Parcel(byte[] code, boolean isRunnable) {
        this.code = code;
        this.isRunnable = isRunnable;
    }

    /** @throws IllegalArgumentException if the code cannot travel; says what is in the way */
    static Parcel of(Object code, boolean isRunnable, String taskName) {
        try {
            return new Parcel(bytes(code), isRunnable);
        } catch (NotSerializableException e) {
            throw new IllegalArgumentException(
                    "task " + taskName + " cannot be sent to another JVM: " + SerialPath.describe(code, e)
                            + "; make that Serializable, or do not refer to it",
                    e);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("task " + taskName + " cannot be sent to another JVM: " + e, e);
        }
    }

    /** Elsewhere: runs the code. Throws nothing that it threw: what comes back is bytes, whatever its class. */
    @Override
    public byte[] call() throws IOException {
        Reply reply;
        try {
            Object task = object(code);
            reply = isRunnable ? Reply.of((Runnable) task) : Reply.of((Callable<?>) task);
        } catch (Exception | LinkageError e) {
            reply = new Reply(null, new IllegalStateException("the task did not arrive: " + e, e));
        }
        return reply.pack();
    }

    /** Here: the value, or what the code threw. */
    static @Nullable Object open(byte[] reply) throws Exception {
        return ((Reply) object(reply)).open();
    }

    private static byte[] bytes(@Nullable Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("BanSerializableRead") // between the members of one cluster, which run each other's code anyway
    private static Object object(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new Opener(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    /** What comes back. */
    private static final class Reply implements Serializable {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // whether it is serializable shows when it is packed
        private final @Nullable Object value;

        private final @Nullable Throwable thrown;

        private Reply(@Nullable Object value, @Nullable Throwable thrown) {
            this.value = value;
            this.thrown = thrown;
        }

        static Reply of(Runnable task) {
            return of(() -> {
                task.run();
                return null;
            });
        }

        static Reply of(Callable<?> task) {
            try {
                return new Reply(task.call(), null);
            } catch (Throwable t) {
                return new Reply(null, t);
            }
        }

        byte[] pack() throws IOException {
            try {
                return bytes(this);
            } catch (NotSerializableException e) {
                return bytes(new Reply(null, unsendable(e)));
            } catch (RuntimeException e) {
                return bytes(new Reply(null, new IllegalStateException("the outcome cannot be sent back: " + e)));
            }
        }

        private Throwable unsendable(NotSerializableException e) {
            Object what = thrown == null ? value : thrown;
            String path = what == null ? e.getMessage() : SerialPath.describe(what, e);
            IllegalStateException said = new IllegalStateException(
                    thrown == null
                            ? "the task ran, but its value cannot be sent back: " + path
                            : "the task threw " + thrown + ", which cannot be sent back: " + path);
            if (thrown != null) {
                said.setStackTrace(thrown.getStackTrace());
            }
            return said;
        }

        @Nullable
        Object open() throws Exception {
            if (thrown instanceof Error) {
                throw (Error) thrown;
            }
            if (thrown != null) {
                throw (Exception) thrown;
            }
            return value;
        }
    }

    /** Looks for classes where the thread's own code does: an application's, not this library's. */
    private static final class Opener extends ObjectInputStream {
        Opener(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context != null) {
                try {
                    return Class.forName(description.getName(), false, context);
                } catch (ClassNotFoundException notThere) {
                    // A primitive, or of this library.
                }
            }
            return super.resolveClass(description);
        }
    }
}
