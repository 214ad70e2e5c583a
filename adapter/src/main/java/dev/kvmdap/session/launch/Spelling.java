package dev.kvmdap.session.launch;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class Spelling {

    private static final int LONGEST_WORD = 64;

    private Spelling() {}

    /** The word nearest to the one given, where it is near enough to be a slip. */
    static Optional<String> nearest(String given, Collection<String> words) {
        if (given.length() > LONGEST_WORD) {
            return Optional.empty();
        }
        int mostEdits = Math.max(1, given.length() / 3);
        return words.stream()
                .filter(word -> edits(given, word) <= mostEdits)
                .min(Comparator.comparingInt(word -> edits(given, word)));
    }

    /** The Levenshtein distance, capitals ignored. */
    private static int edits(String from, String to) {
        String a = from.toLowerCase(Locale.ROOT);
        String b = to.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
