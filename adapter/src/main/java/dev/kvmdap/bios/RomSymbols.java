package dev.kvmdap.bios;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a debugger is told of the ROM, as an ELF file (gABI): its code, a symbol for each routine, and call-frame information
 * (DWARF 5, 6.4) by which the interrupted code is found. There an address is linear: CS times 16 plus IP.
 */
final class RomSymbols {

    private static final int HEADER_BYTES = 52;
    private static final int SECTION_HEADER_BYTES = 40;
    private static final int SYMBOL_BYTES = 16;

    private static final int EXECUTABLE = 2;
    private static final int I386 = 3;
    private static final int PROGBITS = 1;
    private static final int SYMTAB = 2;
    private static final int STRTAB = 3;
    private static final int ALLOCATED_AND_EXECUTABLE = 0x6;
    private static final int GLOBAL_FUNCTION = 0x12;
    private static final int TEXT_INDEX = 1;
    private static final int STRING_INDEX = 3;

    private static final int ESP = 4;
    private static final int EIP = 8;
    private static final int[] UNCHANGED = {1, 2, 3, 5, 6, 7};
    private static final int DW_CFA_ADVANCE_LOC_2 = 0x03;
    private static final int DW_CFA_SAME_VALUE = 0x08;
    private static final int DW_CFA_DEF_CFA = 0x0c;
    private static final int DW_CFA_DEF_CFA_OFFSET = 0x0e;
    private static final int DW_CFA_VAL_EXPRESSION = 0x16;

    /** CS at 4 bytes below the frame's end, times 16, plus IP at 6 below; the address of its end is on the stack. */
    private static final int[] RETURN_ADDRESS = {
        0x12, // dup
        0x34,
        0x1c, // lit4, minus
        0x94,
        2, // deref_size 2
        0x34,
        0x24, // lit4, shl
        0x16, // swap
        0x36,
        0x1c, // lit6, minus
        0x94,
        2, // deref_size 2
        0x22 // plus
    };

    private final RomAssembler code;
    private final byte[] rom;
    private final List<SectionHeader> headers = new ArrayList<>();
    private final ByteArrayOutputStream contents = new ByteArrayOutputStream();

    private record SectionHeader(
            int name, int type, int flags, int address, int offset, int size, int link, int info, int entryBytes) {}

    RomSymbols(RomAssembler code, byte[] rom) {
        this.code = code;
        this.rom = rom;
    }

    byte[] file() {
        Strings sectionNames = new Strings();
        Strings names = new Strings();
        byte[] symbols = symbols(names);
        int start = code.labels().get(0).offset();
        int size = code.here() - start;
        headers.add(new SectionHeader(0, 0, 0, 0, 0, 0, 0, 0, 0));
        byte[] text = new byte[size];
        System.arraycopy(rom, start, text, 0, size);
        add(sectionNames.add(".text"), PROGBITS, ALLOCATED_AND_EXECUTABLE, BiosRom.ADDRESS + start, text, 0, 0, 0);
        add(sectionNames.add(".symtab"), SYMTAB, 0, 0, symbols, STRING_INDEX, 1, SYMBOL_BYTES);
        add(sectionNames.add(".strtab"), STRTAB, 0, 0, names.bytes(), 0, 0, 0);
        add(sectionNames.add(".debug_frame"), PROGBITS, 0, 0, frames(start, size), 0, 0, 0);
        int last = sectionNames.add(".shstrtab");
        add(last, STRTAB, 0, 0, sectionNames.bytes(), 0, 0, 0);
        return assemble();
    }

    private void add(int name, int type, int flags, int address, byte[] bytes, int link, int info, int entryBytes) {
        headers.add(new SectionHeader(
                name, type, flags, address, HEADER_BYTES + contents.size(), bytes.length, link, info, entryBytes));
        contents.writeBytes(bytes);
    }

    private byte[] symbols(Strings names) {
        ByteBuffer table = littleEndian((1 + code.labels().size()) * SYMBOL_BYTES);
        table.position(SYMBOL_BYTES);
        for (int i = 0; i < code.labels().size(); i++) {
            RomAssembler.Label label = code.labels().get(i);
            int end = i + 1 < code.labels().size() ? code.labels().get(i + 1).offset() : code.here();
            table.putInt(names.add(label.name()))
                    .putInt(BiosRom.ADDRESS + label.offset())
                    .putInt(end - label.offset())
                    .put((byte) GLOBAL_FUNCTION)
                    .put((byte) 0)
                    .putShort((short) TEXT_INDEX);
        }
        return bytes(table);
    }

    private byte[] frames(int start, int size) {
        ByteArrayOutputStream common = new ByteArrayOutputStream();
        write(common, 0xff, 0xff, 0xff, 0xff, 1, 'S', 0, 1, 1, EIP);
        write(common, DW_CFA_DEF_CFA, ESP, RomAssembler.INTERRUPT_FRAME_BYTES);
        for (int register : UNCHANGED) {
            write(common, DW_CFA_SAME_VALUE, register);
        }
        write(common, DW_CFA_VAL_EXPRESSION, EIP, RETURN_ADDRESS.length);
        write(common, RETURN_ADDRESS);

        ByteArrayOutputStream description = new ByteArrayOutputStream();
        description.writeBytes(
                bytes(littleEndian(12).putInt(0).putInt(BiosRom.ADDRESS + start).putInt(size)));
        int at = start;
        for (RomAssembler.Depth depth : code.depths()) {
            int advance = depth.offset() - at;
            write(description, DW_CFA_ADVANCE_LOC_2, advance & 0xff, advance >> Byte.SIZE);
            write(description, DW_CFA_DEF_CFA_OFFSET, depth.bytes());
            at = depth.offset();
        }
        ByteBuffer section = littleEndian(8 + common.size() + description.size());
        section.putInt(common.size()).put(common.toByteArray());
        return bytes(section.putInt(description.size()).put(description.toByteArray()));
    }

    private static void write(ByteArrayOutputStream into, int... bytes) {
        for (int next : bytes) {
            into.write(next);
        }
    }

    private byte[] assemble() {
        ByteBuffer file = littleEndian(HEADER_BYTES + contents.size() + headers.size() * SECTION_HEADER_BYTES);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1});
        file.putShort(16, (short) EXECUTABLE).putShort(18, (short) I386).putInt(20, 1);
        file.putInt(32, HEADER_BYTES + contents.size()).putShort(40, (short) HEADER_BYTES);
        file.putShort(46, (short) SECTION_HEADER_BYTES)
                .putShort(48, (short) headers.size())
                .putShort(50, (short) (headers.size() - 1));
        file.position(HEADER_BYTES).put(contents.toByteArray());
        for (SectionHeader header : headers) {
            file.putInt(header.name()).putInt(header.type()).putInt(header.flags());
            file.putInt(header.address()).putInt(header.offset()).putInt(header.size());
            file.putInt(header.link()).putInt(header.info()).putInt(1).putInt(header.entryBytes());
        }
        return bytes(file);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A string table. */
    private static final class Strings {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Strings() {
            bytes.write(0);
        }

        int add(String text) {
            int at = bytes.size();
            bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            bytes.write(0);
            return at;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
