package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * How an address in .eh_frame is written (LSB 5, 10.5): a DW_EH_PE code.
 *
 * @param code the format in the low four bits, what it counts from in the next three
 */
record PointerEncoding(int code) {

    /** A plain address, as .debug_frame has them. */
    static final PointerEncoding ABSOLUTE = new PointerEncoding(0);

    private static final int FORMAT = 0x0f;
    private static final int BASE = 0x70;
    private static final int FROM_ITSELF = 0x10;

    /**
     * Reads an address.
     *
     * @param address the linear address of the reader's first byte
     */
    long read(ByteReader reader, long address, int addressSize) {
        long itself = address + reader.position();
        long value = readValue(reader, addressSize);
        return switch (code & BASE) {
            case 0 -> value;
            case FROM_ITSELF -> mask(itself + value, addressSize);
            default ->
                throw new DwarfException("%s: pointer encoding 0x%x; absolute and pc-relative ones are read"
                        .formatted(reader.name(), code));
        };
    }

    /** Reads a number in this encoding's format that counts from nothing, such as a length. */
    long readValue(ByteReader reader, int addressSize) {
        return switch (code & FORMAT) {
            case 0x0 -> reader.unsigned(addressSize);
            case 0x1 -> reader.uleb();
            case 0x2 -> reader.u16();
            case 0x3 -> reader.u32();
            case 0x4, 0xc -> reader.u64();
            case 0x9 -> reader.sleb();
            case 0xa -> (short) reader.u16();
            case 0xb -> reader.s32();
            default ->
                throw new DwarfException(
                        "%s: pointer format 0x%x is not defined".formatted(reader.name(), code & FORMAT));
        };
    }

    private static long mask(long address, int addressSize) {
        return addressSize == 8 ? address : address & 0xffff_ffffL;
    }
}
