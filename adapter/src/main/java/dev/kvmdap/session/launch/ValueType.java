package dev.kvmdap.session.launch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kvmdap.console.CatchReader;
import dev.kvmdap.console.ConsoleException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a key of the launch configuration may hold: how a value is read, what to say where it is wrong, and how JSON Schema
 * describes it.
 *
 * @param <T> what a value becomes
 */
final class ValueType<T> {

    private final String allowed;
    private final JsonObject schema;
    private final Reader<T> reader;

    private ValueType(String allowed, JsonObject schema, Reader<T> reader) {
        this.allowed = allowed;
        this.schema = schema;
        this.reader = reader;
    }

    /** What is allowed, for messages: "true or false". */
    String allowed() {
        return allowed;
    }

    /** The JSON Schema of the values, without description and default. */
    JsonObject schema() {
        return schema.deepCopy();
    }

    /**
     * Reads a value.
     *
     * @param where the key, with indices and inner keys: {@code modules[1].path}
     * @param folder what relative paths start from
     * @throws LaunchConfigurationException where the value is not allowed
     */
    T read(String where, JsonElement given, Path folder) {
        T value = reader.read(where, given, folder);
        if (value == null) {
            throw new LaunchConfigurationException(where + ": " + given + " is not allowed; it must be " + allowed);
        }
        return value;
    }

    /** {@code true} or {@code false}. */
    static ValueType<Boolean> flag() {
        return new ValueType<>("true or false", type("boolean"), (where, given, folder) -> {
            boolean isFlag = given instanceof JsonPrimitive primitive && primitive.isBoolean();
            return isFlag ? given.getAsBoolean() : null;
        });
    }

    /** Any string. */
    static ValueType<String> text() {
        return new ValueType<>("a string", type("string"), (where, given, folder) -> string(given));
    }

    /** What the console's verb {@code catch} takes. */
    static ValueType<CatchReader.Wanted> catchpoint() {
        return new ValueType<>(
                "what the console's verb catch takes, such as \"io 0x3f8 out\"",
                type("string"),
                (where, given, folder) -> {
                    String text = string(given);
                    try {
                        return text == null ? null : CatchReader.read(text);
                    } catch (ConsoleException wrong) {
                        throw new LaunchConfigurationException(
                                where + ": " + given + " is not allowed; " + wrong.getMessage());
                    }
                });
    }

    /** A file that is there. */
    static ValueType<Path> file() {
        return new ValueType<>("the path of a file", type("string"), (where, given, folder) -> {
            Path path = path(given, folder);
            if (path != null && !Files.isRegularFile(path)) {
                throw new LaunchConfigurationException(where + ": " + given + " is not allowed; "
                        + (Files.exists(path) ? path + " is no file" : path + " does not exist")
                        + ". Build it, or correct the path");
            }
            return path;
        });
    }

    /** A folder, there or not. */
    static ValueType<Path> folder() {
        return new ValueType<>("the path of a folder", type("string"), (where, given, folder) -> path(given, folder));
    }

    /** One of a few words. */
    static <T> ValueType<T> oneOf(Map<String, T> words) {
        JsonObject schema = type("string");
        JsonArray enumeration = new JsonArray();
        words.keySet().forEach(enumeration::add);
        schema.add("enum", enumeration);
        String quoted = "\"" + String.join("\", \"", words.keySet()) + "\"";
        return new ValueType<>(
                words.size() == 1 ? quoted : "one of " + quoted,
                schema,
                (where, given, folder) -> string(given) == null ? null : words.get(string(given)));
    }

    /** A whole number in a range, both ends included; also as a string, decimal or with 0x. */
    static ValueType<Integer> integer(int smallest, int largest) {
        JsonObject schema = type("integer", "string");
        schema.addProperty("minimum", smallest);
        schema.addProperty("maximum", largest);
        return new ValueType<>(
                "a whole number from " + smallest + " to " + largest + ", also as \"0x…\"",
                schema,
                (where, given, folder) -> {
                    Long number = Numbers.whole(given);
                    return number == null || number < smallest || number > largest ? null : number.intValue();
                });
    }

    /** A 64-bit address or offset: a number, or a string, decimal or with 0x; negative ones wrap. */
    static ValueType<Long> address() {
        return new ValueType<>(
                "an address: a whole number, or a string such as \"0x100000\"",
                type("integer", "string"),
                (where, given, folder) -> Numbers.whole(given));
    }

    /** A number of bytes, also with the suffix K, M or G. */
    static ValueType<Long> size(long smallest, long largest) {
        return new ValueType<>(
                "a number of bytes, or a string such as \"64M\" or \"1G\", from " + Numbers.size(smallest) + " to "
                        + Numbers.size(largest),
                type("integer", "string"),
                (where, given, folder) -> {
                    Long bytes = Numbers.bytes(given);
                    return bytes == null || bytes < smallest || bytes > largest ? null : bytes;
                });
    }

    /** A positive number of seconds. */
    static ValueType<Double> seconds() {
        JsonObject schema = type("number");
        schema.addProperty("exclusiveMinimum", 0);
        return new ValueType<>("a number of seconds above 0", schema, (where, given, folder) -> {
            boolean isNumber = given instanceof JsonPrimitive primitive && primitive.isNumber();
            double seconds = isNumber ? given.getAsDouble() : 0;
            return seconds > 0 && Double.isFinite(seconds) ? seconds : null;
        });
    }

    /** A list. */
    static <T> ValueType<List<T>> listOf(ValueType<T> element) {
        JsonObject schema = type("array");
        schema.add("items", element.schema);
        return new ValueType<>("a list, each element " + element.allowed, schema, (where, given, folder) -> {
            if (!(given instanceof JsonArray array)) {
                return null;
            }
            List<T> list = new ArrayList<>();
            for (int i = 0; i < array.size(); i++) {
                list.add(element.read(where + "[" + i + "]", array.get(i), folder));
            }
            return List.copyOf(list);
        });
    }

    /** An object whose keys the user chooses. */
    static <T> ValueType<Map<String, T>> mapOf(String keys, ValueType<T> value) {
        JsonObject schema = type("object");
        schema.add("additionalProperties", value.schema);
        return new ValueType<>("an object from " + keys + " to " + value.allowed, schema, (where, given, folder) -> {
            if (!(given instanceof JsonObject object)) {
                return null;
            }
            Map<String, T> map = new LinkedHashMap<>();
            object.asMap().forEach((key, element) -> map.put(key, value.read(where + "." + key, element, folder)));
            return Map.copyOf(map);
        });
    }

    /** A file with something said about it: {@code {"path": …, "NAME": …}}, or only the path. */
    static <S, T> ValueType<T> fileAnd(String name, ValueType<S> type, S fallback, BiFunction<Path, S, T> combine) {
        JsonObject properties = new JsonObject();
        properties.add("path", type("string"));
        properties.add(name, type.schema);
        JsonObject object = type("object");
        object.add("properties", properties);
        JsonArray required = new JsonArray();
        required.add("path");
        object.add("required", required);
        object.addProperty("additionalProperties", false);
        JsonArray either = new JsonArray();
        either.add(type("string"));
        either.add(object);
        JsonObject schema = new JsonObject();
        schema.add("oneOf", either);
        return new ValueType<>(
                "the path of a file, or {\"path\": …, \"" + name + "\": …} with " + type.allowed,
                schema,
                (where, given, folder) -> {
                    if (!(given instanceof JsonObject fields)) {
                        return string(given) == null
                                ? null
                                : combine.apply(file().read(where, given, folder), fallback);
                    }
                    for (String key : fields.keySet()) {
                        if (!key.equals("path") && !key.equals(name)) {
                            throw new LaunchConfigurationException(
                                    where + ": there is no key '" + key + "'; the keys are 'path' and '" + name + "'");
                        }
                    }
                    if (!fields.has("path")) {
                        throw new LaunchConfigurationException(where + ": the key 'path' is missing in " + given);
                    }
                    return combine.apply(
                            file().read(where + ".path", fields.get("path"), folder),
                            fields.has(name) ? type.read(where + "." + name, fields.get(name), folder) : fallback);
                });
    }

    private static JsonObject type(String... jsonTypes) {
        JsonObject schema = new JsonObject();
        if (jsonTypes.length == 1) {
            schema.addProperty("type", jsonTypes[0]);
        } else {
            JsonArray types = new JsonArray();
            List.of(jsonTypes).forEach(types::add);
            schema.add("type", types);
        }
        return schema;
    }

    private static @Nullable String string(JsonElement given) {
        return given instanceof JsonPrimitive primitive && primitive.isString() ? given.getAsString() : null;
    }

    private static @Nullable Path path(JsonElement given, Path folder) {
        String text = string(given);
        try {
            return text == null || text.isEmpty() ? null : folder.resolve(text).normalize();
        } catch (InvalidPathException noPath) {
            return null;
        }
    }

    /** Reads a value; null where it is not allowed and {@link #allowed} says it all. */
    private interface Reader<T> {
        @Nullable T read(String where, JsonElement given, Path folder);
    }
}
