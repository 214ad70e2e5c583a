package dev.kvmdap.session;

import org.eclipse.lsp4j.debug.InitializeRequestArguments;
import org.eclipse.lsp4j.debug.InitializeRequestArgumentsPathFormat;

/**
 * What the client can, and how it counts: the arguments of {@code initialize} with the protocol's defaults for what it left
 * out.
 *
 * @param firstLine the number of a file's first line: 0 or 1
 * @param firstColumn the number of a line's first column: 0 or 1
 * @param pathsAreUris whether paths go over the wire as {@code file:} URIs
 * @param variableType whether it shows the types of variables
 * @param variablePaging whether it fetches the children of large variables in pieces
 * @param progress whether it shows the progress of long work
 * @param invalidated whether it fetches again what an {@code invalidated} event names
 * @param memory whether it fetches again what a {@code memory} event names
 */
public record ClientFeatures(
        int firstLine,
        int firstColumn,
        boolean pathsAreUris,
        boolean variableType,
        boolean variablePaging,
        boolean progress,
        boolean invalidated,
        boolean memory) {

    /** A client that says nothing about itself. */
    public static final ClientFeatures DEFAULTS = of(new InitializeRequestArguments());

    /** What the arguments of {@code initialize} say. */
    public static ClientFeatures of(InitializeRequestArguments arguments) {
        return new ClientFeatures(
                Boolean.FALSE.equals(arguments.getLinesStartAt1()) ? 0 : 1,
                Boolean.FALSE.equals(arguments.getColumnsStartAt1()) ? 0 : 1,
                InitializeRequestArgumentsPathFormat.URI.equals(arguments.getPathFormat()),
                Boolean.TRUE.equals(arguments.getSupportsVariableType()),
                Boolean.TRUE.equals(arguments.getSupportsVariablePaging()),
                Boolean.TRUE.equals(arguments.getSupportsProgressReporting()),
                Boolean.TRUE.equals(arguments.getSupportsInvalidatedEvent()),
                Boolean.TRUE.equals(arguments.getSupportsMemoryEvent()));
    }

    /** A client's line number for a line counted from 1. */
    public int toClientLine(int line) {
        return line - 1 + firstLine;
    }

    /** A line counted from 1 for a client's line number. */
    public int fromClientLine(int line) {
        return line + 1 - firstLine;
    }

    /** A client's column number for a column counted from 1. */
    public int toClientColumn(int column) {
        return column - 1 + firstColumn;
    }

    /** A column counted from 1 for a client's column number. */
    public int fromClientColumn(int column) {
        return column + 1 - firstColumn;
    }
}
