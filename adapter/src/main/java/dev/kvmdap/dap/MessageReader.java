package dev.kvmdap.dap;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a client's byte stream into messages: header lines, an empty line, then as many bytes of JSON as the header
 * {@code Content-Length} says (DAP, "Base Protocol"). One bad message does not take the next ones with it: a body that is
 * no JSON object is reported and skipped to its last byte, and the header is found again behind bytes that belong to no
 * message.
 */
final class MessageReader {

    /** No client sends more at once: the largest messages are memory writes. */
    static final int LARGEST_BODY = 64 << 20;

    private static final int LONGEST_HEADER_LINE = 4096;
    private static final String CONTENT_LENGTH = "content-length:";

    private final InputStream in;

    MessageReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /**
     * The next message, or null at the end of the stream; waits for it.
     *
     * @throws MalformedMessageException where the bytes are no message; the next call reads what follows them
     */
    @Nullable JsonObject next() throws IOException, MalformedMessageException {
        long length = contentLength();
        if (length < 0) {
            return null;
        }
        if (length > LARGEST_BODY) {
            in.skipNBytes(length);
            throw new MalformedMessageException(
                    "a message of " + length + " bytes; the largest allowed has " + LARGEST_BODY);
        }
        byte[] body = in.readNBytes((int) length);
        return body.length < length ? null : parse(body);
    }

    /** The length that the header block announces, or -1 at the end of the stream. */
    private long contentLength() throws IOException, MalformedMessageException {
        String announced = null;
        boolean anyLine = false;
        while (true) {
            String line;
            try {
                line = headerLine();
            } catch (EOFException end) {
                return -1;
            }
            if (!line.isEmpty()) {
                anyLine = true;
                int header = line.toLowerCase(Locale.ROOT).lastIndexOf(CONTENT_LENGTH);
                if (header >= 0) {
                    announced = line.substring(header + CONTENT_LENGTH.length()).strip();
                }
            } else if (announced != null) {
                return parseLength(announced);
            } else if (anyLine) {
                throw new MalformedMessageException("a message without the header Content-Length");
            }
        }
    }

    private static long parseLength(String announced) throws MalformedMessageException {
        try {
            long length = Long.parseLong(announced);
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException notANumber) {
            // told below, together with negative lengths
        }
        throw new MalformedMessageException("Content-Length: " + announced + " is not a number of bytes");
    }

    /** One header line without its line end; of one that is longer than any header, the end. */
    private String headerLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException();
            }
            if (c != '\r') {
                line.append((char) c);
            }
            if (line.length() > LONGEST_HEADER_LINE) {
                line.delete(0, LONGEST_HEADER_LINE / 2);
            }
        }
        return line.toString();
    }

    private static JsonObject parse(byte[] body) throws MalformedMessageException {
        try {
            JsonElement message = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
            if (message.isJsonObject()) {
                return message.getAsJsonObject();
            }
            throw new MalformedMessageException("a message that is no JSON object");
        } catch (JsonParseException badJson) {
            throw new MalformedMessageException("a message that is no JSON: " + badJson.getMessage());
        }
    }
}
