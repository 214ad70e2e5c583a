package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * The header of a unit in .debug_info (DWARF 5, 7.5.1).
 *
 * @param offset where the unit begins in .debug_info
 * @param end where the next one begins
 * @param firstEntry where its first entry begins, from the unit's start
 * @param type the unit type of DWARF 5, {@link #COMPILE} before
 * @param abbreviations where its abbreviations begin in .debug_abbrev
 */
record UnitHeader(long offset, long end, int firstEntry, Encoding encoding, int type, long abbreviations) {

    /** DW_UT_compile. */
    static final int COMPILE = 0x01;
    /** DW_UT_type. */
    static final int TYPE = 0x02;
    /** DW_UT_skeleton. */
    static final int SKELETON = 0x04;
    /** DW_UT_split_compile. */
    static final int SPLIT_COMPILE = 0x05;
    /** DW_UT_split_type. */
    static final int SPLIT_TYPE = 0x06;

    private static final int OLDEST = 2;
    private static final int NEWEST = 5;

    /** Reads the header behind its initial length. */
    static UnitHeader read(ByteReader section, Encoding.Extent extent) {
        int version = section.u16();
        requireVersion(section.name(), version);
        int type = COMPILE;
        int addressSize;
        long abbreviations;
        if (version >= 5) {
            type = section.u8();
            addressSize = section.u8();
            abbreviations = section.unsigned(extent.offsetSize());
            switch (type) {
                case SKELETON, SPLIT_COMPILE -> section.skip(8);
                case TYPE, SPLIT_TYPE -> section.skip(8 + extent.offsetSize());
                default -> {}
            }
        } else {
            abbreviations = section.unsigned(extent.offsetSize());
            addressSize = section.u8();
        }
        Encoding.requireAddressSize(section.name(), addressSize);
        return new UnitHeader(
                extent.start(),
                extent.end(),
                (int) (section.position() - extent.start()),
                new Encoding(version, extent.offsetSize(), addressSize),
                type,
                abbreviations);
    }

    static void requireVersion(String name, int version) {
        if (version < OLDEST || version > NEWEST) {
            throw new DwarfException(
                    "%s: DWARF version %d; 2 to 5 are read: build with -gdwarf-5".formatted(name, version));
        }
    }

    /** Whether the unit may hold code: neither a type unit nor one that others import. */
    boolean mayHoldCode() {
        return type == COMPILE || type == SKELETON;
    }
}
