package dev.kvmdap.symbols;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds source files on the client's disk by the paths that the compiler recorded: first where a rule of the launch
 * configuration's {@code sourceMap} says, then at the recorded path itself, then beside the image and above it by the end
 * of the recorded path.
 */
public final class SourceMap {

    private static final SourceMap NONE = new SourceMap(Map.of());

    private final Map<String, String> rules = new LinkedHashMap<>();

    private SourceMap(Map<String, String> rules) {
        rules.entrySet().stream()
                .sorted(Comparator.comparing(rule -> -rule.getKey().length()))
                .forEach(rule -> this.rules.put(withoutSlash(rule.getKey()), withoutSlash(rule.getValue())));
    }

    /** No rules. */
    public static SourceMap none() {
        return NONE;
    }

    /**
     * Rules that replace the beginning of recorded paths, folder by folder; the longest that fits is taken.
     *
     * @param rules from recorded folder to folder on the client's disk
     */
    public static SourceMap of(Map<String, String> rules) {
        return new SourceMap(rules);
    }

    /**
     * The path of a source file on the client's disk: the first of the candidates that exists, else the first candidate.
     *
     * @param image the folder that the image is in
     */
    Path locate(String recorded, Path image) {
        Path mapped = toPath(applyRules(recorded)).normalize();
        if (Files.exists(mapped)) {
            return mapped;
        }
        Path asRecorded = toPath(recorded).normalize();
        if (asRecorded.isAbsolute() && Files.exists(asRecorded)) {
            return asRecorded;
        }
        for (int skipped = 0; skipped < asRecorded.getNameCount(); skipped++) {
            Path end = asRecorded.subpath(skipped, asRecorded.getNameCount());
            for (Path folder = image; folder != null; folder = folder.getParent()) {
                Path candidate = folder.resolve(end).normalize();
                if (Files.exists(candidate)) {
                    return candidate;
                }
                if (end.getNameCount() == 1) {
                    break;
                }
            }
        }
        return mapped.isAbsolute() ? mapped : image.resolve(mapped).normalize();
    }

    private String applyRules(String recorded) {
        for (Map.Entry<String, String> rule : rules.entrySet()) {
            String from = rule.getKey();
            if (recorded.equals(from) || recorded.startsWith(from + "/")) {
                return rule.getValue() + recorded.substring(from.length());
            }
        }
        return recorded;
    }

    private static String withoutSlash(String folder) {
        return folder.length() > 1 && folder.endsWith("/") ? folder.substring(0, folder.length() - 1) : folder;
    }

    /** A path with each character that the host's file names cannot have replaced. */
    private static Path toPath(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return Path.of(text.replaceAll("[^\\x20-\\x7e]", "_"));
        }
    }
}
