package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;

/** The machine that runs a line program (DWARF 5, 6.2.2 and 6.2.5) into a table of rows. */
final class LineProgram {

    private static final int EXTENDED = 0;
    private static final int COPY = 1;
    private static final int ADVANCE_PC = 2;
    private static final int ADVANCE_LINE = 3;
    private static final int SET_FILE = 4;
    private static final int SET_COLUMN = 5;
    private static final int NEGATE_STMT = 6;
    private static final int SET_BASIC_BLOCK = 7;
    private static final int CONST_ADD_PC = 8;
    private static final int FIXED_ADVANCE_PC = 9;
    private static final int SET_PROLOGUE_END = 10;
    private static final int SET_EPILOGUE_BEGIN = 11;
    private static final int SET_ISA = 12;

    private static final int END_SEQUENCE = 1;
    private static final int SET_ADDRESS = 2;
    private static final int DEFINE_FILE = 3;

    private final Unit unit;
    private final LineHeader header;
    private final ByteReader program;
    private final LineTable.Builder rows;

    private long address;
    private int operation;
    private int file;
    private int line;
    private int column;
    private boolean statement;
    private boolean prologueEnd;

    private LineProgram(Unit unit, LineHeader header) {
        this.unit = unit;
        this.header = header;
        this.program = header.program;
        this.rows = new LineTable.Builder(header.files);
    }

    /** Runs the program at an offset of .debug_line; where it is damaged, the sequences before the damage remain. */
    static LineTable run(Unit unit, long offset) {
        LineProgram machine = new LineProgram(unit, new LineHeader(unit, offset));
        try {
            machine.run();
        } catch (ElfException e) {
            unit.file().warnings().lost("the rest of the line program at .debug_line offset 0x%x".formatted(offset), e);
        }
        return machine.rows.build();
    }

    private void run() {
        reset();
        while (program.hasRemaining()) {
            int opcode = program.u8();
            if (opcode >= header.opcodeBase) {
                int adjusted = opcode - header.opcodeBase;
                advance(adjusted / header.lineRange);
                line += header.lineBase + adjusted % header.lineRange;
                copy();
            } else if (opcode == EXTENDED) {
                runExtended();
            } else {
                runStandard(opcode);
            }
        }
    }

    private void reset() {
        address = 0;
        operation = 0;
        file = 1;
        line = 1;
        column = 0;
        statement = header.initiallyStatement;
        prologueEnd = false;
    }

    private void runStandard(int opcode) {
        switch (opcode) {
            case COPY -> copy();
            case ADVANCE_PC -> advance(program.uleb());
            case ADVANCE_LINE -> line += (int) program.sleb();
            case SET_FILE -> file = (int) program.uleb();
            case SET_COLUMN -> column = (int) program.uleb();
            case NEGATE_STMT -> statement = !statement;
            case SET_BASIC_BLOCK, SET_EPILOGUE_BEGIN -> {}
            case CONST_ADD_PC -> advance((255 - header.opcodeBase) / header.lineRange);
            case FIXED_ADVANCE_PC -> {
                advanceAddress(program.u16());
                operation = 0;
            }
            case SET_PROLOGUE_END -> prologueEnd = true;
            case SET_ISA -> program.skipLeb();
            default -> {
                for (int i = 0; i < header.operandCounts[opcode]; i++) {
                    program.skipLeb();
                }
            }
        }
    }

    private void runExtended() {
        long length = program.uleb();
        int start = program.position();
        if (length == 0) {
            return;
        }
        if (length < 0 || length > program.remaining()) {
            throw new DwarfException("%s: an extended opcode of %s bytes at offset 0x%x, but %d are left"
                    .formatted(program.name(), Long.toUnsignedString(length), start, program.remaining()));
        }
        switch (program.u8()) {
            case END_SEQUENCE -> endSequence();
            case SET_ADDRESS -> {
                address = program.unsigned((int) length - 1);
                operation = 0;
            }
            case DEFINE_FILE -> header.files.addPlain(program.cstring(), program);
            default -> {}
        }
        program.seek(start + length);
    }

    private void advance(long operations) {
        if (header.operationsPerInstruction == 1) {
            advanceAddress(operations * header.minimumInstructionLength);
            return;
        }
        long total = operation + operations;
        advanceAddress(total / header.operationsPerInstruction * header.minimumInstructionLength);
        operation = (int) (total % header.operationsPerInstruction);
    }

    private void advanceAddress(long bytes) {
        address = (address + bytes) & header.encoding.maxAddress();
    }

    private void copy() {
        rows.add(address, file, line, column, statement, prologueEnd);
        prologueEnd = false;
    }

    private void endSequence() {
        if (rows.sequenceIsEmpty() || unit.file().isDiscarded(rows.sequenceLow(), header.encoding)) {
            rows.dropSequence();
        } else {
            rows.endSequence(address);
        }
        reset();
    }
}
