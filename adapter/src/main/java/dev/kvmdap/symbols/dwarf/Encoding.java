package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * The sizes that a unit or table has chosen for what it writes (DWARF 5, 7.4 and 7.5.1).
 *
 * @param version the DWARF version, 2 to 5
 * @param offsetSize 4 in the 32-bit format, 8 in the 64-bit format
 * @param addressSize the bytes of a target address: 2, 4 or 8
 */
record Encoding(int version, int offsetSize, int addressSize) {

    private static final long FORMAT_64 = 0xffff_ffffL;
    private static final long RESERVED_FROM = 0xffff_fff0L;

    /** The bytes of a DW_FORM_ref_addr: an address in DWARF 2, an offset since. */
    int referenceSize() {
        return version == 2 ? addressSize : offsetSize;
    }

    /** All address bits set: what linkers write for discarded code, and what selects a base address in .debug_ranges. */
    long maxAddress() {
        return addressSize == 8 ? -1L : (1L << (8 * addressSize)) - 1;
    }

    static void requireAddressSize(String name, int size) {
        if (size != 2 && size != 4 && size != 8) {
            throw new DwarfException("%s: addresses of %d bytes; 2, 4 and 8 are allowed".formatted(name, size));
        }
    }

    /**
     * A run of bytes behind its initial length.
     *
     * @param start where the length begins in the section
     * @param end where the next run begins in the section
     */
    record Extent(long start, long end, int offsetSize) {

        /** Reads an initial length (DWARF 5, 7.4); the reader is then behind it. */
        static Extent read(ByteReader section) {
            long start = section.position();
            long length = section.u32();
            int offsetSize = 4;
            if (length == FORMAT_64) {
                length = section.u64();
                offsetSize = 8;
            } else if (length >= RESERVED_FROM) {
                throw new DwarfException(
                        "%s: the length 0x%x at offset 0x%x is reserved".formatted(section.name(), length, start));
            }
            if (length < 0 || length > section.remaining()) {
                throw new DwarfException("%s: what begins at offset 0x%x should be %s bytes long, but %d are left"
                        .formatted(section.name(), start, Long.toUnsignedString(length), section.remaining()));
            }
            return new Extent(start, section.position() + length, offsetSize);
        }
    }
}
