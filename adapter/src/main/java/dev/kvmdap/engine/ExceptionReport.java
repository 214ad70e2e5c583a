package dev.kvmdap.engine;

import java.util.List;

/**
 * What an exception is about, for people.
 *
 * @param id its mnemonic, such as {@code #PF}
 * @param term its name in words
 * @param headline what happened and where, in a line
 * @param lines what is known beyond it, a sentence a line
 * @param operand what the exception is about as an expression, such as {@code $cr2}; empty where there is none
 */
public record ExceptionReport(String id, String term, String headline, List<String> lines, String operand) {

    /** All of it. */
    public String text() {
        return lines.isEmpty() ? headline : headline + "\n" + String.join("\n", lines);
    }
}
