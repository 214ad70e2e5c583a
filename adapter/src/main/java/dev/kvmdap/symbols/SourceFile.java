package dev.kvmdap.symbols;

import java.nio.file.Path;

/**
 * A source file that code was built from.
 *
 * @param recorded the path in the debugging information, with its compilation directory
 * @param path where the client finds it: see {@link SourceMap}; the file may be missing
 */
public record SourceFile(String recorded, Path path) {

    /** The file's name without its folders. */
    public String name() {
        return path.getFileName() == null ? recorded : path.getFileName().toString();
    }
}
