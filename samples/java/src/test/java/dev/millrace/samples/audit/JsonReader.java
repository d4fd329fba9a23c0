// SPDX-License-Identifier: Apache-2.0
package dev.millrace.samples.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads JSON strictly, for tests: maps, lists, texts, doubles, booleans, null. */
final class JsonReader {
    private static final Pattern TOKEN = Pattern.compile("\\s*([\\[\\]{},:]|true|false|null"
            + "|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?"
            + "|\"(?:[^\"\\\\\\p{Cntrl}]|\\\\(?:[\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))*\")\\s*");

    private final String json;
    private final Matcher tokens;
    private String token;

    private JsonReader(String json) {
        this.json = json;
        tokens = TOKEN.matcher(json);
        advance();
    }

    static Object read(String json) {
        JsonReader reader = new JsonReader(json);
        Object value = reader.value();
        reader.ensure(reader.token.isEmpty());
        return value;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> readMap(String json) {
        return (Map<String, Object>) read(json);
    }

    private Object value() {
        String first = advance();
        switch (first.isEmpty() ? ' ' : first.charAt(0)) {
            case '{':
                return map();
            case '[':
                return list();
            case '"':
                return unescaped(first);
            case 't', 'f':
                return Boolean.valueOf(first);
            case 'n':
                return null;
            default:
                ensure(!first.isEmpty() && "]},:".indexOf(first.charAt(0)) < 0);
                return Double.valueOf(first);
        }
    }

    private Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        while (!token.equals("}")) {
            ensure(token.startsWith("\""));
            String key = unescaped(advance());
            ensure(advance().equals(":"));
            ensure(!map.containsKey(key));
            map.put(key, value());
            skipComma("}");
        }
        advance();
        return map;
    }

    private List<Object> list() {
        List<Object> list = new ArrayList<>();
        while (!token.equals("]")) {
            list.add(value());
            skipComma("]");
        }
        advance();
        return list;
    }

    private void skipComma(String end) {
        if (!token.equals(end)) {
            ensure(advance().equals(",") && !token.equals(end));
        }
    }

    /** Knows the escapes that {@link Json} writes. */
    private static String unescaped(String quoted) {
        String text = quoted.substring(1, quoted.length() - 1);
        Matcher escapes = Pattern.compile("\\\\(?:u(....)|(.))").matcher(text);
        return escapes.replaceAll(escape -> Matcher.quoteReplacement(
                escape.group(1) == null
                        ? escape.group(2)
                        : String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
    }

    /** Returns the token and goes to the next; the empty one stands for the end. */
    private String advance() {
        String current = token;
        if (tokens.regionStart() == json.length()) {
            token = "";
        } else {
            ensure(tokens.lookingAt());
            token = tokens.group(1);
            tokens.region(tokens.end(), json.length());
        }
        return current;
    }

    private void ensure(boolean expected) {
        if (!expected) {
            throw new IllegalArgumentException("not JSON at " + tokens.regionStart() + ": " + json);
        }
    }
}
