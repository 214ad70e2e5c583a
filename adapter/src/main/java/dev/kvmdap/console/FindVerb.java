package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.AddressSpace;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for bytes in memory, in the way of gdb's command of the same name. */
final class FindVerb implements Verb {

    /** More are no help. */
    private static final int MOST_FINDS = 1000;

    private static final Pattern OPTIONS = Pattern.compile("(\\d{0,9})([bhwg]?)(\\d{0,9})\\s+(.*)", Pattern.DOTALL);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:x([0-9a-fA-F]{1,2})|(.))", Pattern.DOTALL);

    @Override
    public List<String> names() {
        return List.of("find");
    }

    @Override
    public String usage() {
        return "find[/UN] START, END, VALUE[, VALUE...]";
    }

    @Override
    public String summary() {
        return "look for values or text in memory";
    }

    @Override
    public String help() {
        return """
                find 0x100000, +0x8000, "Hello"        text, without a zero at its end; or by its length
                find/w 0x100000, 0x107fff, 0x1badb002  a number of four bytes; END is the last byte to look at
                find/b3 &table, +64, 0x90, 0x90        the first three places of two bytes in a row
                find phys(0), +16*1024*1024, "RSD PTR "  physical memory
                U  unit of numbers: b byte, h two bytes, w four, g eight; where it is missing, the size of the value's C type
                N  how many places at most, 1 to 1000
                The search ends where memory is not mapped, and says so.""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.EXPRESSION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        Matcher options = OPTIONS.matcher(argument.startsWith("/") ? argument.substring(1) : " " + argument);
        List<String> words = options.matches() ? ArgumentWords.atCommas(options.group(4)) : List.of();
        if (words.size() < 3 || words.stream().anyMatch(String::isEmpty)) {
            throw new ConsoleException(
                    "find needs a start, an end and what to look for, with commas between: " + usage());
        }
        MemoryRange range = MemoryRange.of(words.get(0), words.get(1), true, target);
        byte[] pattern = pattern(words.subList(2, words.size()), options.group(2), target);
        int most = most(options.group(1) + options.group(3));
        return Answer.of(search(range, pattern, most, target));
    }

    private static int most(String digits) {
        int most = digits.isEmpty() ? MOST_FINDS : Arguments.count(digits, 1);
        if (most > MOST_FINDS) {
            throw new ConsoleException("at most " + MOST_FINDS + " places are listed, not " + digits);
        }
        return most;
    }

    private static byte[] pattern(List<String> values, String unit, ConsoleTarget target) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String value : values) {
            if (value.startsWith("\"")) {
                bytes.writeBytes(text(value));
            } else {
                number(value, unit, bytes, target);
            }
        }
        if (bytes.size() == 0) {
            throw new ConsoleException("an empty text is everywhere");
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String quoted) {
        if (quoted.length() < 2 || !quoted.endsWith("\"")) {
            throw new ConsoleException(quoted + " has no \" at its end");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = quoted.substring(1, quoted.length() - 1);
        Matcher escape = ESCAPE.matcher(text);
        int done = 0;
        while (escape.find()) {
            bytes.writeBytes(text.substring(done, escape.start()).getBytes(StandardCharsets.UTF_8));
            bytes.write(escape.group(1) != null ? Integer.parseInt(escape.group(1), 16) : escaped(escape.group(2)));
            done = escape.end();
        }
        bytes.writeBytes(text.substring(done).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    private static int escaped(String letter) {
        return switch (letter) {
            case "n" -> '\n';
            case "r" -> '\r';
            case "t" -> '\t';
            case "0" -> 0;
            case "\\", "\"", "'" -> letter.charAt(0);
            default ->
                throw new ConsoleException("in text there is \\n \\r \\t \\0 \\\\ \\\" and \\x41, not \\" + letter);
        };
    }

    private static void number(String expression, String unit, ByteArrayOutputStream bytes, ConsoleTarget target) {
        Value value = target.evaluate(Expression.parse(expression));
        if (!value.isNumber()) {
            throw new ConsoleException(
                    "'" + expression + "' is a " + value.type() + ", not a number or text in quotes");
        }
        boolean isCharacter = expression.startsWith("'");
        int size = !unit.isEmpty()
                ? 1 << "bhwg".indexOf(unit)
                : isCharacter ? 1 : (int) value.type().bytes();
        long bits = value.bits();
        boolean fits = size >= Long.BYTES || bits >> (Byte.SIZE * size) == 0 || bits >> (Byte.SIZE * size - 1) == -1;
        if (!fits) {
            throw new ConsoleException(
                    "'%s' does not fit in %d bytes: choose a unit, find/g".formatted(expression, size));
        }
        for (int i = 0; i < size; i++) {
            bytes.write((int) (bits >>> (Byte.SIZE * Math.min(i, 7))));
        }
    }

    private static String search(MemoryRange range, byte[] pattern, int most, ConsoleTarget target) {
        Search search = new Search(pattern, most);
        long read = range.read(target, search);
        List<String> lines = new ArrayList<>();
        for (long offset : search.found) {
            lines.add(label(range.start().plus(offset), target));
        }
        if (search.found.isEmpty()) {
            lines.add("Pattern not found.");
        } else {
            String more = search.found.size() == most ? ", and perhaps more" : "";
            lines.add(search.found.size() + (search.found.size() == 1 ? " pattern found" : " patterns found") + more
                    + ".");
        }
        if (read < range.bytes() && search.found.size() < most) {
            lines.add("Memory at " + range.start().plus(read) + " is not mapped: the search ended there.");
        }
        return String.join("\n", lines);
    }

    private static String label(MemoryPlace place, ConsoleTarget target) {
        return place.space() == AddressSpace.PHYSICAL
                ? place.toString()
                : target.symbol(place.address())
                        .map(symbol -> place + " <" + symbol + ">")
                        .orElse(place.toString());
    }

    /** Finds a pattern in what comes piece by piece. */
    private static final class Search implements MemoryRange.Reader {

        private final byte[] pattern;
        private final int most;
        private final List<Long> found = new ArrayList<>();
        private byte[] kept = new byte[0];
        private long start;

        Search(byte[] pattern, int most) {
            this.pattern = pattern;
            this.most = most;
        }

        @Override
        public void take(byte[] bytes, int length) {
            byte[] window = Arrays.copyOf(kept, kept.length + length);
            System.arraycopy(bytes, 0, window, kept.length, length);
            int last = window.length - pattern.length;
            for (int i = 0; i <= last && found.size() < most; i++) {
                if (window[i] == pattern[0]
                        && Arrays.equals(window, i, i + pattern.length, pattern, 0, pattern.length)) {
                    found.add(start + i);
                }
            }
            int next = Math.max(0, last + 1);
            kept = Arrays.copyOfRange(window, next, window.length);
            start += next;
        }
    }
}
