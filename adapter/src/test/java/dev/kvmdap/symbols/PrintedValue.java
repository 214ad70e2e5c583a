package dev.kvmdap.symbols;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value as it was printed, by gdb or by us, brought into one form: escapes and repeats resolved, structures without a name
 * merged into what they are in, numbers with a fraction read.
 */
final class PrintedValue {

    private static final Pattern REAL =
            Pattern.compile("-?(?:\\d+\\.\\d+(?:e[-+]\\d+)?|\\d+e[-+]\\d+|\\d{1,17}(?![\\dxX])|inf)");
    private static final Pattern REPEATS = Pattern.compile("\\G <repeats (\\d+) times>");
    private static final Pattern NAME = Pattern.compile("\\G([A-Za-z_<][\\w:<>, $*&]*?) = ");
    private static final Pattern MISSING = Pattern.compile(
            "<(?:optimized out|synthetic pointer|error: .*|[^<>]*(?:is optimized out here|is lost: the functions)[^<>]*)>");

    private static final Pattern OFFSET = Pattern.compile("\\+0x([0-9a-f]+)>");

    private final String text;
    private int at;

    private PrintedValue(String text) {
        this.text = OFFSET.matcher(MISSING.matcher(text).replaceAll("<none>"))
                .replaceAll(offset -> "+" + Long.parseLong(offset.group(1), 16) + ">");
    }

    /** The one form. */
    static String normal(String printed) {
        PrintedValue value = new PrintedValue(printed);
        StringBuilder normal = new StringBuilder();
        value.value(normal);
        return normal + value.text.substring(value.at);
    }

    private boolean looksAt(String start) {
        return text.startsWith(start, at);
    }

    private void value(StringBuilder into) {
        if (looksAt("{")) {
            List<String> parts = parts();
            boolean isMissing = !parts.isEmpty() && parts.stream().allMatch(part -> part.endsWith("<none>"));
            into.append(isMissing ? "<none>" : "{" + String.join(", ", parts) + "}");
        } else if (looksAt("\"") || looksAt("'")) {
            into.append(characters());
        } else {
            scalar(into);
        }
    }

    /** What is between braces; the parts of a structure without a name among named ones are given as its neighbours. */
    private List<String> parts() {
        at++;
        List<String> parts = new ArrayList<>();
        boolean named = false;
        while (at < text.length() && !looksAt("}")) {
            Matcher name = NAME.matcher(text);
            StringBuilder part = new StringBuilder();
            if (name.find(at)) {
                named = true;
                part.append(name.group());
                at = name.end();
                value(part);
                parts.add(part.toString());
            } else if (named && looksAt("{")) {
                parts.addAll(parts());
            } else {
                value(part);
                for (int i = repeats(); i > 0; i--) {
                    parts.add(part.toString());
                }
            }
            at += looksAt(", ") ? 2 : 0;
        }
        at++;
        return parts;
    }

    private int repeats() {
        Matcher repeats = REPEATS.matcher(text);
        if (!repeats.find(at)) {
            return 1;
        }
        at = repeats.end();
        return Integer.parseInt(repeats.group(1));
    }

    /** Strings and repeated characters that follow one another; NULs at the end are not counted. */
    private String characters() {
        StringBuilder bytes = new StringBuilder();
        boolean more = true;
        while (more) {
            boolean repeated = looksAt("'");
            String chunk = quoted();
            bytes.append(chunk.repeat(repeats()));
            more = looksAt(", '") || (repeated && looksAt(", \""));
            at += more ? 2 : 0;
        }
        int end = bytes.length();
        while (end > 0 && bytes.charAt(end - 1) == 0) {
            end--;
        }
        return "\"" + bytes.substring(0, end) + "\"";
    }

    private String quoted() {
        char quote = text.charAt(at++);
        StringBuilder bytes = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            bytes.append(text.charAt(at) == '\\' ? escape() : latin(text.charAt(at++)));
        }
        at++;
        return bytes.toString();
    }

    private static String latin(char character) {
        return new String(String.valueOf(character).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private char escape() {
        at++;
        char kind = text.charAt(at++);
        if (kind == 'x') {
            at += 2;
            return (char) Integer.parseInt(text.substring(at - 2, at), 16);
        }
        if (kind >= '0' && kind <= '7') {
            int end = at;
            while (end < Math.min(text.length(), at + 2) && text.charAt(end) >= '0' && text.charAt(end) <= '7') {
                end++;
            }
            char code = (char) Integer.parseInt(text.substring(at - 1, end), 8);
            at = end;
            return code;
        }
        int place = "abefnrtv".indexOf(kind);
        return place < 0 ? kind : "\u0007\b\u001b\f\n\r\t\u000b".charAt(place);
    }

    private void scalar(StringBuilder into) {
        int start = at;
        Matcher real = REAL.matcher(text).region(at, text.length());
        if (real.lookingAt() && !text.startsWith("0x", at)) {
            String number = real.group();
            boolean fraction = number.contains(".") || number.contains("e");
            into.append(fraction ? Float.toString(Float.parseFloat(number)) + "~" : number);
            at = real.end();
            start = at;
        }
        while (at < text.length() && !looksAt(", ") && !looksAt("}") && !looksAt(" <repeats")) {
            if (looksAt("\"") || looksAt("'")) {
                into.append(text, start, at).append(characters());
                start = at;
            } else if (looksAt("<")) {
                at = Math.max(at + 1, text.indexOf('>', at));
            } else {
                at++;
            }
        }
        into.append(text, start, at);
    }
}
