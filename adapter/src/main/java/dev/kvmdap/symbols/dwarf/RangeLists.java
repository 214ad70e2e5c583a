package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/** Lists of address ranges: .debug_ranges up to DWARF 4 (DWARF 4, 2.17.3), .debug_rnglists since (DWARF 5, 2.17.3). */
final class RangeLists {

    private static final int END_OF_LIST = 0x00;
    private static final int BASE_ADDRESSX = 0x01;
    private static final int STARTX_ENDX = 0x02;
    private static final int STARTX_LENGTH = 0x03;
    private static final int OFFSET_PAIR = 0x04;
    private static final int BASE_ADDRESS = 0x05;
    private static final int START_END = 0x06;
    private static final int START_LENGTH = 0x07;

    private RangeLists() {}

    /** Reads the list at an offset of the section that the unit's version uses. */
    static AddressRanges read(Unit unit, long offset) {
        return unit.encoding().version() >= 5 ? readRangeList(unit, offset) : readPairs(unit, offset);
    }

    /** Reads the list at an index of the unit's table of offsets (DW_FORM_rnglistx). */
    static AddressRanges readIndexed(Unit unit, long index) {
        int offsetSize = unit.encoding().offsetSize();
        ByteReader section = unit.file().section(DwarfSection.RNGLISTS);
        long base = unit.bases().rangeLists();
        return readRangeList(
                unit, base + section.seek(base + index * offsetSize).unsigned(offsetSize));
    }

    private static AddressRanges readPairs(Unit unit, long offset) {
        Encoding encoding = unit.encoding();
        int size = encoding.addressSize();
        long max = encoding.maxAddress();
        long base = unit.low();
        AddressRanges ranges = new AddressRanges();
        ByteReader reader = unit.file().section(DwarfSection.RANGES).seek(offset);
        while (true) {
            long low = reader.unsigned(size);
            long high = reader.unsigned(size);
            if (low == 0 && high == 0) {
                return ranges;
            }
            if (low == max) {
                base = high;
            } else {
                add(unit, ranges, (base + low) & max, (base + high) & max);
            }
        }
    }

    private static AddressRanges readRangeList(Unit unit, long offset) {
        Encoding encoding = unit.encoding();
        int size = encoding.addressSize();
        long max = encoding.maxAddress();
        long base = unit.low();
        AddressRanges ranges = new AddressRanges();
        ByteReader reader = unit.file().section(DwarfSection.RNGLISTS).seek(offset);
        while (true) {
            int kind = reader.u8();
            switch (kind) {
                case END_OF_LIST -> {
                    return ranges;
                }
                case BASE_ADDRESSX -> base = unit.addressAt(reader.uleb());
                case BASE_ADDRESS -> base = reader.unsigned(size);
                case STARTX_ENDX -> {
                    long low = unit.addressAt(reader.uleb());
                    add(unit, ranges, low, unit.addressAt(reader.uleb()));
                }
                case STARTX_LENGTH -> {
                    long low = unit.addressAt(reader.uleb());
                    add(unit, ranges, low, (low + reader.uleb()) & max);
                }
                case OFFSET_PAIR -> {
                    long low = (base + reader.uleb()) & max;
                    add(unit, ranges, low, (base + reader.uleb()) & max);
                }
                case START_END -> {
                    long low = reader.unsigned(size);
                    add(unit, ranges, low, reader.unsigned(size));
                }
                case START_LENGTH -> {
                    long low = reader.unsigned(size);
                    add(unit, ranges, low, (low + reader.uleb()) & max);
                }
                default ->
                    throw new DwarfException("%s: range list entry of kind 0x%x at offset 0x%x; 0 to 7 are defined"
                            .formatted(reader.name(), kind, reader.position() - 1));
            }
        }
    }

    private static void add(Unit unit, AddressRanges ranges, long low, long high) {
        if (!unit.file().isDiscarded(low, unit.encoding())) {
            ranges.add(low, high);
        }
    }
}
