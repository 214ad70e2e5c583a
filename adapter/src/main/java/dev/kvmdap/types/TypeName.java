package dev.kvmdap.types;

import java.util.Locale;

/**
 * A name of a type, in one of C's two name spaces (C17 6.2.3): of tags, or of ordinary names.
 *
 * @param keyword in front of a tag; {@link Keyword#NONE} for a typedef or a type of the language
 */
public record TypeName(Keyword keyword, String name) {

    /** What stands in front of a tag. */
    public enum Keyword {
        NONE,
        STRUCT,
        UNION,
        ENUM,
        CLASS;

        /** As the source has it. */
        public String term() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A typedef. */
    public static TypeName ordinary(String name) {
        return new TypeName(Keyword.NONE, name);
    }

    @Override
    public String toString() {
        return keyword == Keyword.NONE ? name : keyword.term() + " " + name;
    }
}
