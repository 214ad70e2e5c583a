package dev.kvmdap.symbols;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The source files of one image: each recorded path once, with its place on the client's disk. */
final class SourceFiles {

    private final SourceMap map;
    private final Path imageFolder;
    private final Map<String, SourceFile> byRecordedPath = new HashMap<>();

    SourceFiles(SourceMap map, Path image) {
        this.map = map;
        Path folder = image.toAbsolutePath().normalize().getParent();
        this.imageFolder = folder == null ? Path.of("/") : folder;
    }

    SourceFile of(String recorded) {
        return byRecordedPath.computeIfAbsent(recorded, path -> new SourceFile(path, map.locate(path, imageFolder)));
    }

    /**
     * Those among some recorded paths that a client's path stands for: the files that lie there; where there are none,
     * the missing ones whose paths end most like it, for a client whose sources lie under another root.
     */
    Set<String> meantBy(Path clientPath, Collection<String> recordedPaths) {
        Path asked = clientPath.toAbsolutePath().normalize();
        Set<String> there = new LinkedHashSet<>();
        Set<String> alike = new LinkedHashSet<>();
        int most = 1;
        for (String recorded : recordedPaths) {
            Path path = of(recorded).path();
            if (isSame(asked, path)) {
                there.add(recorded);
            } else if (!Files.exists(path)) {
                int common = commonEnd(asked, path);
                if (common > most) {
                    alike.clear();
                    most = common;
                }
                if (common == most) {
                    alike.add(recorded);
                }
            }
        }
        return there.isEmpty() ? alike : there;
    }

    /** Whether a person can mean a recorded path by a name: its end, with or without the extension. */
    static boolean isNamed(String recorded, String name) {
        int dot = recorded.lastIndexOf('.');
        return !name.isEmpty() && (endsLike(recorded, name) || (dot > 0 && endsLike(recorded.substring(0, dot), name)));
    }

    private static boolean endsLike(String recorded, String name) {
        return recorded.equals(name) || recorded.endsWith("/" + name);
    }

    private static boolean isSame(Path asked, Path path) {
        if (asked.equals(path)) {
            return true;
        }
        try {
            return Files.exists(asked) && Files.exists(path) && Files.isSameFile(asked, path);
        } catch (IOException e) {
            return false;
        }
    }

    /** The number of equal names that two paths end with. */
    private static int commonEnd(Path left, Path right) {
        int common = 0;
        int most = Math.min(left.getNameCount(), right.getNameCount());
        while (common < most
                && left.getName(left.getNameCount() - 1 - common)
                        .equals(right.getName(right.getNameCount() - 1 - common))) {
            common++;
        }
        return common;
    }
}
