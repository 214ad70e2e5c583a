package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The units of .debug_info, and which of them an address belongs to: by .debug_aranges (DWARF 5, 6.1.2), for units that
 * it leaves out by their own first entries, and for code that neither mentions, as some assemblers leave it, by the line
 * programs themselves.
 */
final class UnitIndex {

    /** Line programs up to this size together are all run to find the unit of an address that nobody claims. */
    private static final int LINES_SEARCHED_AT_MOST = 16 << 20;

    private final DwarfFile file;
    private final List<Unit> all = new ArrayList<>();
    private final List<Unit> withCode = new ArrayList<>();
    private @Nullable RangeMap claims;
    private @Nullable RangeMap sequences;

    private UnitIndex(DwarfFile file) {
        this.file = file;
    }

    static UnitIndex read(DwarfFile file) {
        UnitIndex index = new UnitIndex(file);
        index.readHeaders();
        return index;
    }

    private void readHeaders() {
        ByteReader info = file.section(DwarfSection.INFO).seek(0);
        try {
            while (info.hasRemaining()) {
                Encoding.Extent extent = Encoding.Extent.read(info);
                readHeader(info, extent);
                info.seek(extent.end());
            }
        } catch (ElfException e) {
            file.warnings().lost("the units behind .debug_info offset 0x%x".formatted(info.position()), e);
        }
    }

    private void readHeader(ByteReader info, Encoding.Extent extent) {
        try {
            UnitHeader header = UnitHeader.read(info, extent);
            Unit unit = new Unit(file, header);
            all.add(unit);
            if (header.mayHoldCode()) {
                withCode.add(unit);
            }
        } catch (ElfException e) {
            file.warnings().lost("the unit at .debug_info offset 0x%x".formatted(extent.start()), e);
        }
    }

    List<Unit> units() {
        return withCode;
    }

    List<Unit> all() {
        return all;
    }

    @Nullable Unit unitHolding(long offset) {
        int low = 0;
        int high = all.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            UnitHeader header = all.get(middle).header();
            if (offset < header.offset()) {
                high = middle - 1;
            } else if (offset >= header.end()) {
                low = middle + 1;
            } else {
                return all.get(middle);
            }
        }
        return null;
    }

    @Nullable Unit unitAt(long address) {
        if (claims == null) {
            claims = readClaims();
        }
        int claiming = claims.itemAt(address);
        if (claiming >= 0) {
            return withCode.get(claiming);
        }
        if (file.section(DwarfSection.LINE).size() > LINES_SEARCHED_AT_MOST) {
            return null;
        }
        if (sequences == null) {
            sequences = readSequences();
        }
        int covering = sequences.itemAt(address);
        return covering < 0 ? null : withCode.get(covering);
    }

    private RangeMap readClaims() {
        RangeMap.Builder builder = new RangeMap.Builder();
        Set<Long> listed = new HashSet<>();
        AddressRangeTable.read(file, (unitOffset, low, high) -> {
            int unit = positionOf(unitOffset);
            if (unit >= 0) {
                listed.add(unitOffset);
                builder.add(low, high, unit);
            }
        });
        for (int i = 0; i < withCode.size(); i++) {
            Unit unit = withCode.get(i);
            if (!listed.contains(unit.header().offset())) {
                builder.addAll(unit.ranges(), i);
            }
        }
        return builder.build();
    }

    private RangeMap readSequences() {
        RangeMap.Builder builder = new RangeMap.Builder();
        for (int i = 0; i < withCode.size(); i++) {
            LineTable table = file.lineTable(withCode.get(i));
            for (int j = 0; table != null && j < table.sequenceCount(); j++) {
                builder.add(table.address(table.sequenceStart(j)), table.address(table.sequenceEnd(j)), i);
            }
        }
        return builder.build();
    }

    /** The place among the units with code of the one that begins at an offset, or -1. */
    private int positionOf(long offset) {
        int low = 0;
        int high = withCode.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long start = withCode.get(middle).header().offset();
            if (start == offset) {
                return middle;
            }
            if (start < offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }
}
