package dev.kvmdap.session;

import dev.kvmdap.device.ByteSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * What the guest prints at one port, on its way to the client: whole lines at once, an unfinished line when the guest stops
 * or has printed nothing more for a moment. A guest that prints faster than the client reads is not held up; what does not
 * fit is dropped, and the output says so.
 */
final class GuestOutput implements ByteSink {

    static final int CAPACITY = 1 << 20;

    /** How long an unfinished line, such as a prompt, waits for its rest. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final SessionThread thread;
    private final Consumer<String> client;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private boolean linesDue;
    private boolean restDue;
    private long dropped;

    /**
     * Output of a new guest.
     *
     * @param client takes the text, on the session thread
     */
    GuestOutput(SessionThread thread, Consumer<String> client) {
        this.thread = thread;
        this.client = client;
    }

    /** Takes the next byte; on a vCPU's thread. */
    @Override
    public synchronized void accept(byte next) {
        if (waiting.size() >= CAPACITY) {
            dropped++;
            return;
        }
        waiting.write(next);
        if (next == '\n' && !linesDue) {
            linesDue = true;
            thread.execute(this::sendLines);
        } else if (!linesDue && !restDue) {
            restDue = true;
            thread.executeAfter(PATIENCE, this::sendRest);
        }
    }

    /** Sends everything, a last unfinished line too; on the session thread. */
    void flush() {
        assert thread.isCurrent() : "events are sent on the session thread";
        send(take(false));
    }

    private void sendLines() {
        send(take(true));
    }

    private void sendRest() {
        synchronized (this) {
            restDue = false;
        }
        flush();
    }

    private synchronized String take(boolean wholeLines) {
        byte[] bytes = waiting.toByteArray();
        int end = bytes.length;
        while (wholeLines && end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, end);
        CharBuffer out = CharBuffer.allocate(end);
        decoder.reset();
        decoder.decode(in, out, false);
        byte[] rest = Arrays.copyOfRange(bytes, in.position(), bytes.length);
        waiting.reset();
        waiting.writeBytes(rest);
        linesDue = false;
        String text = out.flip().toString();
        if (dropped > 0) {
            text += "\n[" + dropped
                    + " bytes of the guest's output were dropped: it prints faster than the client reads]\n";
            dropped = 0;
        }
        return text;
    }

    private void send(String text) {
        if (!text.isEmpty()) {
            client.accept(text);
        }
    }
}
