package dev.kvmdap.disassembly;

import java.util.OptionalLong;

/** Where instructions are known to begin: at rows of line tables, at functions, at labels. */
public interface KnownStarts {

    /** The nearest known start at a linear address or below it; empty where none is known. */
    OptionalLong atOrBelow(long linear);
}
