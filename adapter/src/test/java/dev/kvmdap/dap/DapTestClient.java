package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kvmdap.kvm.Patience;
import dev.kvmdap.session.Session;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client as editors are: it speaks raw JSON, waits for what it expects, and holds every message against
 * {@link ProtocolRules}. {@link #close} fails where one was broken.
 */
public final class DapTestClient implements AutoCloseable {

    private final Gson gson = new Gson();
    private final OutputStream toAdapter;
    private final Runnable closing;
    private final Thread reader;
    private final ProtocolRules rules = new ProtocolRules();
    private final Map<Integer, JsonObject> responses = new HashMap<>();
    private final List<JsonObject> events = new ArrayList<>();
    private final StringBuilder output = new StringBuilder();
    private @Nullable String broken;
    private boolean leaving;
    private boolean closed;
    private int nextEvent;
    private int seq;

    private DapTestClient(InputStream fromAdapter, OutputStream toAdapter, Closing closing) {
        this.toAdapter = toAdapter;
        this.closing = () -> {
            try {
                closing.close();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        reader = new Thread(() -> read(fromAdapter), "test client");
        reader.setDaemon(true);
        reader.start();
    }

    /** A client of a server in this process, over pipes. */
    public static DapTestClient inProcess() {
        return inProcess(session -> List.of());
    }

    /** A client of a server in this process that answers some requests more. */
    static DapTestClient inProcess(Function<Session, List<RequestFamily>> more) {
        try {
            Pipe requests = Pipe.open();
            Pipe answers = Pipe.open();
            Connection connection = new Connection(
                    Channels.newInputStream(requests.source()), Channels.newOutputStream(answers.sink()), more);
            Thread server = new Thread(
                    () -> {
                        connection.serve();
                        closeQuietly(answers.sink());
                    },
                    "server under test");
            server.setDaemon(true);
            server.start();
            return new DapTestClient(
                    Channels.newInputStream(answers.source()), Channels.newOutputStream(requests.sink()), () -> {
                        requests.sink().close();
                        server.join(Patience.FOR_A_GUEST.toMillis());
                        assertThat(server.isAlive())
                                .as("the server is still at work")
                                .isFalse();
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client of a server on a port of this machine. */
    public static DapTestClient overTcp(int port) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            return over(socket.getInputStream(), socket.getOutputStream(), socket::close);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client at these streams, which {@code closing} closes. */
    static DapTestClient over(InputStream fromAdapter, OutputStream toAdapter, Closing closing) {
        return new DapTestClient(fromAdapter, toAdapter, closing);
    }

    /** Sends a request; {@link #response} waits for what becomes of it. */
    public synchronized int send(String command, Object arguments) {
        JsonObject request = new JsonObject();
        request.addProperty("seq", ++seq);
        request.addProperty("type", "request");
        request.addProperty("command", command);
        request.add("arguments", gson.toJsonTree(arguments));
        rules.fromClient(request);
        sendRaw(request.toString());
        return seq;
    }

    /** Sends a body as it is, with the right header. */
    public void sendRaw(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        sendBytes(("Content-Length: " + bytes.length + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes as they are. */
    public void sendBytes(byte[] bytes) {
        try {
            toAdapter.write(bytes);
            toAdapter.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole response to a request that was sent. */
    public synchronized JsonObject response(int request) {
        return await("the response to request " + request, () -> responses.remove(request));
    }

    /** Does a request that must succeed: the body of its response. */
    public JsonObject request(String command, Object arguments) {
        JsonObject response = response(send(command, arguments));
        assertThat(response.get("success").getAsBoolean())
                .as(response.toString())
                .isTrue();
        return response.has("body") ? response.getAsJsonObject("body") : new JsonObject();
    }

    /** Does a request without arguments that must succeed: the body of its response. */
    public JsonObject request(String command) {
        return request(command, Map.of());
    }

    /** Does a request that must fail: the words for people. */
    public String failing(String command, Object arguments) {
        return failure(response(send(command, arguments)));
    }

    /** The words for people in a response that says that its request failed. */
    public static String failure(JsonObject response) {
        assertThat(response.get("success").getAsBoolean())
                .as(response.toString())
                .isFalse();
        return response.getAsJsonObject("body")
                .getAsJsonObject("error")
                .get("format")
                .getAsString();
    }

    /** Says hello as a client that can everything: the capabilities of the server. */
    public JsonObject initialize() {
        return initialize(Map.of());
    }

    /** Says hello: the capabilities of the server. */
    public JsonObject initialize(Map<String, ?> otherwise) {
        Map<String, Object> features = new HashMap<>(Map.of(
                "clientID", "test",
                "adapterID", "kvm",
                "pathFormat", "path",
                "linesStartAt1", true,
                "columnsStartAt1", true,
                "supportsVariableType", true,
                "supportsVariablePaging", true,
                "supportsProgressReporting", true,
                "supportsInvalidatedEvent", true,
                "supportsMemoryEvent", true));
        features.putAll(otherwise);
        return request("initialize", features);
    }

    /** Launches a guest and lets it run: hello, launch, {@code configure}, configurationDone. */
    public void launch(Map<String, ?> configuration, Runnable configure) {
        initialize();
        int launch = launchUntilInitialized(configuration);
        configure.run();
        request("configurationDone");
        JsonObject response = response(launch);
        assertThat(response.get("success").getAsBoolean())
                .as(response.toString())
                .isTrue();
    }

    /** Sends the launch request and waits until breakpoints may be set: the number of the request. */
    public int launchUntilInitialized(Map<String, ?> configuration) {
        int launch = send("launch", configuration);
        awaitOr("initialized", launch);
        return launch;
    }

    private synchronized void awaitOr(String event, int request) {
        await(
                event + " or a response",
                () -> responses.containsKey(request) ? responses.get(request) : find(named(event)));
        assertThat(responses.get(request)).as("launch failed").isNull();
        expectEvent(event);
    }

    /** The next event of that name after the one that was expected before; others between them are passed over. */
    public synchronized JsonObject expectEvent(String name) {
        return expectEvent(name, body -> true);
    }

    /** The next event of that name whose body fits. */
    public synchronized JsonObject expectEvent(String name, Predicate<JsonObject> fits) {
        Predicate<JsonObject> wanted = named(name).and(event -> fits.test(body(event)));
        JsonObject event = await("event " + name, () -> find(wanted));
        nextEvent += events.subList(nextEvent, events.size()).indexOf(event) + 1;
        return body(event);
    }

    /** The next stop, which must be of that reason: the event's body. */
    public JsonObject expectStopped(String reason) {
        JsonObject body = expectEvent("stopped");
        assertThat(body.get("reason").getAsString()).as(body.toString()).isEqualTo(reason);
        return body;
    }

    /** The guest ends with that code and the session after it. */
    public void expectTerminated(int exitCode) {
        JsonObject exited = expectEvent("exited");
        assertThat(exited.get("exitCode").getAsInt()).isEqualTo(exitCode);
        expectEvent("terminated");
    }

    /** What the guest has printed, once it contains that text. */
    public synchronized String expectOutput(String text) {
        return await("output with " + text, () -> output.indexOf(text) >= 0 ? output.toString() : null);
    }

    /** What the guest had printed when the first event of that name came; without what the server itself has to say. */
    synchronized String outputBefore(String event) {
        return events.stream()
                .takeWhile(named(event).negate())
                .filter(named("output"))
                .map(DapTestClient::body)
                .filter(output -> output.get("category").getAsString().equals("stdout"))
                .map(output -> output.get("output").getAsString())
                .collect(Collectors.joining());
    }

    /** Every event of that name so far. */
    public synchronized List<JsonObject> eventsSoFar(String name) {
        return events.stream().filter(named(name)).map(DapTestClient::body).toList();
    }

    /** Sets the breakpoints of a source file at lines that bear markers: the answers. */
    List<JsonObject> breakAt(Path source, String... markers) {
        List<Map<String, Integer>> lines = Stream.of(markers)
                .map(marker -> Map.of("line", Examples.line(source, marker)))
                .toList();
        return objects(request(
                        "setBreakpoints", Map.of("source", Map.of("path", source.toString()), "breakpoints", lines))
                .getAsJsonArray("breakpoints"));
    }

    /** Resumes, and expects the next stop to be of that reason: the event's body. */
    public JsonObject resumeUntil(String command, String reason) {
        request(command, Map.of("threadId", 1));
        return expectStopped(reason);
    }

    /** The rows below a scope or a variable. */
    public List<JsonObject> children(JsonObject parent) {
        Map<String, Integer> reference =
                Map.of("variablesReference", parent.get("variablesReference").getAsInt());
        return objects(request("variables", reference).getAsJsonArray("variables"));
    }

    /** The row of that name below a scope or a variable, or further down along a path of names. */
    public JsonObject child(JsonObject parent, String... path) {
        JsonObject row = parent;
        for (String name : path) {
            List<JsonObject> named = children(row).stream()
                    .filter(child -> child.get("name").getAsString().equals(name))
                    .toList();
            assertThat(named).as(name).hasSize(1);
            row = named.get(0);
        }
        return row;
    }

    /** The scope of that name in the top frame. */
    public JsonObject scope(String name) {
        Map<String, Integer> frame = Map.of("frameId", topFrame().get("id").getAsInt());
        return objects(request("scopes", frame).getAsJsonArray("scopes")).stream()
                .filter(scope -> scope.get("name").getAsString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The frames of the stack of a thread, top first. */
    public List<JsonObject> stack(int thread) {
        return objects(request("stackTrace", Map.of("threadId", thread)).getAsJsonArray("stackFrames"));
    }

    /** The top frame of the first thread. */
    public JsonObject topFrame() {
        return stack(1).get(0);
    }

    /** The value of an expression in the top frame. */
    public String evaluate(String expression) {
        int frame = topFrame().get("id").getAsInt();
        return request("evaluate", Map.of("expression", expression, "frameId", frame, "context", "watch"))
                .get("result")
                .getAsString();
    }

    /** What the debug console answers to a line, with the top frame chosen in the client. */
    public String console(String line) {
        return request("evaluate", Map.of("expression", line, "context", "repl"))
                .get("result")
                .getAsString();
    }

    /** What the debug console has against a line. */
    public String consoleRefuses(String line) {
        return failing("evaluate", Map.of("expression", line, "context", "repl"));
    }

    /** The elements of an array of objects. */
    public static List<JsonObject> objects(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    /** The server closes its side. */
    public void expectClosed() {
        assertThatCode(() -> reader.join(Patience.FOR_A_GUEST.toMillis())).doesNotThrowAnyException();
        assertThat(isClosed()).as("the server closed its side").isTrue();
    }

    /** Disconnects, ends the transport, and fails where the server broke a rule of the protocol. */
    @Override
    public void close() {
        if (!isClosed()) {
            request("disconnect", Map.of("terminateDebuggee", true));
        }
        leave();
        assertThat(rules.violations()).as("rules of the protocol").isEmpty();
        assertThat(broken).as("the stream").isNull();
    }

    /** Goes without a word, as a client does that crashes. */
    public void vanish() {
        leave();
        assertThat(rules.violations()).as("rules of the protocol").isEmpty();
    }

    private void leave() {
        synchronized (this) {
            leaving = true;
        }
        closing.run();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void read(InputStream fromAdapter) {
        MessageReader messages = new MessageReader(fromAdapter);
        try {
            for (JsonObject message = messages.next(); message != null; message = messages.next()) {
                accept(message);
            }
        } catch (IOException | MalformedMessageException | RuntimeException e) {
            synchronized (this) {
                broken = leaving ? broken : e.toString();
            }
        } finally {
            synchronized (this) {
                closed = true;
                notifyAll();
            }
        }
    }

    private synchronized void accept(JsonObject message) {
        rules.fromAdapter(message);
        if (message.get("type").getAsString().equals("response")) {
            responses.put(message.get("request_seq").getAsInt(), message);
        } else {
            events.add(message);
            if (message.get("event").getAsString().equals("output")) {
                output.append(body(message).get("output").getAsString());
            }
        }
        notifyAll();
    }

    private @Nullable JsonObject find(Predicate<JsonObject> wanted) {
        return events.subList(nextEvent, events.size()).stream()
                .filter(wanted)
                .findFirst()
                .orElse(null);
    }

    private static Predicate<JsonObject> named(String name) {
        return event -> event.get("event").getAsString().equals(name);
    }

    private static JsonObject body(JsonObject message) {
        return message.has("body") ? message.getAsJsonObject("body") : new JsonObject();
    }

    private synchronized <T> T await(String what, Supplier<@Nullable T> search) {
        long end = System.nanoTime() + Patience.FOR_A_GUEST.toNanos();
        while (true) {
            T found = search.get();
            if (found != null) {
                return found;
            }
            long left = end - System.nanoTime();
            if (left <= 0 || closed) {
                throw new AssertionError("no " + what + (closed ? ": the stream has ended" : " in time") + "; events: "
                        + events.subList(nextEvent, events.size()));
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    interface Closing {
        void close() throws IOException, InterruptedException;
    }
}
