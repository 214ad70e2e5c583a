package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.AddressRanges;
import dev.kvmdap.symbols.dwarf.LineTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the code of one line: the rows that share it, joined where only lineless code lies between them. */
final class LineRanges {

    private final LineTable table;
    private final int model;
    private final String path;
    private final List<AddressRange> ranges = new ArrayList<>();

    /**
     * @param model a row of the line
     */
    LineRanges(LineTable table, int model) {
        this.table = table;
        this.model = model;
        this.path = table.files().path(table.fileNumber(model));
    }

    /**
     * Adds the line's rows of a sequence.
     *
     * @param limits what the rows must begin in; null for the whole sequence
     */
    LineRanges within(int sequence, @Nullable AddressRanges limits) {
        long low = 0;
        long high = 0;
        boolean open = false;
        for (int row = table.sequenceStart(sequence); row < table.sequenceEnd(sequence); row++) {
            long start = table.address(row);
            long end = table.address(row + 1);
            if (start == end) {
                continue;
            }
            int speaking = table.speakingRow(row);
            if (isOfLine(speaking) && (limits == null || limits.contains(start))) {
                low = open ? low : start;
                high = end;
                open = true;
            } else if (open && table.line(speaking) != 0) {
                ranges.add(new AddressRange(low, high));
                open = false;
            }
        }
        if (open) {
            ranges.add(new AddressRange(low, high));
        }
        return this;
    }

    private boolean isOfLine(int row) {
        return table.line(row) == table.line(model)
                && (table.fileNumber(row) == table.fileNumber(model)
                        || table.files().path(table.fileNumber(row)).equals(path));
    }

    List<AddressRange> toList() {
        return List.copyOf(ranges);
    }
}
