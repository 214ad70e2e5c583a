package dev.kvmdap.x86;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant by a misspelt one. */
public final class Spelling {

    private Spelling() {}

    /**
     * The known word with the fewest letters to insert, delete or replace (Levenshtein's distance), at most a third of
     * the misspelt one and at least one; of several, one of the same length.
     */
    public static Optional<String> closest(String misspelt, Collection<String> words) {
        String wanted = misspelt.toLowerCase(Locale.ROOT);
        int tolerance = Math.max(1, wanted.length() / 3);
        return words.stream()
                .filter(word -> Math.abs(word.length() - wanted.length()) <= tolerance)
                .filter(word -> distance(wanted, word) <= tolerance)
                .min(Comparator.<String>comparingInt(word -> distance(wanted, word))
                        .thenComparingInt(word -> Math.abs(word.length() - wanted.length())));
    }

    private static int distance(String from, String to) {
        int[] costs = new int[to.length() + 1];
        for (int j = 0; j < costs.length; j++) {
            costs[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = costs[0];
            costs[0] = i;
            for (int j = 1; j < costs.length; j++) {
                int replace = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = costs[j];
                costs[j] = Math.min(replace, 1 + Math.min(costs[j], costs[j - 1]));
            }
        }
        return costs[to.length()];
    }
}
