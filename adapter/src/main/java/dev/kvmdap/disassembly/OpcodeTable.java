package dev.kvmdap.disassembly;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The opcode maps, read once, when the first instruction is decoded, from the resource {@code opcodes.txt}. */
final class OpcodeTable {

    /** The maps, as the table's lines name them: the bytes in front of the opcode; v for VEX. */
    private static final List<String> MAPS = List.of("", "0f", "0f38", "0f3a", "v", "v0f", "v0f38", "v0f3a");

    /** How far the maps of VEX lie behind those of legacy encodings. */
    static final int VEX = 4;

    private static final OpcodeForm[] NONE = {};
    private static final OpcodeTable INSTANCE = read();

    private final OpcodeForm[][] forms = new OpcodeForm[MAPS.size() << 8][];

    private OpcodeTable() {}

    static OpcodeTable get() {
        return INSTANCE;
    }

    /**
     * What an opcode may be.
     *
     * @param map 0 for one-byte opcodes, 1 behind 0F, 2 behind 0F 38, 3 behind 0F 3A; plus {@link #VEX}
     */
    OpcodeForm[] forms(int map, int opcode) {
        OpcodeForm[] found = forms[map << 8 | opcode];
        return found == null ? NONE : found;
    }

    private static OpcodeTable read() {
        try (InputStream file = Objects.requireNonNull(OpcodeTable.class.getResourceAsStream("opcodes.txt"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII))) {
            List<List<OpcodeForm>> collected = new ArrayList<>();
            for (int i = 0; i < MAPS.size() << 8; i++) {
                collected.add(new ArrayList<>(0));
            }
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty() && line.charAt(0) != '#') {
                    add(line, collected);
                }
            }
            OpcodeTable table = new OpcodeTable();
            for (int i = 0; i < collected.size(); i++) {
                table.forms[i] = collected.get(i).toArray(NONE);
            }
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(String line, List<List<OpcodeForm>> collected) {
        int colon = line.indexOf(" : ");
        int space = line.indexOf(' ');
        int map = MAPS.indexOf(line.substring(0, space - 2));
        int opcode = Integer.parseInt(line, space - 2, space, 16);
        String terms = space == colon ? "" : line.substring(space + 1, colon);
        collected.get(map << 8 | opcode).add(OpcodeForm.parse(terms, line.substring(colon + 3)));
    }
}
