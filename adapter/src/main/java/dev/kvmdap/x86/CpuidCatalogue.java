package dev.kvmdap.x86;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of CPUID's leaves and their bits. It stands in {@code cpuid.csv} beside this class and is read once,
 * when somebody first asks.
 */
public final class CpuidCatalogue {

    private static final String RESOURCE = "cpuid.csv";

    private final Map<Integer, String> leafNames = new HashMap<>();
    private final Map<Integer, List<CpuidField>> fields = new LinkedHashMap<>();
    private final Map<String, CpuidField> features = new LinkedHashMap<>();

    private CpuidCatalogue(BufferedReader lines) throws IOException {
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            try {
                read(line);
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalStateException("%s line %d: %s".formatted(RESOURCE, number, line), e);
            }
        }
    }

    /** The catalogue, the same one each time. */
    public static CpuidCatalogue load() {
        return Loaded.CATALOGUE;
    }

    /** What the leaf is about; empty where it is not known. */
    public String leafName(int leaf) {
        return leafNames.getOrDefault(leaf, "");
    }

    /** The fields of one register of an answer, highest bit last; empty where none is known. */
    public List<CpuidField> fields(int leaf, int subleaf, CpuidRegister register) {
        return fields.getOrDefault(leaf, List.of()).stream()
                .filter(field -> field.register() == register && field.appliesTo(subleaf))
                .toList();
    }

    /** Every known field, in the order of the leaves. */
    public List<CpuidField> fields() {
        return fields.values().stream().flatMap(List::stream).toList();
    }

    /**
     * The feature of that name: a field of one bit.
     *
     * @param name its name or an alias, in any case; dots and hyphens count as underscores, as in {@code SSE4.1}
     */
    public Optional<CpuidField> feature(String name) {
        return Optional.ofNullable(features.get(normal(name)));
    }

    /** The copy that AMD processors keep in leaf 0x80000001 of a feature of leaf 1 (APM vol. 3, E.4.2). */
    public Optional<CpuidField> mirrorOf(CpuidField feature) {
        boolean mirrored = feature.leaf() == 1 && feature.register() == CpuidRegister.EDX;
        return mirrored ? feature("e_" + feature.name()) : Optional.empty();
    }

    /** The feature's name that was probably meant by one that {@link #feature} does not know. */
    public Optional<String> closest(String name) {
        return Spelling.closest(normal(name), features.keySet());
    }

    /** The names and aliases of all features, for completions. */
    public Collection<String> featureNames() {
        return Collections.unmodifiableSet(features.keySet());
    }

    private void read(String line) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        String[] columns = line.split(",", 3);
        int leaf = Integer.parseUnsignedInt(columns[0].substring("0x".length()), 16);
        if (columns[1].isEmpty()) {
            leafNames.put(leaf, columns[2]);
        } else {
            add(field(leaf, columns[1], columns[2].split(",", 5)));
        }
    }

    private static CpuidField field(int leaf, String subleaves, String[] columns) {
        String[] range = subleaves.split("-", 2);
        String[] names = columns[3].split("\\|");
        return new CpuidField(
                leaf,
                Integer.parseInt(range[0]),
                Integer.parseInt(range[range.length - 1]),
                CpuidRegister.valueOf(columns[0].toUpperCase(Locale.ROOT)),
                new BitField(names[0], Integer.parseInt(columns[2]), Integer.parseInt(columns[1]), columns[4]),
                Arrays.asList(names).subList(1, names.length));
    }

    private void add(CpuidField field) {
        fields.computeIfAbsent(field.leaf(), leaf -> new ArrayList<>()).add(field);
        if (field.bits().isFlag()) {
            name(field.name(), field);
            field.aliases().forEach(alias -> name(alias, field));
        }
    }

    private void name(String name, CpuidField feature) {
        if (features.putIfAbsent(name, feature) != null) {
            throw new IllegalArgumentException(name + " names two features");
        }
    }

    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static final class Loaded {

        private static final CpuidCatalogue CATALOGUE = read();

        private static CpuidCatalogue read() {
            InputStream resource = CpuidCatalogue.class.getResourceAsStream(RESOURCE);
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the jar; build it again");
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))) {
                return new CpuidCatalogue(lines);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
