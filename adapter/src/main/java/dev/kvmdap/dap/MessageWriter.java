package dev.kvmdap.dap;

import com.google.gson.Gson;
import com.google.gson.stream.JsonWriter;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.RequestFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.eclipse.lsp4j.debug.Message;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of everything that goes to a client: it numbers the messages and writes each in one piece. On the session
 * thread only, so the order of its calls is the order on the wire. A client that no longer reads is told of once.
 */
final class MessageWriter {

    private final OutputStream out;
    private final Gson gson;
    private final Runnable clientGone;
    private int seq;
    private boolean broken;

    /**
     * A writer to a connected client.
     *
     * @param gson how LSP4J's types become JSON
     * @param clientGone called once when the client no longer takes messages
     */
    MessageWriter(OutputStream out, Gson gson, Runnable clientGone) {
        this.out = out;
        this.gson = gson;
        this.clientGone = clientGone;
    }

    /** Answers a request that was done; a null body is left out. */
    void response(Request request, @Nullable Object body) {
        write("response", json -> {
            answerTo(request, json, true);
            body(json, body);
        });
    }

    /** Answers a request that failed. */
    void failure(Request request, RequestFailure failure) {
        Message error = new Message();
        error.setId(failure.kind().id());
        error.setFormat(failure.getMessage());
        if (failure.kind() == Kind.LAUNCH_FAILED) {
            error.setShowUser(true);
        }
        write("response", json -> {
            answerTo(request, json, false);
            json.name("message").value(shortForm(failure));
            json.name("body").beginObject().name("error");
            gson.toJson(error, Message.class, json);
            json.endObject();
        });
    }

    /** Sends an event; a null body is left out. */
    void event(String name, @Nullable Object body) {
        write("event", json -> {
            json.name("event").value(name);
            body(json, body);
        });
    }

    /** DAP gives two failures a fixed name that clients interpret; the words for people are in the body then. */
    private static String shortForm(RequestFailure failure) {
        return switch (failure.kind()) {
            case CANCELLED -> "cancelled";
            case NOT_STOPPED -> "notStopped";
            default -> failure.getMessage();
        };
    }

    private static void answerTo(Request request, JsonWriter json, boolean success) throws IOException {
        json.name("request_seq").value(request.seq());
        json.name("command").value(request.command());
        json.name("success").value(success);
    }

    private void body(JsonWriter json, @Nullable Object body) throws IOException {
        if (body != null) {
            json.name("body");
            gson.toJson(body, body.getClass(), json);
        }
    }

    private void write(String type, Fields fields) {
        if (broken) {
            return;
        }
        byte[] message = encode(type, fields);
        byte[] header = ("Content-Length: " + message.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[header.length + message.length];
        System.arraycopy(header, 0, whole, 0, header.length);
        System.arraycopy(message, 0, whole, header.length, message.length);
        try {
            out.write(whole);
            out.flush();
        } catch (IOException gone) {
            broken = true;
            clientGone.run();
        }
    }

    private byte[] encode(String type, Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (Writer text = new OutputStreamWriter(bytes, StandardCharsets.UTF_8);
                JsonWriter json = gson.newJsonWriter(text)) {
            json.beginObject();
            json.name("seq").value(++seq);
            json.name("type").value(type);
            fields.writeTo(json);
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private interface Fields {
        void writeTo(JsonWriter json) throws IOException;
    }
}
