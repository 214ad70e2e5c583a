package dev.kvmdap.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A source file of the guest, in which comments mark the places of interest. */
final class SourceFile {

    private final Path path;
    private final List<String> lines;

    private SourceFile(Path path, List<String> lines) {
        this.path = path;
        this.lines = lines;
    }

    static SourceFile read(Path path) {
        try {
            return new SourceFile(path, Files.readAllLines(path));
        } catch (IOException e) {
            throw new DemoFailure("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    /** The number of the line that carries the comment {@code BREAK: name}, from 1. */
    int marked(String name) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains("BREAK: " + name + " ")) {
                return i + 1;
            }
        }
        throw new DemoFailure(path + " has no line marked 'BREAK: " + name + "'");
    }

    /** A line as it is shown: file, number, and text without indentation and marks. */
    String place(int line) {
        String text = line < 1 || line > lines.size() ? "" : lines.get(line - 1);
        return path.getFileName() + ":" + line + " │ "
                + text.replaceAll("/\\*.*", "").strip();
    }
}
