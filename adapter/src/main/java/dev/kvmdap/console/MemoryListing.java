package dev.kvmdap.console;

import dev.kvmdap.expression.Format;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.x86.Translation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of memory, each with its address and symbol in front. */
final class MemoryListing {

    /** A longer string is cut, and goes on in the next one. */
    private static final int LONGEST_STRING = 200;

    private final ConsoleTarget target;
    private @Nullable MemoryPlace last;

    MemoryListing(ConsoleTarget target) {
        this.target = target;
    }

    /** Lists memory from a place on. */
    String list(MemoryPlace start, ExamineFormat format) {
        List<String> lines = new ArrayList<>();
        if (format.format() == null) {
            strings(start, format.count(), lines);
        } else {
            numbers(start, format, format.format(), lines);
        }
        return String.join("\n", lines);
    }

    /** Where the unit lies that was listed last; null where none was. */
    @Nullable MemoryPlace last() {
        return last;
    }

    private void numbers(MemoryPlace start, ExamineFormat format, Format shown, List<String> lines) {
        byte[] memory = new byte[format.count() * format.bytes()];
        int whole = start.read(memory, target) / format.bytes();
        int width = width(format, shown);
        for (int first = 0; first < whole; first += format.perLine()) {
            StringBuilder line = new StringBuilder(label(start.plus((long) first * format.bytes())));
            for (int i = first; i < Math.min(whole, first + format.perLine()); i++) {
                last = start.plus((long) i * format.bytes());
                String text = text(littleEndian(memory, i * format.bytes(), format.bytes()), format, shown);
                line.append(' ')
                        .append(" ".repeat(Math.max(0, width - text.length())))
                        .append(text);
            }
            lines.add(line.toString());
        }
        if (whole < format.count()) {
            addHole(start.plus((long) whole * format.bytes()), lines);
        }
    }

    private String text(long bits, ExamineFormat format, Format shown) {
        String text = shown.text(bits, format.type());
        return shown == Format.ADDRESS
                ? target.symbol(bits).map(symbol -> text + " <" + symbol + ">").orElse(text)
                : text;
    }

    /** The width of the widest number, so that columns stand below one another. */
    private static int width(ExamineFormat format, Format shown) {
        return switch (shown) {
            case CHARACTER -> "-128 '\\x80'".length();
            case FLOATING -> (format.bytes() == Double.BYTES ? "-1.2345678901234567e-308" : "-1.2345678e-38").length();
            case ADDRESS -> 0;
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

    private void strings(MemoryPlace start, int count, List<String> lines) {
        MemoryPlace position = start;
        byte[] memory = new byte[LONGEST_STRING];
        for (int i = 0; i < count; i++) {
            int read = position.read(memory, target);
            int end = 0;
            while (end < read && memory[end] != 0) {
                end++;
            }
            boolean ends = end < read;
            if (end > 0 || ends) {
                last = position;
                lines.add(label(position) + " \"" + escaped(memory, end) + "\"" + (ends ? "" : "…"));
            }
            position = position.plus(end + (ends ? 1 : 0));
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

    private void addHole(MemoryPlace place, List<String> lines) {
        String hole = "memory at " + place + " " + whyUnreadable(place);
        if (lines.isEmpty()) {
            throw new ConsoleException(hole);
        }
        lines.add(hole);
    }

    private String whyUnreadable(MemoryPlace place) {
        if (place.space() == AddressSpace.PHYSICAL) {
            return "does not exist";
        }
        return target.translation(place.address()) instanceof Translation.Mapped mapped
                ? "leads to " + mapped.physical() + ", where there is no RAM"
                : "is not mapped";
    }

    private String label(MemoryPlace place) {
        @Nullable String symbol = place.space() == AddressSpace.LINEAR
                ? target.symbol(place.address()).orElse(null)
                : null;
        return place + (symbol == null ? "" : " <" + symbol + ">") + ":";
    }
}
