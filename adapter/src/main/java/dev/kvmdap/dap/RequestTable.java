package dev.kvmdap.dap;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.RequestFailure.Kind;
import dev.kvmdap.session.SessionState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.lsp4j.debug.Capabilities;
import org.jspecify.annotations.Nullable;

/** The requests that kvmdap knows: for each command the type of its arguments, the states that allow it, and its code. */
final class RequestTable {

    private final Gson gson;
    private final List<RequestFamily> families;
    private final Map<String, Entry<?>> entries = new HashMap<>();

    /** A table of the requests of these families. */
    RequestTable(Gson gson, List<RequestFamily> families) {
        this.gson = gson;
        this.families = families;
        families.forEach(family -> family.register(this));
    }

    /**
     * Registers a request that is answered when its code returns.
     *
     * @param arguments the LSP4J type of the arguments
     * @param allowed the states of the session in which it can be done
     */
    <A> void on(String command, Class<A> arguments, Set<SessionState> allowed, Handler<A> handler) {
        onLater(command, arguments, allowed, given -> CompletableFuture.completedFuture(handler.handle(given)));
    }

    /** Registers a request that is answered when the stage completes, on the session thread. */
    <A> void onLater(String command, Class<A> arguments, Set<SessionState> allowed, LateHandler<A> handler) {
        Entry<?> before = entries.put(command, new Entry<>(arguments, allowed, handler));
        if (before != null) {
            throw new IllegalStateException("two families answer '" + command + "'");
        }
    }

    /** What all registered families can do. */
    Capabilities capabilities() {
        Capabilities all = new Capabilities();
        families.forEach(family -> family.announce(all));
        return all;
    }

    /**
     * Does a request.
     *
     * @return the body of the response; null where it has none
     * @throws RequestFailure where the command is unknown, the state does not allow it or the arguments are wrong
     */
    CompletionStage<? extends @Nullable Object> handle(Request request, SessionState state) {
        Entry<?> entry = entries.get(request.command());
        if (entry == null) {
            throw new RequestFailure(Kind.UNSUPPORTED, "'" + request.command() + "' is not supported by kvmdap");
        }
        require(entry.allowed, request.command(), state);
        return handle(entry, request);
    }

    /**
     * Refuses a request that the session's state does not allow.
     *
     * @throws RequestFailure that says so
     */
    static void require(Set<SessionState> allowed, String command, SessionState state) {
        if (!allowed.contains(state)) {
            throw new RequestFailure(
                    state == SessionState.RUNNING ? Kind.NOT_STOPPED : Kind.WRONG_STATE,
                    "'" + command + "' is not possible now: " + state.explanation());
        }
    }

    private <A> CompletionStage<? extends @Nullable Object> handle(Entry<A> entry, Request request) {
        return entry.handler.handle(arguments(request.command(), request.arguments(), entry.arguments));
    }

    private <A> A arguments(String command, JsonElement given, Class<A> type) {
        A arguments;
        try {
            arguments = gson.fromJson(given, type);
        } catch (JsonParseException | NumberFormatException wrongType) {
            throw RequestFailure.badArguments(
                    "the arguments of '" + command + "' are not of the protocol's types: " + wrongType.getMessage());
        }
        if (arguments == null) {
            throw RequestFailure.badArguments("'" + command + "' needs arguments");
        }
        RequiredArguments.check(command, arguments);
        return arguments;
    }

    /** The code of a request that is answered at once. */
    interface Handler<A> {
        @Nullable Object handle(A arguments);
    }

    /** The code of a request whose answer comes later. */
    interface LateHandler<A> {
        CompletionStage<? extends @Nullable Object> handle(A arguments);
    }

    private record Entry<A>(Class<A> arguments, Set<SessionState> allowed, LateHandler<A> handler) {}
}
