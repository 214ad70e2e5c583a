package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/** The header of a line program (DWARF 5, 6.2.4). */
final class LineHeader {

    final Encoding encoding;
    /** The unit of DW_LNS_advance_pc, in bytes. */
    final int minimumInstructionLength;
    /** 1 but on VLIW machines. */
    final int operationsPerInstruction;
    /** The value of is_stmt that each sequence begins with. */
    final boolean initiallyStatement;

    final int lineBase;
    final int lineRange;
    final int opcodeBase;
    /** The number of LEB128 operands of each standard opcode. */
    final int[] operandCounts;

    final FileTable files;
    /** The instructions, from the reader's position to its end. */
    final ByteReader program;

    /**
     * Reads the header at an offset of .debug_line.
     *
     * @param unit the unit that the program belongs to
     */
    LineHeader(Unit unit, long offset) {
        ByteReader section = unit.file().section(DwarfSection.LINE).seek(offset);
        Encoding.Extent extent = Encoding.Extent.read(section);
        program = section.slice(section.position(), extent.end() - section.position());
        int version = program.u16();
        UnitHeader.requireVersion(program.name(), version);
        int addressSize = unit.encoding().addressSize();
        if (version >= 5) {
            addressSize = program.u8();
            Encoding.requireAddressSize(program.name(), addressSize);
            program.skip(1);
        }
        encoding = new Encoding(version, extent.offsetSize(), addressSize);
        long headerLength = program.unsigned(extent.offsetSize());
        int headerStart = program.position();
        minimumInstructionLength = program.u8();
        operationsPerInstruction = version >= 4 ? Math.max(1, program.u8()) : 1;
        initiallyStatement = program.u8() != 0;
        lineBase = program.s8();
        lineRange = program.u8();
        opcodeBase = program.u8();
        if (lineRange == 0 || opcodeBase == 0) {
            throw new DwarfException(
                    "%s: the line program at offset 0x%x has line_range %d and opcode_base %d; both must be positive"
                            .formatted(program.name(), offset, lineRange, opcodeBase));
        }
        operandCounts = new int[opcodeBase];
        for (int i = 1; i < opcodeBase; i++) {
            operandCounts[i] = program.u8();
        }
        files = version >= 5 ? FileTable.readFormatted(unit, program, encoding) : FileTable.readPlain(unit, program);
        program.seek(headerStart).skip(headerLength);
    }
}
