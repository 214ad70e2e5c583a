package dev.kvmdap.session.launch;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * One key of the launch configuration.
 *
 * @param name as the user writes it
 * @param type what it may hold
 * @param fallback what holds where the key is absent, as JSON; null where it must be given or has no value then
 * @param description one sentence for documentation and completion
 */
record LaunchKey<T>(
        String name, ValueType<T> type, @Nullable JsonElement fallback, String description) {

    /** The JSON Schema of the key. */
    JsonObject schema() {
        JsonObject schema = type.schema();
        schema.addProperty("description", description);
        if (fallback != null && fallback != JsonNull.INSTANCE) {
            schema.add("default", fallback);
        }
        return schema;
    }
}
