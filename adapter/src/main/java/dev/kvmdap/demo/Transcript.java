package dev.kvmdap.demo;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;

/** What the reader of the demo sees: what was done, and below it what came back. */
final class Transcript {

    private final PrintStream out;
    private final Deque<String> guestLines = new ArrayDeque<>();
    private final StringBuilder guestText = new StringBuilder();

    Transcript(PrintStream out) {
        this.out = out;
    }

    /** A paragraph of prose. */
    void prose(String text) {
        out.println();
        text.lines().forEach(out::println);
    }

    /** Something that the client asks for. */
    void request(String what) {
        out.println();
        out.println("→ " + what);
    }

    /** Something that the adapter tells. */
    void event(String what) {
        guestOutput();
        out.println("← " + what);
    }

    /** A detail of what was asked for or told. */
    void detail(String text) {
        text.lines().forEach(line -> out.println("    " + line));
    }

    /** Takes a line that the guest printed. On any thread. */
    void guestPrinted(String line) {
        synchronized (guestLines) {
            guestLines.add(line);
            guestText.append(line).append('\n');
        }
    }

    /** Shows what the guest has printed since the last time. */
    void guestOutput() {
        synchronized (guestLines) {
            while (!guestLines.isEmpty()) {
                out.println("    serial │ " + guestLines.remove());
            }
        }
    }

    /** All that the guest has printed. */
    String guestText() {
        synchronized (guestLines) {
            return guestText.toString();
        }
    }
}
