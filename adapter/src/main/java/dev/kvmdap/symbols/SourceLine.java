package dev.kvmdap.symbols;

/**
 * The place in the source that a piece of code belongs to: a row of a line table (DWARF 5, 6.2.2).
 *
 * @param line from 1; 0 for code that the compiler made and that belongs to no line
 * @param column from 1; 0 for the whole line
 * @param low the first linear address of the row
 * @param high the address behind the row
 * @param isStatement whether {@code low} is a recommended place for a breakpoint
 */
public record SourceLine(SourceFile file, int line, int column, long low, long high, boolean isStatement) {

    SourceLine moved(long offset) {
        return new SourceLine(file, line, column, low + offset, high + offset, isStatement);
    }
}
