package dev.kvmdap.x86;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of model-specific registers. It stands in {@code msr.txt} beside this class and is read once, when somebody first
 * asks.
 */
public final class MsrCatalogue {

    private static final String RESOURCE = "msr.txt";
    private static final Pattern REGISTER =
            Pattern.compile("0x([0-9a-f]+)(?:-0x([0-9a-f]+)/(\\d+))? ([A-Z0-9_*]+)( also)?: (.+)");
    private static final Pattern FIELD = Pattern.compile("\\s+(\\d+)(?::(\\d+))? ([A-Z0-9_.]+) (.+)");

    private final Map<Integer, ModelSpecificRegister> byIndex = new TreeMap<>(Integer::compareUnsigned);
    private final Map<String, ModelSpecificRegister> byName = new HashMap<>();

    private MsrCatalogue(BufferedReader lines) throws IOException {
        @Nullable Matcher head = null;
        List<BitField> fields = new ArrayList<>();
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher field = FIELD.matcher(line);
            Matcher register = REGISTER.matcher(line);
            if (field.matches() && head != null) {
                int high = Integer.parseInt(field.group(1));
                int low = field.group(2) == null ? high : Integer.parseInt(field.group(2));
                fields.add(new BitField(field.group(3), low, high, field.group(4)));
            } else if (register.matches()) {
                addSeries(head, fields);
                head = register;
                fields.clear();
            } else {
                throw new IllegalStateException("%s line %d: %s".formatted(RESOURCE, number, line));
            }
        }
        addSeries(head, fields);
    }

    private void addSeries(@Nullable Matcher head, List<BitField> fields) {
        if (head == null) {
            return;
        }
        int first = Integer.parseUnsignedInt(head.group(1), 16);
        boolean single = head.group(2) == null;
        int last = single ? first : Integer.parseUnsignedInt(head.group(2), 16);
        int step = single ? 1 : Integer.parseInt(head.group(3));
        for (int index = first; Integer.compareUnsigned(index, last) <= 0; index += step) {
            String name = head.group(4).replace("*", Integer.toString((index - first) / step));
            add(new ModelSpecificRegister(index, name, head.group(5) != null, head.group(6), new BitLayout(fields)));
        }
    }

    private void add(ModelSpecificRegister register) {
        if (byIndex.put(register.index(), register) != null || byName.put(register.name(), register) != null) {
            throw new IllegalStateException(register.name() + " stands twice in " + RESOURCE);
        }
    }

    /** The catalogue, the same one each time. */
    public static MsrCatalogue load() {
        return Loaded.CATALOGUE;
    }

    /** The register of an index; one without a proper name where it is not known. */
    public ModelSpecificRegister at(int index) {
        ModelSpecificRegister known = byIndex.get(index);
        return known == null ? ModelSpecificRegister.unnamed(index) : known;
    }

    /** The register of a name, in any case. */
    public Optional<ModelSpecificRegister> named(String name) {
        return Optional.ofNullable(byName.get(name.toUpperCase(Locale.ROOT)));
    }

    /** All registers, by index as unsigned numbers. */
    public Collection<ModelSpecificRegister> all() {
        return Collections.unmodifiableCollection(byIndex.values());
    }

    /** The name that was probably meant by one that {@link #named} does not know. */
    public Optional<String> closest(String name) {
        return Spelling.closest(
                        name,
                        byName.keySet().stream()
                                .map(known -> known.toLowerCase(Locale.ROOT))
                                .toList())
                .map(known -> known.toUpperCase(Locale.ROOT));
    }

    private static final class Loaded {

        private static final MsrCatalogue CATALOGUE = read();

        private static MsrCatalogue read() {
            InputStream resource = MsrCatalogue.class.getResourceAsStream(RESOURCE);
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the jar; build it again");
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))) {
                return new MsrCatalogue(lines);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
