package dev.kvmdap.dap;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kvmdap.session.SessionState;
import java.util.Optional;
import org.eclipse.lsp4j.debug.CancelArguments;
import org.eclipse.lsp4j.debug.Capabilities;

/**
 * {@code cancel}: takes back a request that waits or is under way. Its effect does not wait for its turn: the connection's
 * reader looks at {@link #target} as soon as it has read the request. What is left for the session thread is the answer.
 */
final class CancelRequest implements RequestFamily {

    @Override
    public void register(RequestTable table) {
        table.on("cancel", CancelArguments.class, SessionState.ANY, arguments -> null);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsCancelRequest(true);
    }

    /** The number of the request that a cancel request takes back; the id of a progress is the number of its request. */
    static Optional<Integer> target(Request request) {
        if (!request.command().equals("cancel") || !(request.arguments() instanceof JsonObject arguments)) {
            return Optional.empty();
        }
        return number(arguments.get("requestId")).or(() -> number(arguments.get("progressId")));
    }

    private static Optional<Integer> number(JsonElement id) {
        try {
            return id instanceof JsonPrimitive ? Optional.of(id.getAsInt()) : Optional.empty();
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }
}
