package dev.kvmdap.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A verb's name of one or more words. What may be left out at a word's end stands in parentheses: {@code i(nfo) b(reakpoints)} may
 * be written {@code info breakpoints}, {@code i b}, {@code inf brea} and so on.
 *
 * @param full with nothing left out
 * @param forms all ways to write it
 */
record VerbName(String full, List<String> forms) {

    private static final Pattern WORD = Pattern.compile("([^()]+)(?:\\(([^()]+)\\))?");

    /** Reads the notation. */
    static VerbName of(String notation) {
        List<String> forms = List.of("");
        for (String word : notation.split(" ", -1)) {
            List<String> longer = new ArrayList<>();
            for (String begun : forms) {
                formsOfWord(word).forEach(form -> longer.add(begun.isEmpty() ? form : begun + " " + form));
            }
            forms = longer;
        }
        return new VerbName(notation.replaceAll("[()]", ""), List.copyOf(forms));
    }

    private static List<String> formsOfWord(String word) {
        Matcher matcher = WORD.matcher(word);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no name of a verb: " + word);
        }
        List<String> forms = new ArrayList<>();
        String rest = matcher.group(2) == null ? "" : matcher.group(2);
        for (int length = rest.length(); length >= 0; length--) {
            forms.add(matcher.group(1) + rest.substring(0, length));
        }
        return forms;
    }

    /** As much left out as can be. */
    String shortest() {
        return forms.get(forms.size() - 1);
    }

    /** What stands behind the name, where a line begins with it and it ends there, at a space, or at a {@code /}. */
    Optional<String> argument(String line) {
        return forms.stream().flatMap(form -> behind(form, line).stream()).findFirst();
    }

    /** Whether a line begins with the name and goes on behind it. */
    boolean isBefore(String line) {
        return forms.stream()
                .anyMatch(form ->
                        line.length() > form.length() && behind(form, line).isPresent());
    }

    private static Optional<String> behind(String form, String line) {
        Matcher matcher =
                Pattern.compile(form.replace(" ", "\\s+") + "(?![^\\s/])").matcher(line);
        return matcher.lookingAt() ? Optional.of(line.substring(matcher.end()).strip()) : Optional.empty();
    }
}
