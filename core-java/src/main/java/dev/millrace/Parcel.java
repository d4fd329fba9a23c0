// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.Objects;
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
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new IllegalArgumentException(
                    "task " + taskName + " cannot be sent to another JVM: " + SerialPath.describe(code, e), e);
        }
    }

    /** Elsewhere: runs the code. Throws nothing that it threw: what comes back is bytes, whatever its class. */
    @Override
    public byte[] call() throws IOException {
        Reply reply;
        try (ObjectInputStream in = new Opener(code)) {
            Object task = in.readObject();
            reply = isRunnable ? Reply.of((Runnable) task) : Reply.of((Callable<?>) task);
        } catch (Throwable e) {
            reply = new Reply(
                    null, new IllegalStateException("the task did not arrive: " + Failure.describe(e), sendable(e)));
        }
        return reply.pack();
    }

    /** Here: the value, or what the code threw. */
    @SuppressWarnings("BanSerializableRead") // of members of one cluster, which run each other's code anyway
    static @Nullable Object open(byte[] packed, String taskName) {
        String thrown = null;
        Reply reply;
        try (ObjectInputStream in = new Opener(packed)) {
            thrown = (String) in.readObject();
            reply = (Reply) in.readObject();
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "task " + taskName + " ran elsewhere, but its outcome cannot be read here: " + Failure.describe(e)
                            + (thrown == null ? "" : "; it threw " + thrown),
                    e);
        }
        return reply.open();
    }

    /** What was thrown, or, if that cannot travel, an exception that tells of it. */
    static Throwable sendable(Throwable thrown) {
        try {
            byte[] unused = bytes(thrown);
            return thrown;
        } catch (Throwable e) {
            return told(thrown, e);
        }
    }

    private static Throwable told(Throwable thrown, Throwable refusal) {
        IllegalStateException told = new IllegalStateException("the task threw " + Failure.describe(thrown)
                + ", which cannot be sent back: " + SerialPath.describe(thrown, refusal));
        told.setStackTrace(thrown.getStackTrace());
        return told;
    }

    /** Why a value cannot travel; null if it can. */
    static @Nullable Throwable refusal(@Nullable Object value) {
        try {
            byte[] unused = bytes(value);
            return null;
        } catch (Throwable e) {
            return refusal(Objects.requireNonNull(value), e);
        }
    }

    private static Throwable refusal(Object value, Throwable e) {
        return new IllegalStateException(
                "the task ran, but its value cannot be sent back: " + SerialPath.describe(value, e));
    }

    private static byte[] bytes(@Nullable Object... objects) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            for (Object object : objects) {
                out.writeObject(object);
            }
        }
        return bytes.toByteArray();
    }

    /** What comes back; in front of it, as a string, what was thrown, whose class may not be known here. */
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
                return new Reply(null, sendable(t));
            }
        }

        byte[] pack() throws IOException {
            try {
                return toBytes();
            } catch (Throwable e) {
                return packWithout(e);
            }
        }

        private byte[] toBytes() throws IOException {
            return bytes(thrown == null ? null : Failure.describe(thrown), this);
        }

        /**
         * What cannot travel is told of. It is tempting to ask it again what is in the way. Don't: what fails at times, as
         * where the stack is just too short, may not fail then, and nothing would be left to tell.
         */
        private byte[] packWithout(Throwable e) throws IOException {
            if (thrown != null) {
                return new Reply(null, told(thrown, e)).toBytes();
            }
            if (value instanceof SentChunk.Outcome) {
                try {
                    return new Reply(((SentChunk.Outcome) value).sendable(), null).toBytes();
                } catch (Throwable together) {
                    return new Reply(null, refusal(value, together)).toBytes();
                }
            }
            return new Reply(null, refusal(Objects.requireNonNull(value), e)).toBytes();
        }

        @Nullable
        Object open() {
            if (thrown != null) {
                throw Carried.<RuntimeException>asUnchecked(thrown);
            }
            return value;
        }
    }

    /** Looks for classes where the thread's own code does: an application's, not this library's. */
    private static final class Opener extends ObjectInputStream {
        Opener(byte[] bytes) throws IOException {
            super(new ByteArrayInputStream(bytes));
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
