package dev.kvmdap.console;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Splits what a verb is told; what stands in brackets or quotes stays together. */
final class ArgumentWords {

    private ArgumentWords() {}

    /** The parts between commas, without the spaces around them. */
    static List<String> atCommas(String text) {
        return split(text, character -> character == ',').stream()
                .map(String::strip)
                .toList();
    }

    /** The parts between spaces. */
    static List<String> atSpaces(String text) {
        return split(text, Character::isWhitespace).stream()
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static List<String> split(String text, IntPredicate separates) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int depth = 0;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (quote != 0) {
                if (next == '\\' && i + 1 < text.length()) {
                    part.append(next);
                    next = text.charAt(++i);
                } else if (next == quote) {
                    quote = 0;
                }
            } else if (next == '"' || next == '\'') {
                quote = next;
            } else if ("([{".indexOf(next) >= 0) {
                depth++;
            } else if (")]}".indexOf(next) >= 0) {
                depth--;
            } else if (depth <= 0 && separates.test(next)) {
                parts.add(part.toString());
                part.setLength(0);
                continue;
            }
            part.append(next);
        }
        parts.add(part.toString());
        return parts;
    }
}
