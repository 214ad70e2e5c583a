package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;

/** Reads .debug_aranges (DWARF 5, 6.1.2): the ranges of addresses that each unit says are its own. */
final class AddressRangeTable {

    private AddressRangeTable() {}

    /** Is told of each range and of the unit, by its offset in .debug_info, that claims it. */
    interface Claims {
        void add(long unitOffset, long low, long high);
    }

    static void read(DwarfFile file, Claims claims) {
        ByteReader section = file.section(DwarfSection.ARANGES).seek(0);
        try {
            while (section.hasRemaining()) {
                Encoding.Extent extent = Encoding.Extent.read(section);
                readSet(file, section, extent, claims);
                section.seek(extent.end());
            }
        } catch (ElfException e) {
            file.warnings().lost("address ranges behind .debug_aranges offset 0x%x".formatted(section.position()), e);
        }
    }

    private static void readSet(DwarfFile file, ByteReader section, Encoding.Extent extent, Claims claims) {
        int version = section.u16();
        long unit = section.unsigned(extent.offsetSize());
        int addressSize = section.u8();
        int selectorSize = section.u8();
        Encoding.requireAddressSize(section.name(), addressSize);
        if (version != 2 || selectorSize != 0) {
            throw new DwarfException(
                    "%s: a set of version %d with segment selectors of %d bytes; version 2 without them is read"
                            .formatted(section.name(), version, selectorSize));
        }
        Encoding encoding = new Encoding(version, extent.offsetSize(), addressSize);
        int tuple = 2 * addressSize;
        long headerSize = section.position() - extent.start();
        section.seek(extent.start() + (headerSize + tuple - 1) / tuple * tuple);
        while (section.position() + tuple <= extent.end()) {
            long low = section.unsigned(addressSize);
            long length = section.unsigned(addressSize);
            if (low == 0 && length == 0) {
                return;
            }
            if (!file.isDiscarded(low, encoding)) {
                claims.add(unit, low, low + length);
            }
        }
    }
}
