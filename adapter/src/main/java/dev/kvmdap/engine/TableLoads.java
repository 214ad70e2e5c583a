package dev.kvmdap.engine;

import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.disassembly.Disassembler;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.Section;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.SourceLine;
import dev.kvmdap.symbols.SymbolFile;
import dev.kvmdap.symbols.Symbols;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The instructions in a program's images that load the interrupt table register: KVM does not tell when the guest executes
 * one. Found by their bytes; only those count that decoding from a place where an instruction surely begins comes upon.
 */
final class TableLoads {

    private static final int ESCAPE = 0x0f;
    private static final int GROUP_7 = 0x01;
    private static final int LIDT = 3;
    private static final int REGISTER_OPERAND = 3;
    /** The farthest that a known start may lie below what is looked for. */
    private static final int FARTHEST = 1 << 16;

    private final Symbols symbols;
    private final Disassembler disassembler = new Disassembler();
    private final List<Long> found = new ArrayList<>();

    private TableLoads(Symbols symbols) {
        this.symbols = symbols;
    }

    /** Their linear addresses. */
    static List<Long> in(Symbols symbols) {
        TableLoads loads = new TableLoads(symbols);
        symbols.files().forEach(loads::search);
        return List.copyOf(loads.found);
    }

    private void search(SymbolFile file) {
        try {
            for (Section section : file.elf().sections()) {
                if (section.isExecutable() && section.isAllocated() && section.type() != Section.NOBITS) {
                    search(file, section, file.elf().contents(section));
                }
            }
        } catch (ElfException damaged) {
            // without its code the interrupt table is followed by looking now and then
        }
    }

    private void search(SymbolFile file, Section section, ByteBuffer code) {
        long start = section.address() + file.offset();
        for (int i = 0; i + 2 < code.limit(); i++) {
            int modRm = code.get(i + 2) & 0xff;
            boolean matches = (code.get(i) & 0xff) == ESCAPE
                    && (code.get(i + 1) & 0xff) == GROUP_7
                    && (modRm >> 3 & 7) == LIDT
                    && modRm >> 6 != REGISTER_OPERAND;
            if (matches) {
                verify(file.elf().is64(), code, start, start + i);
            }
        }
    }

    private void verify(boolean is64, ByteBuffer code, long codeStart, long opcode) {
        Optional<SourceLine> row = symbols.lineAt(opcode);
        long from = row.map(SourceLine::low)
                .or(() -> symbols.functionAt(opcode).map(Function::low))
                .orElse(opcode);
        if (from < codeStart || opcode - from > FARTHEST) {
            return;
        }
        int[] widths = is64 ? new int[] {64, 32} : new int[] {32, 16};
        for (int bits : widths) {
            OptionalLong load = decode(code, codeStart, from, opcode, bits);
            boolean usual = bits == widths[0];
            if (load.isPresent() && (usual || (row.isPresent() && load.getAsLong() == from))) {
                found.add(load.getAsLong());
                return;
            }
        }
    }

    /** The address of the LIDT around an opcode, if decoding from a known start comes upon it. */
    private OptionalLong decode(ByteBuffer code, long codeStart, long from, long opcode, int bits) {
        CodeSegment segment = new CodeSegment(0, bits);
        byte[] bytes = new byte[Disassembler.MOST_BYTES];
        long next = from;
        while (next - opcode <= 0) {
            int offset = (int) (next - codeStart);
            int available = Math.min(bytes.length, code.limit() - offset);
            code.get(offset, bytes, 0, available);
            DecodedInstruction instruction = disassembler.decode(bytes, 0, available, next, segment);
            if (!instruction.isValid()) {
                break;
            }
            if (next + instruction.length() - opcode > 0) {
                return instruction.mnemonic(Syntax.INTEL).startsWith("lidt")
                        ? OptionalLong.of(next)
                        : OptionalLong.empty();
            }
            next += instruction.length();
        }
        return OptionalLong.empty();
    }
}
