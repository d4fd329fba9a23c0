// SPDX-License-Identifier: Apache-2.0
package dev.millrace;

import java.io.NotSerializableException;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds by which fields an object refers to what cannot be serialised; Java's own exception names only its class. */
final class SerialPath {
    private static final int MOST_OBJECTS = 10_000;

    private final String culprit;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Map.Entry<Object, String>> open = new ArrayDeque<>();

    private SerialPath(String culprit) {
        this.culprit = culprit;
    }

    /** As {@code com.acme.Fetch is not Serializable (field client of com.acme.Job)}, the field only if it was found. */
    static String describe(Object root, Throwable e) {
        if (!(e instanceof NotSerializableException)) {
            return "writing its class " + root.getClass().getName() + " failed: " + Failure.describe(e);
        }
        String culprit = String.valueOf(e.getMessage());
        String hint = culprit.contains("$$Lambda")
                ? " (a lambda can travel by SerializableCallable.of and the like, in Kotlin by @JvmSerializableLambda)"
                : "";
        if (root.getClass().getName().equals(culprit)) {
            return "its class " + culprit + " is not Serializable" + hint + "; make it so";
        }
        String path = null;
        try {
            path = new SerialPath(culprit).find(root);
        } catch (RuntimeException odd) {
            // Of a collection that cannot be walked now. The class is known all the same.
        }
        return "its class " + root.getClass().getName() + " refers to " + culprit + ", which is not Serializable"
                + (path == null ? "" : ", by " + path) + hint + "; make that Serializable, or do not refer to it";
    }

    /** Breadth first: the shortest path says most. */
    private @Nullable String find(Object root) {
        enter(root, "");
        for (int looked = 0; !open.isEmpty() && looked < MOST_OBJECTS; looked++) {
            Map.Entry<Object, String> next = open.removeFirst();
            Object object = next.getKey();
            String path = next.getValue();
            if (object.getClass().getName().equals(culprit)) {
                return path;
            }
            if (object instanceof Object[]) {
                Object[] array = (Object[]) object;
                for (int i = 0; i < array.length; i++) {
                    enter(array[i], path + "[" + i + "]");
                }
            } else if (object instanceof Collection) {
                // Nothing else that can be iterated: it might have no end.
                for (Object element : (Collection<?>) object) {
                    enter(element, path + "[…]");
                }
            } else if (object instanceof Map) {
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) object).entrySet()) {
                    enter(entry.getKey(), path + "[a key]");
                    enter(entry.getValue(), path + "[…]");
                }
            } else if (object instanceof Serializable) {
                enterFields(object, path);
            }
        }
        return null;
    }

    private void enterFields(Object object, String path) {
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (!Modifier.isStatic(modifiers)
                        && !Modifier.isTransient(modifiers)
                        && !field.getType().isPrimitive()) {
                    enter(
                            valueOf(field, object),
                            path.isEmpty() ? "field " + field.getName() : path + "." + field.getName());
                }
            }
        }
    }

    /** Null where it cannot be looked at, as inside the JDK's own classes. */
    private static @Nullable Object valueOf(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (RuntimeException | IllegalAccessException closed) {
            return null;
        }
    }

    private void enter(@Nullable Object object, String path) {
        if (object != null && seen.add(object)) {
            open.addLast(Map.entry(object, path));
        }
    }
}
