package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.Optional;

/** Lists of places by address: .debug_loc up to DWARF 4 (DWARF 4, 2.6.2), .debug_loclists since (DWARF 5, 2.6.2). */
final class LocationLists {

    private static final int END_OF_LIST = 0x00;
    private static final int BASE_ADDRESSX = 0x01;
    private static final int STARTX_ENDX = 0x02;
    private static final int STARTX_LENGTH = 0x03;
    private static final int OFFSET_PAIR = 0x04;
    private static final int DEFAULT_LOCATION = 0x05;
    private static final int BASE_ADDRESS = 0x06;
    private static final int START_END = 0x07;
    private static final int START_LENGTH = 0x08;
    /** DW_LLE_view_pair, GNU's: numbers of statements within an address, which are passed over. */
    private static final int VIEW_PAIR = 0x09;

    private LocationLists() {}

    /** The expression for an address in the list at an offset of the section that the unit's version uses. */
    static Optional<ByteReader> find(Unit unit, long offset, long address) {
        return unit.encoding().version() >= 5 ? findInList(unit, offset, address) : findInPairs(unit, offset, address);
    }

    /** The same in the list at an index of the unit's table of offsets (DW_FORM_loclistx). */
    static Optional<ByteReader> findIndexed(Unit unit, long index, long address) {
        int offsetSize = unit.encoding().offsetSize();
        ByteReader section = unit.file().section(DwarfSection.LOCLISTS);
        long base = unit.bases().locationLists();
        return findInList(unit, base + section.seek(base + index * offsetSize).unsigned(offsetSize), address);
    }

    private static Optional<ByteReader> findInPairs(Unit unit, long offset, long address) {
        int size = unit.encoding().addressSize();
        long max = unit.encoding().maxAddress();
        long base = unit.low();
        ByteReader reader = unit.file().section(DwarfSection.LOC).seek(offset);
        while (true) {
            long low = reader.unsigned(size);
            long high = reader.unsigned(size);
            if (low == 0 && high == 0) {
                return Optional.empty();
            }
            if (low == max) {
                base = high;
                continue;
            }
            ByteReader expression = expression(reader, reader.u16());
            if (holds((base + low) & max, (base + high) & max, address)) {
                return Optional.of(expression);
            }
        }
    }

    private static Optional<ByteReader> findInList(Unit unit, long offset, long address) {
        int size = unit.encoding().addressSize();
        long max = unit.encoding().maxAddress();
        long base = unit.low();
        Optional<ByteReader> otherwise = Optional.empty();
        ByteReader reader = unit.file().section(DwarfSection.LOCLISTS).seek(offset);
        while (true) {
            long low;
            long high;
            int kind = reader.u8();
            switch (kind) {
                case END_OF_LIST -> {
                    return otherwise;
                }
                case BASE_ADDRESSX -> {
                    base = unit.addressAt(reader.uleb());
                    continue;
                }
                case BASE_ADDRESS -> {
                    base = reader.unsigned(size);
                    continue;
                }
                case VIEW_PAIR -> {
                    reader.skipLeb();
                    reader.skipLeb();
                    continue;
                }
                case DEFAULT_LOCATION -> {
                    otherwise = Optional.of(expression(reader, reader.uleb()));
                    continue;
                }
                case STARTX_ENDX -> {
                    low = unit.addressAt(reader.uleb());
                    high = unit.addressAt(reader.uleb());
                }
                case STARTX_LENGTH -> {
                    low = unit.addressAt(reader.uleb());
                    high = (low + reader.uleb()) & max;
                }
                case OFFSET_PAIR -> {
                    low = (base + reader.uleb()) & max;
                    high = (base + reader.uleb()) & max;
                }
                case START_END -> {
                    low = reader.unsigned(size);
                    high = reader.unsigned(size);
                }
                case START_LENGTH -> {
                    low = reader.unsigned(size);
                    high = (low + reader.uleb()) & max;
                }
                default ->
                    throw new DwarfException("%s: location list entry of kind 0x%x at offset 0x%x; 0 to 9 are read"
                            .formatted(reader.name(), kind, reader.position() - 1));
            }
            ByteReader expression = expression(reader, reader.uleb());
            if (holds(low, high, address)) {
                return Optional.of(expression);
            }
        }
    }

    private static ByteReader expression(ByteReader reader, long length) {
        ByteReader expression = reader.slice(reader.position(), length);
        reader.skip(length);
        return expression;
    }

    private static boolean holds(long low, long high, long address) {
        return Long.compareUnsigned(low, address) <= 0 && Long.compareUnsigned(address, high) < 0;
    }
}
