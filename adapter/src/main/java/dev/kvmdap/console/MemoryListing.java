package dev.kvmdap.console;

import dev.kvmdap.expression.Format;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of memory, each with its address and symbol in front. */
final class MemoryListing {

    /** A longer string is cut, and goes on in the next one. */
    private static final int LONGEST_STRING = 200;

    private final ConsoleTarget target;

    MemoryListing(ConsoleTarget target) {
        this.target = target;
    }

    /** Lists memory at a linear address. */
    String list(long linear, ExamineFormat format) {
        List<String> lines = new ArrayList<>();
        if (format.format() == null) {
            strings(linear, format.count(), lines);
        } else {
            numbers(linear, format, format.format(), lines);
        }
        return String.join("\n", lines);
    }

    private void numbers(long linear, ExamineFormat format, Format shown, List<String> lines) {
        byte[] memory = new byte[format.count() * format.bytes()];
        int whole = target.read(linear, memory) / format.bytes();
        int width = width(format, shown);
        for (int first = 0; first < whole; first += format.perLine()) {
            StringBuilder line = new StringBuilder(label(linear + (long) first * format.bytes()));
            for (int i = first; i < Math.min(whole, first + format.perLine()); i++) {
                String text = shown.text(littleEndian(memory, i * format.bytes(), format.bytes()), format.type());
                line.append(' ')
                        .append(" ".repeat(Math.max(0, width - text.length())))
                        .append(text);
            }
            lines.add(line.toString());
        }
        if (whole < format.count()) {
            addHole(linear + (long) whole * format.bytes(), lines);
        }
    }

    /** The width of the widest number, so that columns stand below one another. */
    private static int width(ExamineFormat format, Format shown) {
        return switch (shown) {
            case CHARACTER -> "-128 '\\x80'".length();
            case DECIMAL ->
                Long.toString(Long.MIN_VALUE >> (64 - 8 * format.bytes())).length();
            default -> shown.text(-1, format.type()).length();
        };
    }

    private static long littleEndian(byte[] memory, int from, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (memory[from + i] & 0xff);
        }
        return value;
    }

    private void strings(long linear, int count, List<String> lines) {
        long position = linear;
        byte[] memory = new byte[LONGEST_STRING];
        for (int i = 0; i < count; i++) {
            int read = target.read(position, memory);
            int end = 0;
            while (end < read && memory[end] != 0) {
                end++;
            }
            boolean ends = end < read;
            if (end > 0 || ends) {
                lines.add(label(position) + " \"" + escaped(memory, end) + "\"" + (ends ? "" : "…"));
            }
            position += end + (ends ? 1 : 0);
            if (!ends && read < memory.length) {
                addHole(position, lines);
                return;
            }
        }
    }

    private static String escaped(byte[] memory, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(Format.escaped(memory[i], '"'));
        }
        return text.toString();
    }

    private void addHole(long linear, List<String> lines) {
        String hole = "memory at 0x" + Long.toHexString(linear) + " is not mapped";
        if (lines.isEmpty()) {
            throw new ConsoleException(hole);
        }
        lines.add(hole);
    }

    private String label(long linear) {
        @Nullable String symbol = target.symbol(linear).orElse(null);
        return "0x" + Long.toHexString(linear) + (symbol == null ? "" : " <" + symbol + ">") + ":";
    }
}
